"""The owner prepares the store; the role of the jobs can use it, and can change neither its tables nor the past."""

import datetime as dt
import threading
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from connectors.store_sql import migrate
from connectors.store_sql.postgres import server_database
from connectors.store_sql.protection import ADDED_TO_ONLY, MAY_GO
from connectors.store_sql.tables import metadata
from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.store_conformance.samples import MONDAY, MONDAY_AM, NINE, a_roll, save
from rules.codes import AttendanceCode as Code
from rules.retention import register_years


@pytest.fixture
def fresh(server) -> str:
    """A database that was prepared for one school and has nothing in it."""
    name = server.new_database()
    server.prepare("st-example", database=name)
    return name


@pytest.fixture
def school(server, open_school) -> str:
    """A school with entries in the ledger and an amendment of its register."""
    key = server.new_school()
    store = open_school(key)
    save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))
    save(store, ("alicia", MONDAY_AM, Code.ILLNESS))
    store.ledger.append("note", at=NINE, actor="AB", facts={})
    return key


def test_the_migrations_make_exactly_the_tables_of_the_code(server):
    database = server_database(server.settings(), server.secrets, "st-example")
    ours = {"include_name": lambda name, kind, _: kind != "schema" or name is None}
    with closing(database), database.reading() as connection:
        context = MigrationContext.configure(connection, opts=ours)

        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("table", ADDED_TO_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET school = school", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("role", ["firstbell", "firstbell_owner", "postgres"])
def test_neither_user_nor_owner_nor_superuser_can_change_what_is_past(role, change, table, server, school):
    statements = (f"SET ROLE {role}", f"SET firstbell.school = '{school}'", change.format(f"firstbell.{table}"))

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)):
        server.run(*statements, database="firstbell")


FORGED = """INSERT INTO firstbell.ledger_entries (school, number, at, kind, actor, facts, previous_hash, hash)
    SELECT school, entries + 1, '2040-01-01T00:00:00.000000+00:00', 'ledger.cut', 'XX',
    '{"through": "99", "before": "2033-01-01T00:00:00.000000+00:00"}', last_hash, last_hash
    FROM firstbell.ledger_heads"""


def test_a_cut_that_claims_to_be_of_later_years_lets_nothing_go_by_the_servers_own_clock(server, school):
    as_user = ("SET ROLE firstbell", f"SET firstbell.school = '{school}'")
    forged = (FORGED, "UPDATE firstbell.ledger_heads SET entries = entries + 1")

    with pytest.raises(psycopg.errors.IntegrityError, match="only ever added to"):
        server.run(*as_user, "BEGIN", *forged, "DELETE FROM firstbell.ledger_entries", database="firstbell")


def test_the_years_in_the_triggers_are_those_of_the_law():
    years = f"interval '{register_years(MONDAY)} years'"

    assert all(years in condition for condition in MAY_GO.values())


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE firstbell.mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "ALTER TABLE firstbell.pupils DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE firstbell.ledger_entries DISABLE TRIGGER ALL",
        "DROP POLICY own_school ON firstbell.pupils",
        "DROP TABLE firstbell.leases",
        "DELETE FROM firstbell.ledger_heads",
        "INSERT INTO firstbell.schools (school) VALUES ('st-other')",
        "UPDATE firstbell.alembic_version SET version_num = '0001_registers'",
        "SET session_replication_role = replica",
        "SET ROLE firstbell_owner",
    ],
)
def test_the_role_that_jobs_run_as_can_do_nothing_else(statement, server):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.run("SET SESSION AUTHORIZATION firstbell", statement, database="firstbell")


@pytest.mark.parametrize(("user", "secret"), [("firstbell_owner", "firstbell_owner"), ("postgres", "superuser")])
def test_jobs_are_refused_a_role_that_may_do_more_than_they_need(user, secret, server):
    with pytest.raises(Misconfigured, match="may do too much"):
        server.open("st-example", user=user, password_secret=secret)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("GRANT UPDATE ON firstbell.ledger_entries TO firstbell", None),
        ("GRANT TRUNCATE ON firstbell.mark_changes TO firstbell", None),
        ("ALTER ROLE firstbell BYPASSRLS", "ALTER ROLE firstbell NOBYPASSRLS"),
        ("GRANT firstbell_owner TO firstbell", "REVOKE firstbell_owner FROM firstbell"),
    ],
)
def test_jobs_are_refused_when_their_role_was_given_too_much_later(given, taken, server, fresh):
    server.run(given, database=fresh)
    try:
        with pytest.raises(Misconfigured, match="may do too much"):
            server.open("st-example", database=fresh)
    finally:
        server.run(*filter(None, [taken]), "SELECT 1", database=fresh)


@pytest.mark.parametrize("gap", ["DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"])
def test_jobs_are_refused_when_one_table_no_longer_keeps_schools_apart(gap, server, fresh):
    server.run(f"ALTER TABLE firstbell.pupils {gap}", database=fresh)

    with pytest.raises(Misconfigured, match="does not keep schools apart"):
        server.open("st-example", database=fresh)

    server.prepare("st-example", database=fresh)
    server.open("st-example", database=fresh).close()


