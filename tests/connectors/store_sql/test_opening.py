import ast
import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import connectors.store_sql
from connectors.store_sql import migrate, open_store
from connectors.store_sql.tables import metadata
from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.store_conformance.samples import MONDAY, MONDAY_AM, NINE, a_full_roll, a_proposal, save, walk
from rules.codes import AttendanceCode as Code

FOLDER = Path(connectors.store_sql.__file__).parent


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_migrations_make_exactly_the_tables_of_the_code(empty_store_file):
    engine = sa.create_engine(f"sqlite:///{empty_store_file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)

        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_the_code_expects():
    assert scripts().get_current_head() == migrate.NEWEST


def test_every_table_and_every_unique_key_begins_with_the_school():
    for table in metadata.tables.values():
        assert next(column.name for column in table.primary_key) == "school"
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                assert next(column.name for column in constraint.columns) == "school"


def test_a_store_that_is_behind_is_brought_up_to_date_and_keeps_what_it_has(tmp_path, empty_store_file):
    old = tmp_path / "old.db"
    shutil.copy(empty_store_file, old)
    with closing(open_store(old, "st-example")) as store:
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))
    with closing(sqlite3.connect(old)) as connection, connection:
        for table in ("cells", "leases", "heartbeats", "tokens", "job_days"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX ledger_entries_by_kind")
        connection.execute("UPDATE alembic_version SET version_num = '0003_proposals'")

    with closing(open_store(old, "st-example")) as store:
        assert store.desk.cells("attendance") == ()
        assert store.registers.span("alicia", MONDAY, MONDAY).code_at(MONDAY_AM) is Code.ILLNESS


def test_a_failed_migration_leaves_the_store_as_it_was(tmp_path, empty_store_file):
    old = tmp_path / "old.db"
    shutil.copy(empty_store_file, old)
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("DROP TABLE cells")  # the next table of the migration is in the way
        connection.execute("UPDATE alembic_version SET version_num = '0003_proposals'")

    with pytest.raises(Misconfigured):
        open_store(old, "st-example")

    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003_proposals",)
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'cells'").fetchone() is None


def test_a_store_of_a_newer_firstbell_is_refused_and_left_alone(tmp_path, empty_store_file):
    newer = tmp_path / "newer.db"
    shutil.copy(empty_store_file, newer)
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")

    with pytest.raises(Misconfigured, match="newer Firstbell"):
        open_store(newer, "st-example")


def test_a_file_that_is_no_store_is_refused_in_plain_words(tmp_path):
    workbook = tmp_path / "attendance.xlsx"
    workbook.write_bytes(b"PK\x03\x04 this is no database " * 100)

    with pytest.raises(Misconfigured, match="is not a Firstbell store"):
        open_store(workbook, "st-example")


def test_a_damaged_store_is_refused_in_plain_words(tmp_path, empty_store_file):
    damaged = tmp_path / "damaged.db"
    content = bytearray(empty_store_file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    damaged.write_bytes(content)

    with pytest.raises(Misconfigured, match="is damaged"):
        open_store(damaged, "st-example")


def test_a_folder_in_the_place_of_the_store_is_refused_in_plain_words(tmp_path):
    with pytest.raises(Misconfigured, match="can't be written"):
        open_store(tmp_path, "st-example")


def test_a_file_in_the_place_of_the_folder_is_refused_in_plain_words(tmp_path):
    (tmp_path / "folder").write_text("a file", encoding="utf-8")

    with pytest.raises(Misconfigured, match="can't be written"):
        open_store(tmp_path / "folder" / "store.db", "st-example")


def test_a_reader_of_evidence_does_not_make_a_store(tmp_path):
    with pytest.raises(Misconfigured, match="there is no store"):
        open_store(tmp_path / "folder" / "store.db", "st-example", make=False)

    assert list(tmp_path.iterdir()) == []


def test_a_store_locked_for_too_long_is_to_be_tried_later(tmp_path, empty_store_file):
    file = tmp_path / "store.db"
    shutil.copy(empty_store_file, file)
    store = open_store(file, "st-example", patience=dt.timedelta(milliseconds=50))
    with closing(sqlite3.connect(file, isolation_level=None)) as other, closing(store):
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(RetryLater):
            store.ledger.append("note", at=NINE, actor="AB", facts={})
        assert store.ledger.entries() == ()


def test_a_failure_says_nothing_of_people(tmp_path, empty_store_file):
    file = tmp_path / "store.db"
    shutil.copy(empty_store_file, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE contacts")
    with closing(open_store(file, "st-example")) as store, pytest.raises(Misconfigured) as caught:
        store.registers.save_roll(a_full_roll())

    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__cause__}"
    assert not any(name in told for name in ("Alicia", "Testname", "mother@example.org", "07700"))


def test_two_schools_in_one_file_never_see_each_other(tmp_path, empty_store_file):
    file = tmp_path / "trust.db"
    shutil.copy(empty_store_file, file)
    with closing(open_store(file, "st-example")) as ours, closing(open_store(file, "st-other")) as theirs:
        walk(ours, a_proposal())
        save(ours, ("alicia", MONDAY_AM, Code.ILLNESS))
        ours.registers.save_roll(a_full_roll())
        ours.desk.take_lease("chase", now=NINE, seconds=60)

        assert theirs.registers.roll() is None
        assert theirs.registers.spans(MONDAY, MONDAY) == {}
        assert theirs.registers.marks_as_at() is None
        assert theirs.proposals.find() == ()
        assert theirs.ledger.append("note", at=NINE, actor="AB", facts={}).number == 1
        assert theirs.desk.take_lease("chase", now=NINE, seconds=60)
        assert walk(theirs, a_proposal()) is None
        assert ours.ledger.verify() == theirs.ledger.verify() == ()


def opened_at_once(files):
    """What went wrong when so many threads, all in one process, open these stores and write."""
    failures, start = [], threading.Barrier(len(files))

    def open_and_write(file):
        try:
            start.wait()
            with closing(open_store(file, "st-example", patience=dt.timedelta(minutes=1))) as store:
                store.ledger.append("note", at=NINE, actor="AB", facts={})
        except Exception as error:  # noqa: BLE001 - reported by the tests below
            failures.append(error)

    threads = [threading.Thread(target=open_and_write, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_many_runs_may_open_a_new_store_at_once(tmp_path):
    failures = opened_at_once([tmp_path / "new.db"] * 6)

    assert failures == []
    with closing(open_store(tmp_path / "new.db", "st-example")) as store:
        assert len(store.ledger.entries()) == 6
        assert store.ledger.verify() == ()


def being_made(file):
    """A new file on which another run has only just begun to work: it is not yet in its write-ahead log."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_store_that_another_run_is_only_just_making_is_waited_for(tmp_path):
    with closing(being_made(tmp_path / "new.db")) as other:
        done = threading.Timer(0.3, other.rollback)
        done.start()
        with closing(open_store(tmp_path / "new.db", "st-example", patience=dt.timedelta(seconds=30))) as store:
            assert store.ledger.entries() == ()
        done.join()


def test_a_store_that_another_run_takes_too_long_to_make_is_for_later(tmp_path):
    with closing(being_made(tmp_path / "new.db")), pytest.raises(RetryLater):
        open_store(tmp_path / "new.db", "st-example", patience=dt.timedelta(seconds=0.2))


def test_the_new_stores_of_many_schools_may_be_opened_at_once(tmp_path):
    """The first morning of a trust: jobs of several schools are at work in one process."""
    files = [tmp_path / f"{number}.db" for number in range(6)]

    failures = opened_at_once(files)

    assert failures == []
    for file in files:
        with closing(open_store(file, "st-example")) as store:
            assert len(store.ledger.entries()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_file_is_for_its_owner_only(tmp_path):
    open_store(tmp_path / "store.db", "st-example").close()

    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


def test_opening_a_store_that_is_up_to_date_loads_neither_alembic_nor_the_orm(empty_store_file, tmp_path):
    file = tmp_path / "store.db"
    shutil.copy(empty_store_file, file)
    program = (
        "import sys; from connectors.store_sql import open_store; "
        f"open_store({str(file)!r}, 'st-example').close(); "
        "print([m for m in sys.modules if m.split('.')[0] == 'alembic' or m.startswith('sqlalchemy.orm')])"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"


def test_no_migration_depends_on_the_tables_of_today():
    for script in (FOLDER / "migrations" / "versions").glob("*.py"):
        tree = ast.parse(script.read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert imported <= {"alembic"}, f"{script.name} must keep its own description of the tables"
