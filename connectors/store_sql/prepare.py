"""A store on a PostgreSQL server: prepared once by its owner, and looked at before every run that uses it."""

import datetime as dt

import sqlalchemy as sa

from connectors.store_sql.engine import Database
from connectors.store_sql.migrate import NEWEST, enter_school, is_known, migrate, refuse_newer, version_of
from connectors.store_sql.postgres import REHEARSAL_SCHEMA, SCHEMA, server_database
from connectors.store_sql.protection import ADDED_TO_ONLY, lift, protect
from connectors.store_sql.tables import metadata
from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.settings import StoreSettings

FOR_OTHERS_TO_FINISH = dt.timedelta(minutes=1)  # no longer: whoever comes meanwhile has to wait behind us
FOR_ONE_MIGRATION = dt.timedelta(hours=1)
PREPARE = "let its owner run firstbell store prepare"

# What the role in use could do beyond what a run needs: pass row security by, own a table, or change what is past.
MAY_TOO_MUCH = sa.text(
    "SELECT (SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE pg_has_role(oid, 'MEMBER'))"
    " OR bool_or(pg_has_role(relowner, 'MEMBER'))"
    " OR bool_or(relname = ANY(:added_to_only) AND has_table_privilege(oid, 'UPDATE, TRUNCATE'))"
    " FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)
KEPT_APART = sa.text(
    "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
    " WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity AND relforcerowsecurity"
)


def prepare_server_store(server: StoreSettings, secrets: Secrets, school: str, *, owner: str, secret: str) -> None:
    """Make or migrate the tables as their owner, protect them, let `server.user` use them, and enter the school.

    Does so for the store and for the rehearsal's; safe to repeat, and for two at once. The owner's password is the
    secret named `secret`. Raises Misconfigured, RetryLater.
    """
    if owner == server.user:
        raise Misconfigured("the owner and [store] user are one: give Firstbell a user of its own, see docs/store.md")
    as_owner = server.model_copy(update={"user": owner, "password_secret": secret})
    for schema in (SCHEMA, REHEARSAL_SCHEMA):
        database = server_database(
            as_owner, secrets, school, schema, patience=FOR_OTHERS_TO_FINISH, longest=FOR_ONE_MIGRATION
        )
        try:
            with database.altering() as connection:
                _prepare(connection, schema, database, server.user)
        finally:
            database.close()


def _prepare(connection: sa.Connection, schema: str, database: Database, user: str) -> None:
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:schema))"), {"schema": schema})
    if connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :user"), {"user": user}) is None:
        raise Misconfigured("the server has no role of the name in [store] user: make it first, see docs/store.md")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    if version_of(connection) != NEWEST:
        lift(connection)
        migrate(connection, database.name)
    protect(connection, user)
    enter_school(connection, database.school)


def check_prepared(database: Database) -> None:
    """Raises Misconfigured unless the store is of today, keeps schools apart, knows the school, and the role in use is
    no more than a user of it; RetryLater when the server can't be asked.
    """
    with database.reading() as connection:
        version = version_of(connection)
        if version != NEWEST:
            refuse_newer(version, database.name)
            raise Misconfigured(f"the store {database.name} is not prepared for this Firstbell: {PREPARE}")
        if connection.scalar(MAY_TOO_MUCH, {"added_to_only": list(ADDED_TO_ONLY)}):
            raise Misconfigured(
                f"[store] user may do too much in {database.name}: give Firstbell a role that owns nothing, see"
                " docs/store.md"
            )
        if not metadata.tables.keys() <= set(connection.scalars(KEPT_APART)):
            raise Misconfigured(f"the store {database.name} does not keep schools apart: {PREPARE}")
        if not is_known(connection, database.school):
            raise Misconfigured(f"the store {database.name} does not know the school {database.school}: {PREPARE}")
