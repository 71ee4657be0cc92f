"""Whatever a server refuses or does not answer becomes a sentence or another try, without password, host or row."""

import datetime as dt
import socket
import subprocess
import sys
import threading
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from connectors.store_sql import open_server_store
from connectors.store_sql.postgres import server_database
from connectors.store_sql.tables import pupils
from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.store_conformance.samples import NINE

PREPARED = "st-example"


def refused(server, **changes):
    """The sentence that a person gets."""
    with pytest.raises(Misconfigured) as caught:
        server.open(PREPARED, **changes)
    sentence = str(caught.value)
    assert not any(secret in sentence for secret in ("127.0.0.1", "long one", "not the password"))
    return sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password_secret": "wrong"}, "refuses the user or the password"),
        ({"user": "nobody_at_all"}, "refuses the user or the password"),
        ({"database": "no_such"}, "has no database 'no_such'"),
        ({"tls": "verify-full"}, "can't be reached safely"),
        ({"tls": "verify-full", "certificate_authority": "no-such-file.pem"}, "can't be reached safely"),
        ({"host": "no-such-host.invalid", "tls": "verify-full"}, "can't be found"),
        ({"host": "/no/such/folder"}, "can't be found"),
        ({"password_secret": "never-set"}, "'never-set' is not set"),
    ],
)
def test_what_the_settings_have_wrong_is_said_by_the_name_of_the_setting(changes, sentence, server):
    assert sentence in refused(server, **changes)


def test_a_database_that_the_user_may_not_enter_is_a_sentence(server):
    name = server.new_database()
    server.run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")

    assert "does not let its user do this" in refused(server, database=name)


def test_a_server_that_is_not_there_is_to_be_tried_later(server):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))

        with pytest.raises(RetryLater):
            server.open(PREPARED, port=nobody.getsockname()[1])


def test_a_server_with_too_many_connections_is_to_be_tried_later(server):
    server.run("ALTER ROLE firstbell CONNECTION LIMIT 1")
    try:
        with closing(server.open(PREPARED)), pytest.raises(RetryLater):
            server.open(PREPARED)
    finally:
        server.run("ALTER ROLE firstbell CONNECTION LIMIT -1")


def test_a_school_that_another_run_writes_for_too_long_is_to_be_tried_later_and_can_be_read(server):
    school = server.new_school()
    patience = dt.timedelta(milliseconds=100)
    slow = server_database(server.settings(), server.secrets, school)
    store = open_server_store(server.settings(), server.secrets, school, patience=patience)
    with closing(slow), closing(store), slow.writing():
        with pytest.raises(RetryLater):
            store.ledger.append("note", at=NINE, actor="AB", facts={})
        assert store.ledger.entries() == ()


def test_another_school_does_not_wait(server, open_school):
    slow = server_database(server.settings(), server.secrets, server.new_school())
    other = open_school(server.new_school())
    with closing(slow), slow.writing():
        assert other.ledger.append("note", at=NINE, actor="AB", facts={}).number == 1


@pytest.fixture
def database(server):
    with closing(
        server_database(server.settings(), server.secrets, PREPARED, longest=dt.timedelta(seconds=1))
    ) as database:
        yield database


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_sleep(5)",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        *(
            f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
            for state in ("40001", "40P01", "55P03", "53300", "57P03", "25006", "08006")
        ),
    ],
)
def test_what_passes_is_to_be_tried_later(statement, database):
    with pytest.raises(RetryLater), database.altering() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("53100", "disk is full"), ("58030", "disk is full or failing"), ("XX001", "damaged"), ("42501", "does not let")],
)
def test_what_does_not_pass_is_a_sentence(state, sentence, database):
    with pytest.raises(Misconfigured, match=sentence), database.altering() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")


def test_two_runs_that_wait_for_each_other_are_told_to_try_later_and_one_goes_on(server):
    schools = [server.new_school(), server.new_school()]
    met, outcomes = threading.Barrier(2), []

    def run(first, second):
        lock = "SELECT pg_advisory_xact_lock(hashtext(%s))"
        own = server_database(server.settings(), server.secrets, first)
        try:
            with closing(own), own.altering() as connection:
                connection.exec_driver_sql(lock, (first,))
                met.wait()
                connection.exec_driver_sql(lock, (second,))
        except RetryLater:
            outcomes.append("later")
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=run, args=pair) for pair in (schools, schools[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "later"]


def test_a_mistake_of_ours_tells_of_no_row(database):
    row = {"school": PREPARED, "place": 1, "pupil_id": "P1", "forename": "Alicia", "surname": "Testname"}

    with pytest.raises(sa.exc.IntegrityError) as caught, database.writing() as connection:
        connection.execute(sa.insert(pupils), row | {"year_group": "7", "form": None, "flags": {}})

    told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {caught.value.__cause__}"
    assert "23502" in told
    assert "Alicia" not in told
    assert "Testname" not in told


def test_the_driver_alone_would_have_told(server):
    with pytest.raises(psycopg.errors.NotNullViolation, match="Alicia"):
        server.run(
            "INSERT INTO firstbell.pupils (school, place, pupil_id, forename) VALUES ('st-example', 9, 'P1', 'Alicia')",
            database="firstbell",
        )


def test_text_that_no_database_can_keep_is_refused_before_it_is_sent(open_school, server):
    store = open_school(server.new_school())

    with pytest.raises(sa.exc.DataError):
        store.ledger.append("no\x00te", at=NINE, actor="AB", facts={})

    assert store.ledger.entries() == ()


def test_a_store_on_a_server_without_the_driver_is_a_sentence(root):
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from connectors.store_sql import open_server_store\n"
        "from firstbell.settings import StoreSettings\n"
        "from firstbell.testing.fake_secrets import FakeSecrets\n"
        "server = StoreSettings(kind='postgres', host='localhost', password_secret='x', tls='off')\n"
        "try:\n    open_server_store(server, FakeSecrets(x='y'), 'st-example')\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)

    assert told.stdout.startswith("Misconfigured a store on PostgreSQL needs its driver")


def test_opening_a_store_on_a_server_loads_neither_alembic_nor_the_orm(root, server):
    told = {"host": server.server.host, "port": server.server.port, "tls": "off", "password_secret": "x"}
    password = server.secrets.secret("firstbell").current
    program = (
        "import sys\nfrom connectors.store_sql import open_server_store\n"
        "from firstbell.settings import StoreSettings\n"
        "from firstbell.testing.fake_secrets import FakeSecrets\n"
        f"server = StoreSettings(kind='postgres', **{told!r})\n"
        f"open_server_store(server, FakeSecrets(x={password!r}), 'st-example').close()\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'alembic' or m.startswith('sqlalchemy.orm')])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)

    assert done.stdout.strip() == "[]"
