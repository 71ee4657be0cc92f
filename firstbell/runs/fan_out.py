"""From one timer to every school: the timer names the schools in shards, and a shard asks each of its schools what is
due and has not been done. A shard is tried again by itself, and one school in trouble does not stop the others.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator

from firstbell.composition.exports import calendar_of
from firstbell.composition.stores import open_store_for
from firstbell.errors import FirstbellError
from firstbell.ports import Jobs
from firstbell.runs.due import schools_in, shards_of
from firstbell.runs.once import is_done
from firstbell.runs.schools import platform_clock, school_keys, settings_of
from firstbell.runs.timetable import Due, due_jobs, due_watch
from firstbell.settings import Settings
from firstbell.workflows.words import count_of
from rules.calendar import SchoolCalendar

Timetable = Callable[..., tuple[Due, ...]]
TIMETABLES: dict[str, Timetable] = {"jobs": due_jobs, "watch": due_watch}
SAYS_WHAT_IS_BROKEN = "jobs"  # the watchdog asks the same schools seven minutes later; once is enough

log = logging.getLogger(__name__)


def shards() -> list[str]:
    """A message for each hundred schools. Raises BadInput, Misconfigured."""
    keys = school_keys()
    log.info("%s to ask", count_of(len(keys), "school"))
    return shards_of(keys)


def enqueue_due(shard: str, jobs: Jobs, *, timetable: str) -> int:
    """Enqueue what is due at the schools of a shard by their `jobs` or `watch` timetable; how many that were.

    Raises BadInput for what is no shard.
    """
    found = [(key, due) for key in schools_in(shard) for due in _due_at(key, timetable)]
    for key, due in found:
        jobs.enqueue(key, due.job, due.at)
    return len(found)


def _due_at(key: str, timetable: str) -> Iterator[Due]:
    try:
        settings = settings_of(key)
    except FirstbellError as error:  # nobody at the school can be told: who they are stands in these settings
        if timetable == SAYS_WHAT_IS_BROKEN:
            log.error("%s: nothing can be run. %s", key, error)  # noqa: TRY400 - a sentence and no traceback
        return
    due = TIMETABLES[timetable](settings, _calendar(settings), platform_clock().now())
    if due:
        yield from _not_done(settings, due)


def _calendar(settings: Settings) -> SchoolCalendar | None:
    """The school's calendar; None when it can't be read, which the jobs themselves will tell the office."""
    try:
        return calendar_of(settings)
    except FirstbellError:
        return None


def _not_done(settings: Settings, due: tuple[Due, ...]) -> tuple[Due, ...]:
    """Those of the due jobs that the store does not know as done; all of them when it can't be asked."""
    try:
        with contextlib.closing(open_store_for(settings, rehearse=settings.outgoing.rehearsal, make=False)) as store:
            return tuple(each for each in due if not is_done(store, each.job, each.at))
    except FirstbellError:
        return due
