"""What is left of a job goes on by one delayed message, at the moment when it can: nobody waits, or is paid, for it.

The message goes on the queue before the job counts as done. So a run that is killed in between leaves two messages and
never none, and of two the one that comes second finds its work done. One that is lost is made up for by the clock.
"""

import dataclasses
import datetime as dt
import logging

from firstbell.errors import FirstbellError, RetryLater
from firstbell.runs.due import DueJob, Job
from firstbell.runs.schools import PLATFORM, platform_clock
from firstbell.runs.timetable import QUARTER
from firstbell.workflows.office import Office

NOT_HANDED_OVER = "%s: what is left of %s waits for the next quarter of an hour. %s"

log = logging.getLogger(__name__)


def hand_over(office: Office, due: DueJob, go_on_at: dt.datetime) -> dt.datetime | None:
    """Enqueue what is left of a job; when it goes on, and None where that is left to the clock of the next quarters.

    One message at a time: where an earlier one is still to come, it does. Raises RetryLater when the queue is busy: the
    message in hand then comes again, and goes on itself.
    """
    now = office.clock.now()
    moment = _whole_second(max(go_on_at, now))
    if moment - now >= QUARTER:
        return None
    under_way = office.store.desk.last_heartbeat(_row(due.job))
    if under_way is not None and now < under_way <= moment and under_way != due.go_on_at:
        return under_way
    return moment if _is_enqueued(office, due, moment) else None


def _is_enqueued(office: Office, due: DueJob, moment: dt.datetime) -> bool:
    """Put it on the queue, and then remember that it is there."""
    try:
        with PLATFORM.later(platform_clock()) as jobs:
            jobs.put(dataclasses.replace(due, go_on_at=moment).to_text(), at=moment)
    except RetryLater:
        raise
    except FirstbellError as error:
        log.error(NOT_HANDED_OVER, due.school_key, due.job, error)  # noqa: TRY400 - a sentence and no traceback
        return False
    office.store.desk.heartbeat(_row(due.job), at=moment, due_at=due.due_at, outcome="handed over")
    return True


def _whole_second(moment: dt.datetime) -> dt.datetime:
    """The next one: queues count in seconds, and nothing may come too early."""
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + dt.timedelta(seconds=1)


def _row(job: Job) -> str:
    """A row beside the job's own: for which moment its last message was put on the queue."""
    return f"later {job}"
