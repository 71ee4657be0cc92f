"""How the jobs of many schools went: those on one server are read over a few connections.

A job opens its school's store by itself. Thousands of them, looked at one after another, would each sign in anew and
ask anew whether the tables are of today and keep schools apart; here that is asked once. Row security holds all the
same: every transaction names its school.
"""

import datetime as dt
import threading
from contextlib import ExitStack
from typing import NamedTuple

import sqlalchemy as sa

from connectors.store_sql.desk import read_job_days
from connectors.store_sql.migrate import is_known
from connectors.store_sql.postgres import REHEARSAL_SCHEMA, SCHEMA, database_on, server_engine
from connectors.store_sql.prepare import PREPARE, check_prepared
from firstbell.errors import Misconfigured
from firstbell.job_days import JobDay
from firstbell.ports import Secrets
from firstbell.settings import StoreSettings


class _Pool(NamedTuple):
    engine: sa.Engine
    checked: set[str]  # its schemas that were found prepared
    lock: threading.Lock


class ServerJobDays:
    """Reads how jobs went at schools whose stores are on servers, from several threads if need be."""

    def __init__(self, secrets: Secrets, connections: int) -> None:
        """`connections`: how many a server is asked for at most."""
        self._secrets, self._connections = secrets, connections
        self._pools: dict[str, _Pool] = {}
        self._lock, self._closing = threading.Lock(), ExitStack()

    def job_days(
        self, server: StoreSettings, school: str, day: dt.date, *, rehearsal: bool = False
    ) -> tuple[JobDay, ...]:
        """As the desk's of that school. Raises as `open_server_store` does."""
        pool, schema = self._pool(server), REHEARSAL_SCHEMA if rehearsal else SCHEMA
        database = database_on(pool.engine, server.database, school, schema, is_shared=True)
        with pool.lock:
            if schema not in pool.checked:
                check_prepared(database)
                pool.checked.add(schema)
        with database.reading() as connection:
            if not is_known(connection, school):
                raise Misconfigured(f"the store {database.name} does not know the school {school}: {PREPARE}")
            return read_job_days(connection, school, day)

    def close(self) -> None:
        """Let go of every server."""
        self._closing.close()

    def _pool(self, server: StoreSettings) -> _Pool:
        key = server.model_dump_json()
        with self._lock:
            if key not in self._pools:
                engine = server_engine(server, self._secrets, connections=self._connections, rests=False)
                self._closing.callback(engine.dispose)
                self._pools[key] = _Pool(engine, set(), threading.Lock())
            return self._pools[key]
