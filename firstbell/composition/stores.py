"""The store of a school: opened for its runs, prepared on a server, made for practice, and looked at beside many."""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from firstbell.composition.clocks import SetClock, clock_at
from firstbell.composition.places import STORE_FILE, place_of
from firstbell.errors import Misconfigured
from firstbell.job_days import JobDay
from firstbell.ports import Store
from firstbell.settings import EnvironmentSecrets, Settings


def open_store_for(settings: Settings, *, rehearse: bool = False, make: bool = True, run: str = "") -> Store:
    """The school's store: registers, ledger and proposals, in one file beside the workbooks or on a server.

    `make` False refuses a store that is not there; one on a server is never made by a run. Raises Misconfigured,
    RetryLater.
    """
    from connectors.store_sql import open_server_store, open_store  # noqa: PLC0415

    school, zone = settings.school.key, settings.zone
    if settings.store.kind == "postgres":
        return open_server_store(settings.store, EnvironmentSecrets(), school, rehearsal=rehearse, zone=zone)
    return open_store(place_of(settings, rehearse=rehearse) / STORE_FILE, school, make=make, zone=zone, run=run)


@contextlib.contextmanager
def job_days_of_many(connections: int) -> Iterator[Callable[[Settings, dt.date], tuple[JobDay, ...]]]:
    """What reads how a school's jobs went on a day, for many schools: those on a server share so many connections.

    A store in a file that no run has made yet knows of none. It raises as `open_store_for` does.
    """
    from connectors.store_sql.many import ServerJobDays  # noqa: PLC0415 - loaded where it is used

    def job_days(settings: Settings, day: dt.date) -> tuple[JobDay, ...]:
        rehearse = settings.outgoing.rehearsal
        if settings.store.kind == "postgres":
            return servers.job_days(settings.store, settings.school.key, day, rehearsal=rehearse)
        if not (place_of(settings, rehearse=rehearse) / STORE_FILE).exists():
            return ()
        with contextlib.closing(open_store_for(settings, rehearse=rehearse, make=False)) as store:
            return store.desk.job_days(day)

    with contextlib.closing(ServerJobDays(EnvironmentSecrets(), connections)) as servers:
        yield job_days


def prepare_store_for(settings: Settings, *, owner: str, password_secret: str) -> None:
    """Make or migrate the tables on a server as their owner, and enter the school. Raises Misconfigured, RetryLater."""
    from connectors.store_sql.prepare import prepare_server_store  # noqa: PLC0415

    if settings.store.kind != "postgres":
        raise Misconfigured("a store in a file needs no preparing: the first run makes it")
    secrets = EnvironmentSecrets()
    prepare_server_store(settings.store, secrets, settings.school.key, owner=owner, secret=password_secret)


@contextlib.contextmanager
def practice_store(settings: Settings, begins: dt.datetime) -> Iterator[tuple[Store, SetClock]]:
    """An empty store of the school for a replay, gone afterwards, and a clock that the replay moves."""
    from connectors.store_sql import open_store  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="firstbell-replay-", ignore_cleanup_errors=True) as folder:
        store = open_store(Path(folder) / "practice.db", settings.school.key, zone=settings.zone)
        with contextlib.closing(store):
            yield store, clock_at(settings, begins)
