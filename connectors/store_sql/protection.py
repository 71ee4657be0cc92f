"""What a PostgreSQL server itself refuses, whatever the program asks: another school's row, and a change of the past.

The tables of today are enumerated, so a new one is protected without a word here; `firstbell store prepare` writes it
all anew each time, after the migrations.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from connectors.store_sql.tables import metadata
from rules.parameters import parameter

ADDED_TO_ONLY = {
    "ledger_entries": "the ledger is only ever added to",
    "mark_changes": "an amendment to the register is never changed",
}
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
RIGHTS = {
    "alembic_version": "SELECT",
    "schools": "SELECT, UPDATE (marks_as_at)",
    "ledger_heads": "SELECT, INSERT, UPDATE",
    **dict.fromkeys(ADDED_TO_ONLY, "SELECT, INSERT, DELETE"),  # what may be deleted, the triggers say
}
OWN_ROWS = "school = current_setting('firstbell.school', true)"
REFUSE = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$
"""
# What may be deleted, as in docs/decisions/0014-retention-cuts-the-ledger.md; years and days by the server's own clock,
# for a cut says itself when it was made.
YEARS_OVER = f"(now() - interval '{parameter('retention/register_entries').entries[-1].value} years')::date"
MAY_GO = {
    "ledger_entries": f"""EXISTS (
      SELECT 1 FROM ledger_heads AS head
      JOIN ledger_entries AS cut ON cut.school = head.school AND cut.number = head.entries
      WHERE head.school = OLD.school AND cut.kind = 'ledger.cut'
      AND OLD.number <= (cut.facts::jsonb ->> 'through')::integer
      AND OLD.at COLLATE "C" < cut.facts::jsonb ->> 'before'
      AND left(cut.facts::jsonb ->> 'before', 10)::date <= {YEARS_OVER})""",  # noqa: S608 - all of it is ours
    "mark_changes": f"OLD.changed_on < {YEARS_OVER}",
}


def lift(connection: sa.Connection) -> None:
    """Let the owner see every school's rows until `protect`, in the same transaction: migrations may change them."""
    there = sa.inspect(connection).get_table_names(schema=connection.scalar(sa.text("SELECT current_schema()")))
    for table in metadata.tables.keys() & set(there):
        connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def protect(connection: sa.Connection, user: str) -> None:
    """Keep schools apart and the past unchanged, and give `user` the rights a run needs and no others."""
    for statement in (*_rows(), *_past(), *_rights(connection, user)):
        connection.exec_driver_sql(statement)


def _rows() -> Iterator[str]:
    for table in metadata.tables:
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS own_school ON {table}"
        yield f"CREATE POLICY own_school ON {table} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"


def _past() -> Iterator[str]:
    yield REFUSE
    for table, sentence in ADDED_TO_ONLY.items():
        yield (
            f"CREATE OR REPLACE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT"
            " AS $$ BEGIN"
            f" IF {MAY_GO[table]} THEN RETURN OLD; END IF;"
            f" RAISE EXCEPTION USING MESSAGE = '{sentence}', ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for name, when, function in (
            ("refuse_change", f"BEFORE UPDATE ON {table} FOR EACH ROW", f"refuse('{sentence}')"),
            ("refuse_deletion", f"BEFORE DELETE ON {table} FOR EACH ROW", f"keep_{table}()"),
            ("refuse_emptying", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", f"refuse('{sentence}')"),
        ):
            yield f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION {function}"


def _rights(connection: sa.Connection, user: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = quote(connection.scalar(sa.text("SELECT current_schema()")))
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {quote(user)}"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {quote(user)}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {quote(user)}"
    for table in (*metadata.tables, "alembic_version"):
        yield f"GRANT {RIGHTS.get(table, ORDINARY)} ON {table} TO {quote(user)}"