def test_a_store_nobody_prepared_is_refused_in_a_sentence(server):
    with pytest.raises(Misconfigured, match=r"is not prepared .* firstbell store prepare"):
        server.open("st-example", database=empty(server))


def empty(server) -> str:
    """A database without tables that the role of the jobs may enter."""
    name = server.new_database()
    server.run(f"GRANT CONNECT ON DATABASE {name} TO firstbell")
    return name


def test_a_school_nobody_entered_is_refused_in_a_sentence(server):
    with pytest.raises(Misconfigured, match="does not know the school st-unknown"):
        server.open("st-unknown")


def test_a_store_that_is_behind_is_refused_until_its_owner_prepares_it_and_keeps_what_it_has(server, fresh):
    with closing(server.open("st-example", database=fresh)) as store:
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))
    behind = "UPDATE firstbell.alembic_version SET version_num = '0003_proposals'"
    later = "DROP TABLE firstbell.cells, firstbell.leases, firstbell.heartbeats, firstbell.tokens, firstbell.job_days"
    server.run(later, "DROP INDEX firstbell.ledger_entries_by_kind", behind, database=fresh)

    with pytest.raises(Misconfigured, match="is not prepared"):
        server.open("st-example", database=fresh)
    server.prepare("st-example", database=fresh)

    with closing(server.open("st-example", database=fresh)) as store:
        assert store.desk.cells("attendance") == ()
        assert store.registers.span("alicia", MONDAY, MONDAY).code_at(MONDAY_AM) is Code.ILLNESS


def test_a_migration_sees_the_rows_of_every_school_and_they_are_apart_again_after_it(server, fresh, monkeypatch):
    server.prepare("st-other", database=fresh)
    server.run("UPDATE firstbell.alembic_version SET version_num = '0003_proposals'", database=fresh)
    seen = []
    count = sa.text("SELECT count(*) FROM schools")
    monkeypatch.setattr(
        "connectors.store_sql.prepare.migrate", lambda connection, _: seen.append(connection.scalar(count))
    )

    server.prepare("st-example", database=fresh)

    assert seen[0] == 2
    assert server.run("SET ROLE firstbell_owner", "SELECT * FROM firstbell.schools", database=fresh) == []


def test_a_store_of_a_newer_firstbell_is_refused_by_jobs_and_by_prepare(server, fresh):
    server.run("UPDATE firstbell.alembic_version SET version_num = '9999_from_the_future'", database=fresh)

    with pytest.raises(Misconfigured, match="newer Firstbell"):
        server.open("st-example", database=fresh)
    with pytest.raises(Misconfigured, match="newer Firstbell"):
        server.prepare("st-example", database=fresh)


def test_a_failed_migration_leaves_nothing_behind(server):
    name = server.new_database()
    server.run("CREATE SCHEMA firstbell AUTHORIZATION firstbell_owner", database=name)
    in_the_way = "CREATE TABLE firstbell.heartbeats (x int)"  # of a later migration
    server.run("SET ROLE firstbell_owner", in_the_way, database=name)

    with pytest.raises(Misconfigured, match="did not make"):
        server.prepare("st-example", database=name)

    tables = server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'firstbell'", database=name)
    assert tables == [("heartbeats",)]


def test_two_owners_may_prepare_at_once(server):
    name, failures = server.new_database(), []

    def prepare(school):
        try:
            server.prepare(school, database=name)
        except Exception as error:  # noqa: BLE001 - reported by the test below
            failures.append(error)

    threads = [threading.Thread(target=prepare, args=(f"school-at-once-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert server.run("SELECT version_num FROM firstbell.alembic_version", database=name) == [(migrate.NEWEST,)]
    assert server.run("SELECT count(*) FROM firstbell.schools", database=name) == [(4,)]


def test_preparing_waits_for_no_run_for_ever(server, fresh, monkeypatch):
    monkeypatch.setattr("connectors.store_sql.prepare.FOR_OTHERS_TO_FINISH", dt.timedelta(milliseconds=100))
    busy = server_database(server.settings(database=fresh), server.secrets, "st-example")
    with closing(busy), busy.writing(), pytest.raises(RetryLater):
        server.prepare("st-example", database=fresh)


def test_preparing_again_changes_nothing_that_is_there(server, fresh):
    with closing(server.open("st-example", database=fresh)) as store:
        store.registers.save_roll(a_roll("alicia"))
        store.ledger.append("note", at=NINE, actor="AB", facts={})

        server.prepare("st-example", database=fresh)

        assert store.registers.roll() == a_roll("alicia")
        assert store.ledger.verify() == ()


def test_the_owner_is_never_the_role_that_jobs_run_as(server):
    with pytest.raises(Misconfigured, match="are one"):
        server.prepare("st-example", user="firstbell_owner")


def test_a_role_that_is_not_there_is_named_by_its_setting(server):
    with pytest.raises(Misconfigured, match=r"no role of the name in \[store\] user"):
        server.prepare("st-example", user="nobody_at_all")
