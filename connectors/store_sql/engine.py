"""The connection to the database: transactions that mean what they say, and errors in our own words.

SQLite behind Python's driver needs care. The driver opens transactions by itself and too late, so it is told to leave
them alone and BEGIN is said here; and a writer says BEGIN IMMEDIATE, so that what it reads first stays true until it
writes. Other databases lock the school's own row for the same end.
"""

import datetime as dt
import sqlite3
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from connectors.store_sql.tables import schools
from firstbell.errors import FirstbellError, Misconfigured, RetryLater

PATIENCE = dt.timedelta(seconds=10)  # how long a writer waits for another; a morning's writes take milliseconds
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
PERSONAL_FILE = 0o600  # names and addresses: for the owner of the file only, where the system knows such a thing


class Database:
    """One school's part of a database."""

    def __init__(self, engine: sa.Engine, school: str, name: str) -> None:
        """`name` is how error sentences call the database: a file's path, never a password."""
        self.school = school
        self.name = name
        self._engine = engine
        self._writer = engine.execution_options(is_writing=True)
        self._let_go = weakref.finalize(self, engine.dispose)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the store throughout. Raises RetryLater, Misconfigured."""
        with _our_errors(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction of this school's only writer: all of it happens, or nothing. Raises as `reading`."""
        with _our_errors(self.name), self._writer.begin() as connection:
            connection.execute(sa.select(schools.c.school).where(schools.c.school == self.school).with_for_update())
            yield connection

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """A writer's transaction before the tables are known to be there."""
        with _our_errors(self.name), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file; happens by itself when nothing of the store is in use any more."""
        self._let_go()


def sqlite_database(path: Path, school: str, patience: dt.timedelta = PATIENCE) -> Database:
    """The SQLite file at `path`, made when it is not there. Raises Misconfigured when it can't be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(PERSONAL_FILE)
    except OSError as error:
        raise Misconfigured(f"the store {path} can't be written: {error.strerror}") from error
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": patience.total_seconds()},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return Database(engine, school, str(path))


def put(connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Change the row with this key, or add it."""
    row = sa.update(table).where(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(row.values(**values)).rowcount == 0:
        connection.execute(sa.insert(table).values(**key, **values))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """WAL lets people read while a run writes; FULL keeps a committed intent through a power cut."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def _our_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (sa.exc.IntegrityError, sa.exc.ProgrammingError):
        raise  # a mistake of ours, and no state of the outside world
    except sa.exc.DBAPIError as error:
        raise _in_our_words(name, error) from error
    except sa.exc.StatementError as error:
        raise (error.orig or error) from error  # a value of ours that can't be written, such as a time without a zone


def _in_our_words(name: str, error: sa.exc.DBAPIError) -> FirstbellError:
    told = getattr(error.orig, "sqlite_errorname", "")
    if told.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return RetryLater(TRY_AGAIN_AFTER)
    if told.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return Misconfigured(f"the store {name} can't be written: check that its folder is there and may be written to")
    if told.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return Misconfigured(f"the store {name} can't be written: the disk is full or failing")
    if told.startswith("SQLITE_NOTADB"):
        return Misconfigured(f"{name} is not a Firstbell store: choose another file, or restore the store from a copy")
    return Misconfigured(f"the store {name} is damaged: restore it from a copy")
