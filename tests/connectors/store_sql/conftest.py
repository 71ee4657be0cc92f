import contextlib
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from connectors.store_sql import open_server_store, open_store
from connectors.store_sql.prepare import prepare_server_store
from connectors.store_sql.tables import metadata
from firstbell.ports import Store
from firstbell.settings import StoreSettings
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.postgres_server import PASSWORD, SUPERUSER, NoServer, PostgresServer, running_server

NO_TRIGGERS = "SET session_replication_role = replica"
OWNER, USER = "firstbell_owner", "firstbell"


@pytest.fixture(scope="session")
def empty_store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store with nothing in it, to be copied: migrating afresh for every test would take minutes."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(path, "st-example").close()
    return path


class TestServer:
    """A real PostgreSQL server, set up by its administrator and prepared by the owner, as docs/store.md says."""

    __test__ = False

    def __init__(self, server: PostgresServer, set_up: str) -> None:
        self.server = server
        passwords = re.findall(r"ROLE (\w+) LOGIN PASSWORD '([^']+)'", set_up)
        self.secrets = FakeSecrets(**dict(passwords), superuser=PASSWORD, wrong="not the password")
        self.run(f"CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
        self.run(*filter(None, map(str.strip, set_up.split(";"))), user="administrator")
        self.numbers = count(1)
        self.prepare("st-example")

    def settings(self, **changes: object) -> StoreSettings:
        """How school.toml names this server."""
        usual = {"host": self.server.host, "port": self.server.port, "tls": "off", "password_secret": USER}
        return StoreSettings(kind="postgres", **usual | changes)

    def prepare(self, school: str, **changes: object) -> None:
        """What `firstbell store prepare` does."""
        prepare_server_store(self.settings(**changes), self.secrets, school, owner=OWNER, secret=OWNER)

    def open(self, school: str, **changes: object) -> Store:
        return open_server_store(self.settings(**changes), self.secrets, school)

    def run(self, *statements: object, database: str = "postgres", user: str = SUPERUSER) -> list[tuple]:
        """Run statements past all protection, each a transaction of its own; the rows of the last."""
        where = {"host": self.server.host, "port": self.server.port, "dbname": database, "sslmode": "disable"}
        with psycopg.connect(**where, user=user, password=PASSWORD, autocommit=True) as connection:
            for statement in statements:
                words, values = statement if isinstance(statement, tuple) else (statement, None)
                done = connection.execute(words, values)
            return done.fetchall() if done.description else []

    def new_school(self) -> str:
        """A school of its own for one test, known to the store and without a row."""
        school = f"school-{next(self.numbers)}"
        self.run(("INSERT INTO firstbell.schools (school) VALUES (%s)", (school,)), database="firstbell")
        return school

    def empty(self, school: str) -> None:
        """Take every row of a school away, past all protection."""
        tables = [name for name in metadata.tables if name != "schools"]
        rows = [(f"DELETE FROM firstbell.{name} WHERE school = %s", (school,)) for name in tables]  # noqa: S608 - ours
        never = ("UPDATE firstbell.schools SET marks_as_at = NULL WHERE school = %s", (school,))
        self.run(NO_TRIGGERS, *rows, never, database="firstbell")

    def new_database(self) -> str:
        """An empty database of the owner's that nobody has prepared."""
        name = f"fresh_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} OWNER {OWNER}")
        return name


@pytest.fixture(scope="session")
def server(root: Path) -> Iterator[TestServer]:
    """One server for all tests of a worker. CI has to have one; a laptop that can't is told so, and skips."""
    set_up = re.search(r"```sql\n(.*?)```", (root / "docs" / "store.md").read_text(encoding="utf-8"), re.DOTALL)
    with contextlib.ExitStack() as running:
        try:
            started = running.enter_context(running_server())
        except (NoServer, OSError, subprocess.SubprocessError) as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no PostgreSQL server here, so what needs one is not tested: {error}")
        yield TestServer(started, set_up.group(1))


@pytest.fixture
def open_school(server: TestServer) -> Iterator[Callable[[str], Store]]:
    """Open a school's store on the server; everything is closed with the test."""
    with contextlib.ExitStack() as opened:

        def made(school: str) -> Store:
            store = server.open(school)
            opened.callback(store.close)
            return store

        yield made
