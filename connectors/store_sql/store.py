"""Opening a school's store."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.store_sql.desk import SqlDesk
from connectors.store_sql.engine import PATIENCE, Database, sqlite_database
from connectors.store_sql.ledger import SqlLedger
from connectors.store_sql.migrate import bring_up_to_date
from connectors.store_sql.proposals import SqlProposals
from connectors.store_sql.registers import SqlRegisters
from firstbell.errors import Misconfigured
from firstbell.ports import Store

LONDON = ZoneInfo("Europe/London")


class SqlStore:
    """The port Store over one database."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self.registers = SqlRegisters(database, zone)
        self.ledger = SqlLedger(database)
        self.proposals = SqlProposals(database)
        self.desk = SqlDesk(database)
        self._database = database

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def open_store(
    path: Path | str,
    school: str,
    *,
    make: bool = True,
    zone: ZoneInfo = LONDON,
    patience: dt.timedelta = PATIENCE,
) -> Store:
    """Open the SQLite file at `path`, made or migrated as need be, for the school with this key.

    `make` False refuses a file that is not there: a reader of evidence must not find an empty store of its own making.
    Raises Misconfigured for a file that is damaged, unwritable, from a newer Firstbell or no store at all, and
    RetryLater while another writer keeps it locked for longer than `patience`. `zone` is the school's.
    """
    if not make and not Path(path).exists():
        raise Misconfigured(f"there is no store at {path}: it is made by the first run of a job")
    database = sqlite_database(Path(path), school, patience)
    store = SqlStore(database, zone)
    bring_up_to_date(database)
    return store
