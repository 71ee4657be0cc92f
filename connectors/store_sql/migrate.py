"""Brings a store's tables up to date. Alembic is loaded only for a store that is behind: opening stays quick."""

import threading
from pathlib import Path

import sqlalchemy as sa

from connectors.store_sql.engine import Database
from connectors.store_sql.tables import schools
from firstbell.errors import Misconfigured

NEWEST = "0008_job_days"
_SCRIPTS = Path(__file__).parent / "migrations"
# Alembic keeps what it is working on in the process: two at once would make one school's tables in another's store.
_ONE_AT_A_TIME = threading.Lock()
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def bring_up_to_date(database: Database) -> None:
    """Make or migrate the tables, all in one transaction, and enter the school. Raises Misconfigured, RetryLater.

    A store that a newer Firstbell has written is refused: an older one could not keep what it does not know.
    """
    with database.reading() as connection:
        is_ready = version_of(connection) == NEWEST and is_known(connection, database.school)
    if not is_ready:
        with database.altering() as connection:
            migrate(connection, database.name)
            enter_school(connection, database.school)


def version_of(connection: sa.Connection) -> str | None:
    """The newest migration the store has had; None for one without tables."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def is_known(connection: sa.Connection, school: str) -> bool:
    """Whether the school was entered in the store."""
    return connection.execute(sa.select(schools.c.school).where(schools.c.school == school)).first() is not None


def enter_school(connection: sa.Connection, school: str) -> None:
    """Let the school have rows in the store."""
    if not is_known(connection, school):
        connection.execute(sa.insert(schools).values(school=school))


def refuse_newer(version: str | None, name: str) -> None:
    """Raises Misconfigured for a version that this Firstbell has no migration to."""
    if version is not None and not (_SCRIPTS / "versions" / f"{version}.py").exists():
        raise Misconfigured(f"the store {name} was written by a newer Firstbell: install that version or a later one")


def migrate(connection: sa.Connection, name: str) -> None:
    """Run what is missing. Reads the version again: another run may have migrated while this one waited."""
    version = version_of(connection)
    if version == NEWEST:
        return
    refuse_newer(version, name)
    from alembic import command  # noqa: PLC0415 - costs a tenth of a second that most runs need not pay
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", _SCRIPTS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, NEWEST)
