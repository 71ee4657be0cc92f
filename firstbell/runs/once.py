"""Each due job is done once, and only one job of a school is at work at a time, however often its message comes.

The store's row for school and job says what is done, and its lease for the school says who is at work.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from firstbell.errors import RetryLater
from firstbell.ports import Store
from firstbell.runs.due import Job
from firstbell.runs.noted import noted
from firstbell.workflows.office import Office

if TYPE_CHECKING:
    from firstbell.runs.reports import RunReport  # as in noted.py

LEASE = "any job"
LEASE_SECONDS = 600  # a job takes seconds; after ten minutes its run is dead, and its message comes again
STEP_SECONDS, STEPS = 0.5, 120  # how long to wait for another job of the same school
TRY_AGAIN_AFTER = dt.timedelta(minutes=2)


def is_done(store: Store, job: Job, due_at: dt.datetime) -> bool:
    """Whether a run that began when the job was due already has come to its end."""
    last = store.desk.last_heartbeat(_row(job))
    return last is not None and last >= due_at


def do_once(
    office: Office, job: Job, due_at: dt.datetime, do: Callable[[], "RunReport"], *, pause: Callable[[float], None]
) -> "RunReport | None":
    """Do the job and record that it is done; None when it was done before. How it went is noted before that.

    Raises RetryLater while another job of the school is at work for long, and what `do` raises.
    """
    with _alone(office, pause):
        if is_done(office.store, job, due_at):
            return None
        began = office.clock.now()
        report = noted(office, job, due_at, do)
        office.store.desk.heartbeat(_row(job), at=began, due_at=due_at, outcome="done")
        return report


@contextlib.contextmanager
def _alone(office: Office, pause: Callable[[float], None]) -> Iterator[None]:
    desk = office.store.desk
    for _ in range(STEPS):
        if desk.take_lease(LEASE, now=office.clock.now(), seconds=LEASE_SECONDS):
            break
        pause(STEP_SECONDS)
    else:
        raise RetryLater(TRY_AGAIN_AFTER)
    try:
        yield
    finally:
        desk.end_lease(LEASE)


def _row(job: Job) -> str:
    """A row beside the job's own, which a person's run writes too: that one may have begun before the job was due."""
    return f"due {job}"
