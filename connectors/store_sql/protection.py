"""What a PostgreSQL server itself refuses, whatever the program asks: another school's row, and a change of the past.

The tables of today are enumerated, so a new one is protected without a word here; `firstbell store prepare` writes it
all anew each time, after the migrations.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from connectors.store_sql.tables import metadata

ADDED_TO_ONLY = {
    "ledger_entries": "the ledger is only ever added to",
    "mark_changes": "an amendment to the register is never changed",
}
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
RIGHTS = {
    "alembic_version": "SELECT",
    "schools": "SELECT, UPDATE (marks_as_at)",
    "ledger_heads": "SELECT, INSERT, UPDATE",
    **dict.fromkeys(ADDED_TO_ONLY, "SELECT, INSERT"),
}
OWN_ROWS = "school = current_setting('firstbell.school', true)"
REFUSE = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$
"""


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
            f"CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse('{sentence}')"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER refuse_emptying BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse('{sentence}')"
        )


def _rights(connection: sa.Connection, user: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = quote(connection.scalar(sa.text("SELECT current_schema()")))
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {quote(user)}"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {quote(user)}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {quote(user)}"
    for table in (*metadata.tables, "alembic_version"):
        yield f"GRANT {RIGHTS.get(table, ORDINARY)} ON {table} TO {quote(user)}"
