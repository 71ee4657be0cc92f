"""The server itself keeps schools apart, whatever is asked of it; and so does a pooled connection, whoever had it last.

`as_school` speaks SQL of its own as the role that jobs run as, with no WHERE that names the school.
"""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from connectors.store_sql import open_server_store
from connectors.store_sql.postgres import server_database
from connectors.store_sql.tables import metadata
from firstbell.errors import Misconfigured
from firstbell.job_days import Try
from firstbell.records import Marks, PersonsCell, Quota
from firstbell.testing.store_conformance.samples import MONDAY_AM, NINE, a_full_roll, a_proposal, save, walk
from rules.codes import AttendanceCode as Code
from rules.registers import Mark

TABLES = sorted(metadata.tables)


@pytest.fixture(scope="module")
def full_school(server) -> str:
    """A school with a row in every table."""
    school = server.new_school()
    with closing(server.open(school)) as store:
        store.registers.save_roll(a_full_roll())
        save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))
        late = Mark("alicia", MONDAY_AM, Code.LATE_BEFORE_CLOSE, 7)
        store.registers.save_marks(Marks(NINE, (late,)), by_name="MIS", by_role="MIS", reason="sync")
        walk(store, a_proposal())
        store.desk.save_cells([PersonsCell("attendance", "Queue", "row-1", "Note", "rang")])
        store.desk.take_lease("chase", now=NINE, seconds=60)
        store.desk.take_token(Quota("office@example.org", at_once=2, a_minute=2), now=NINE)
        store.desk.heartbeat("chase", at=NINE, due_at=None, outcome="done")
        store.desk.note_try(Try("chase", NINE.date(), NINE, NINE))
    return school


@pytest.fixture
def as_school(server) -> Iterator[Callable[..., list[sa.Row]]]:
    """Run SQL in the transaction of a school, as the store would."""
    databases = {}

    def run(school: str, statement: str, **values: object) -> list[sa.Row]:
        if school not in databases:
            databases[school] = server_database(server.settings(), server.secrets, school)
        with databases[school].altering() as connection:
            done = connection.execute(sa.text(statement), values)
            return list(done) if done.returns_rows else []

    yield run
    for database in databases.values():
        database.close()


@pytest.mark.parametrize("table", TABLES)
def test_a_school_sees_its_own_rows_and_no_other_school_any(table, server, full_school, as_school):
    everything = f"SELECT DISTINCT school FROM {table}"  # noqa: S608 - a name of ours

    assert as_school(full_school, everything) == [(full_school,)]
    assert as_school(server.new_school(), f"SELECT * FROM {table} WHERE school = :other", other=full_school) == []  # noqa: S608


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_code_has_the_policy_and_the_owner_is_under_it_too(table, server):
    found = server.run(
        (
            """SELECT relrowsecurity, relforcerowsecurity, count(polname) FROM pg_class
            LEFT JOIN pg_policy ON polrelid = pg_class.oid
            WHERE relname = %s AND relnamespace = 'firstbell'::regnamespace GROUP BY 1, 2""",
            (table,),
        ),
        database="firstbell",
    )

    assert found == [(True, True, 1)]


def test_every_table_on_the_server_is_one_of_those_but_alembics_own(server):
    for schema in ("firstbell", "firstbell_rehearsal"):
        found = server.run(("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)), database="firstbell")

        assert sorted(name for (name,) in found) == sorted([*TABLES, "alembic_version"])


@pytest.mark.parametrize("table", TABLES)
def test_without_a_school_nobody_sees_a_row_not_even_the_owner(table, server, full_school):
    count = f"SELECT count(*) FROM firstbell.{table}"  # noqa: S608 - a name of ours
    owner = f"SET ROLE firstbell_owner; {count}"

    assert server.run(count, database="firstbell")[0][0] > 0
    assert server.run("SET ROLE firstbell", count, database="firstbell") == [(0,)]
    assert server.run(*owner.split("; "), database="firstbell") == [(0,)]
    assert full_school


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO leases (school, job, owner, good_until) VALUES (:other, 'sync', 'me', '2026')",
        "UPDATE leases SET school = :other WHERE job = 'chase'",
        """INSERT INTO ledger_entries
        SELECT :other, number, at, kind, pupil_id, actor, facts, previous_hash, hash FROM ledger_entries""",
    ],
)
def test_a_row_can_not_be_put_into_another_school(statement, server, full_school, as_school):
    other = server.new_school()

    with pytest.raises(Misconfigured, match="does not let"):
        as_school(full_school, statement, other=other)

    assert server.run(("SELECT 1 FROM firstbell.leases WHERE school = %s", (other,)), database="firstbell") == []


@pytest.mark.parametrize("statement", ["UPDATE leases SET owner = 'me'", "DELETE FROM leases", "DELETE FROM pupils"])
def test_a_wrong_where_touches_no_other_school(statement, server, full_school, as_school):
    before = server.run("SELECT * FROM firstbell.leases", database="firstbell")

    as_school(server.new_school(), statement)

    assert server.run("SELECT * FROM firstbell.leases", database="firstbell") == before
    assert as_school(full_school, "SELECT pupil_id FROM pupils") == [("alicia",)]


def test_a_connection_that_goes_back_to_the_pool_carries_no_school_along(server, full_school):
    database = server_database(server.settings(), server.secrets, full_school)
    what_is_left = "SELECT pg_backend_pid(), current_setting('firstbell.school'), count(*) FROM firstbell.pupils"
    with closing(database):
        with database.reading() as connection:
            pupils = connection.scalar(sa.text("SELECT count(*) FROM pupils"))
            process = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        with closing(database._engines.writer.raw_connection()) as next_user:
            left = next_user.cursor().execute(what_is_left).fetchone()

    assert pupils == 1
    assert left == (process, "", 0)


def test_two_schools_through_one_connection_see_each_their_own(server, full_school):
    ours = server_database(server.settings(), server.secrets, full_school)
    engine, other = ours._engines.writer, server.new_school()
    seen = []
    with closing(ours):
        for school in (full_school, other, full_school):
            with engine.connect() as connection, connection.begin():
                connection.exec_driver_sql("SELECT set_config('firstbell.school', %s, true)", (school,))
                seen.append(connection.scalar(sa.text("SELECT count(*) FROM pupils")))

    assert seen == [1, 0, 1]


def test_a_school_that_nobody_entered_can_not_be_written_for(server):
    database = server_database(server.settings(), server.secrets, "st-nobody-knows")

    with closing(database), pytest.raises(Misconfigured, match="does not know the school"), database.writing():
        pass


def test_the_rehearsal_has_tables_of_its_own(server, full_school):
    server.prepare(full_school)
    rehearsal = open_server_store(server.settings(), server.secrets, full_school, rehearsal=True)
    with closing(rehearsal), closing(server.open(full_school)) as real:
        rehearsal.ledger.append("note", at=NINE, actor="AB", facts={})

        assert rehearsal.registers.roll() is None
        assert [entry.kind for entry in rehearsal.ledger.entries()] == ["note"]
        assert "note" not in {entry.kind for entry in real.ledger.entries()}
