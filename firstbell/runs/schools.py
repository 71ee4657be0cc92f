"""The schools of a platform, by key: where their settings are, and how an office of one is opened."""

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from firstbell.composition.clocks import SystemClock, clock_for
from firstbell.composition.offices import office_of
from firstbell.composition.queues import storage_queue_jobs
from firstbell.errors import FirstbellError, Misconfigured
from firstbell.ports import Clock, LaterJobs
from firstbell.settings import Settings, load_settings, schools_place
from firstbell.workflows.office import Office

FILE = "school.toml"


@dataclass
class Platform:
    """What the triggers stand on. `firstbell serve` sets it; in the cloud it stays as it is.

    `place`: one `school.toml` or the folder of all schools' folders; None for the one that the environment names.
    `ahead`: how far the clock of the triggers is ahead of the computer's, so that another day can be looked at.
    `later`: where a job puts what is left of it, by a clock; on Azure's queue, unless a front door sets another.
    """

    place: Path | None = None
    ahead: dt.timedelta = dt.timedelta()
    later: Callable[[Clock], AbstractContextManager[LaterJobs]] = storage_queue_jobs

    def now(self) -> dt.datetime:
        """The port Clock."""
        return SystemClock().now() + self.ahead


PLATFORM = Platform()


def stand_on(place: Path, at: dt.datetime | None) -> Settings:
    """Let a command stand on these schools, as if it were `at` by the first whose settings can be read; those settings.

    Raises BadInput, Misconfigured where no school's can be.
    """
    PLATFORM.place = place
    first = _first_readable(school_keys())
    PLATFORM.ahead = clock_for(first, at).now() - SystemClock().now() if at else dt.timedelta()
    return first


def _first_readable(keys: Sequence[str]) -> Settings:
    """One school in trouble does not keep the others waiting."""
    for key in keys[:-1]:
        with contextlib.suppress(FirstbellError):
            return settings_of(key)
    return settings_of(keys[-1])


def platform_clock() -> Clock:
    """The clock of the triggers."""
    return PLATFORM


def school_keys() -> Sequence[str]:
    """The keys of all schools, in order. Raises BadInput, Misconfigured.

    In a folder of schools each key is the name of a folder: nothing is opened to count them.
    """
    place = _place()
    if not place.is_dir():
        return (load_settings(place).school.key,)
    keys = sorted(found.parent.name for found in place.glob(f"*/{FILE}"))
    if not keys:
        raise Misconfigured(f"there is no school in {place}: put each one's {FILE} into a folder named by its key")
    return keys


def settings_file(key: str) -> Path:
    """Where the settings of one school stand. Raises Misconfigured where no place of schools is named."""
    place = _place()
    return place / key / FILE if place.is_dir() else place


def settings_of(key: str) -> Settings:
    """The settings of one school. Raises BadInput, and Misconfigured for a school whose file names another."""
    settings = load_settings(settings_file(key))
    if settings.school.key != key:
        raise Misconfigured(f"the settings of the school '{key}' say that its key is '{settings.school.key}'")
    return settings


def open_school(key: str) -> Office:
    """The office of one school, by the platform's clock. Raises BadInput, Misconfigured, RetryLater."""
    settings = settings_of(key)
    return office_of(settings, platform_clock(), rehearse=settings.outgoing.rehearsal)


def _place() -> Path:
    return PLATFORM.place or schools_place()
