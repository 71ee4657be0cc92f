"""Opening a school's store."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.store_sql.desk import SqlDesk
from connectors.store_sql.engine import PATIENCE, Database
from connectors.store_sql.ledger import SqlLedger
from connectors.store_sql.migrate import bring_up_to_date
from connectors.store_sql.proposals import SqlProposals
from connectors.store_sql.registers import SqlRegisters
from connectors.store_sql.sqlite import sqlite_database
from firstbell.errors import FirstbellError, Misconfigured
from firstbell.ports import Secrets, Store
from firstbell.settings import StoreSettings

LONDON = ZoneInfo("Europe/London")


class SqlStore:
    """The port Store over one database."""

    def __init__(self, database: Database, zone: ZoneInfo, run: str = "") -> None:
        self.registers = SqlRegisters(database, zone)
        self.ledger = SqlLedger(database)
        self.proposals = SqlProposals(database)
        self.desk = SqlDesk(database, run)
        self._database = database

    def close(self) -> None:
        """Let go of the file or the server."""
        self._database.close()


def open_store(
    path: Path | str,
    school: str,
    *,
    make: bool = True,
    zone: ZoneInfo = LONDON,
    patience: dt.timedelta = PATIENCE,
    run: str = "",
) -> Store:
    """Open the SQLite file at `path`, made or migrated as need be, for the school with this key.

    `make` False refuses a file that is not there: a reader of evidence must not find an empty store of its own making.
    Raises Misconfigured for a file that is damaged, unwritable, from a newer Firstbell or no store at all, and
    RetryLater while another writer keeps it locked for longer than `patience`. `zone` is the school's; `run` names who
    opens it.
    """
    if not make and not Path(path).exists():
        raise Misconfigured(f"there is no store at {path}: it is made by the first run of a job")
    database = sqlite_database(Path(path), school, patience)
    store = SqlStore(database, zone, run)
    bring_up_to_date(database)
    return store


def open_server_store(
    server: StoreSettings,
    secrets: Secrets,
    school: str,
    *,
    rehearsal: bool = False,
    zone: ZoneInfo = LONDON,
    patience: dt.timedelta = PATIENCE,
) -> Store:
    """Open the store on a PostgreSQL server that its owner has prepared for the school with this key.

    A rehearsal has tables of its own there. Raises Misconfigured for a server that refuses us, a store that is not
    prepared for this Firstbell, a school it does not know, and a role that may do more than a run needs; RetryLater
    when the server can't be reached or is too busy.
    """
    from connectors.store_sql.postgres import REHEARSAL_SCHEMA, SCHEMA, server_database  # noqa: PLC0415 - a server only
    from connectors.store_sql.prepare import check_prepared  # noqa: PLC0415 - as above

    schema = REHEARSAL_SCHEMA if rehearsal else SCHEMA
    database = server_database(server, secrets, school, schema, patience=patience)
    try:
        check_prepared(database)
    except FirstbellError:
        database.close()
        raise
    return SqlStore(database, zone)
