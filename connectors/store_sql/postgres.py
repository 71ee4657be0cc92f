"""The store on a PostgreSQL server.

Every transaction begins by saying whose it is: the schema, and the school, which row security (`protection.py`) lets
through and no other. Both are forgotten when it ends, so a pooled connection, ours or one between us and the server,
carries nothing from one school to the next.

A reader sees one snapshot. A writer locks the school's own row first (`Database.writing`), so that what it reads then
stays true until it writes.
"""

import datetime as dt
import ssl
from typing import Any

import sqlalchemy as sa

from connectors._rotation import signed_in
from connectors.store_sql.engine import PATIENCE, Database, Engines
from connectors.store_sql.postgres_errors import in_our_words, is_password_refused
from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.records import Secret
from firstbell.settings import StoreSettings

SCHEMA, REHEARSAL_SCHEMA = "firstbell", "firstbell_rehearsal"
LONGEST_STATEMENT = dt.timedelta(minutes=1)
CONNECTING_SECONDS = 10
AT_REST = 300  # seconds; a function that slept is better off with a new connection
SSLMODE = {"verify-full": "verify-full", "verify-ca": "verify-ca", "off": "disable"}
OURS = (
    "SELECT set_config('search_path', %(search_path)s, true), set_config('firstbell.school', %(school)s, true),"
    " set_config('lock_timeout', %(patience)s, true), set_config('statement_timeout', %(longest)s, true),"
    " set_config('idle_in_transaction_session_timeout', %(longest)s, true)"
)


def server_database(
    server: StoreSettings,
    secrets: Secrets,
    school: str,
    schema: str = SCHEMA,
    *,
    patience: dt.timedelta = PATIENCE,
    longest: dt.timedelta = LONGEST_STATEMENT,
) -> Database:
    """The school's part of the database that the settings name. Connects when first used. Raises Misconfigured.

    Two connections at most: a run needs one at a time, and a server has few for all the functions of a trust.
    """
    engine = server_engine(server, secrets, patience=patience)
    return database_on(engine, server.database, school, schema, patience=patience, longest=longest)


def database_on(
    engine: sa.Engine,
    name: str,
    school: str,
    schema: str = SCHEMA,
    *,
    patience: dt.timedelta = PATIENCE,
    longest: dt.timedelta = LONGEST_STATEMENT,
    is_shared: bool = False,
) -> Database:
    """The school's part of the database over an engine, which may be shared by schools and then stays open."""
    begins = {
        "search_path": f"{schema}, pg_temp",
        "school": school,
        "patience": f"{int(patience.total_seconds() * 1000)}ms",
        "longest": f"{int(longest.total_seconds() * 1000)}ms",
    }
    ours = engine.execution_options(begins=begins)
    engines = Engines(
        reader=ours.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        writer=ours.execution_options(isolation_level="READ COMMITTED"),
        is_shared=is_shared,
    )
    return Database(engines, school, name, lambda error: in_our_words(name, error))


def server_engine(
    server: StoreSettings,
    secrets: Secrets,
    *,
    patience: dt.timedelta = PATIENCE,
    connections: int = 2,
    rests: bool = True,
) -> sa.Engine:
    """A pool of connections, on each of which every transaction says whose it is. Raises Misconfigured.

    Where it `rests` between its uses, a connection may have been lost meanwhile, and is tried before each.
    """
    engine = _engine(_connection_arguments(server), patience, connections, tried_first=rests)
    if server.password_secret:
        _sign_in_with(engine, secrets.secret(server.password_secret))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(OURS, connection.get_execution_options()["begins"])


def _engine(arguments: dict[str, object], patience: dt.timedelta, connections: int, *, tried_first: bool) -> sa.Engine:
    try:
        return sa.create_engine(
            "postgresql+psycopg://",
            connect_args=arguments,
            hide_parameters=True,
            pool_size=connections - 1,
            max_overflow=1,
            pool_timeout=patience.total_seconds(),
            pool_pre_ping=tried_first,
            pool_recycle=AT_REST,
            use_native_hstore=False,
        )
    except ModuleNotFoundError as error:
        raise Misconfigured(
            "a store on PostgreSQL needs its driver: install Firstbell with the extra 'postgres'"
        ) from error


def _sign_in_with(engine: sa.Engine, password: Secret) -> None:
    """Each new connection of the pool signs in with the password that the server takes."""

    def connect(dialect: Any, _record: object, positional: Any, named: dict[str, Any]) -> Any:  # noqa: ANN401 - SQLAlchemy's
        refusal = dialect.loaded_dbapi.OperationalError
        return signed_in(
            password, lambda value: dialect.connect(*positional, **named, password=value), refusal, is_password_refused
        )

    sa.event.listen(engine, "do_connect", connect)


def _connection_arguments(server: StoreSettings) -> dict[str, object]:
    """What libpq is told. Whatever is left to it, it takes from variables and files of whoever runs us."""
    return {
        "host": server.host,
        "port": server.port,
        "dbname": server.database,
        "user": server.user,
        "sslmode": SSLMODE[server.tls],
        "sslrootcert": None if server.tls == "off" else _authorities(server),
        "gssencmode": "disable",
        "connect_timeout": CONNECTING_SECONDS,
        "target_session_attrs": "read-write",
        "application_name": "firstbell",
        "client_encoding": "utf-8",
        "prepare_threshold": None,  # a pool between us and the server may give each transaction another connection
    }


def _authorities(server: StoreSettings) -> str:
    """The file of certificates that a server's must come from: the school's own choice, or this computer's.

    libpq's "system" is of no use: the OpenSSL inside psycopg's wheel looks for it where no computer has it.
    """
    chosen = server.certificate_authority or ssl.get_default_verify_paths().cafile
    if chosen is None:
        raise Misconfigured("this computer has no list of certificate authorities: set [store] certificate_authority")
    return str(chosen)
