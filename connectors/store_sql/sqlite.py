"""The store in a SQLite file.

SQLite behind Python's driver needs care. The driver opens transactions by itself and too late, so it is told to leave
them alone and BEGIN is said here; and a writer says BEGIN IMMEDIATE, so that what it reads first stays true until it
writes.
"""

import datetime as dt
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from connectors.store_sql.engine import PATIENCE, TRY_AGAIN_AFTER, Database, Engines
from firstbell.errors import FirstbellError, Misconfigured, RetryLater
from firstbell.write_ahead import write_ahead

PERSONAL_FILE = 0o600  # names and addresses: for the owner of the file only, where the system knows such a thing


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
    engines = Engines(reader=engine, writer=engine.execution_options(is_writing=True))
    return Database(engines, school, str(path), lambda error: _in_our_words(str(path), error))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """FULL keeps a committed intent through a power cut."""
    write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten, not only no longer listed


def _begin(connection: sa.Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _in_our_words(name: str, error: sa.exc.DBAPIError) -> FirstbellError | None:
    if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError):
        return None  # a mistake of ours, and no state of the outside world
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
