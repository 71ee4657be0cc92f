"""How the jobs of a school stand on a day: what was due by its calendar, beside what was done. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from firstbell.job_days import JobDay
from firstbell.runs.due import Job
from firstbell.runs.timetable import QUARTER, DayPlan, Slot
from firstbell.workflows.words import count_of

INSTANT = dt.timedelta(microseconds=1)


class Standing(StrEnum):
    """How a job, or a school by its worst job, stands; in the order in which people should look.

    NOT_ASKED: its settings or its store can't be read. NOT_DUE: its time, or the patience with it, is not over.
    """

    NOT_ASKED = "not asked"
    FAILED = "failed"
    NOT_RUN = "not run"
    DONE_LATE = "done late"
    DONE = "done"
    NOT_DUE = "not due yet"


NEEDS_A_PERSON = frozenset({Standing.NOT_ASKED, Standing.FAILED, Standing.NOT_RUN})
NEEDS_A_LOOK = NEEDS_A_PERSON | {Standing.DONE_LATE}


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How one job stands, and in words: when it was due first, and its day where it was tried at all."""

    job: Job
    standing: Standing
    due_at: dt.datetime
    words: str
    went: JobDay | None = None


def standings(plan: DayPlan, days: Iterable[JobDay], now: dt.datetime) -> tuple[JobStanding, ...]:
    """How each job of the day stands at a moment, in the order in which they are due."""
    went = {each.job: each for each in days}
    slots = sorted((*plan.jobs(), *plan.watch()), key=lambda slot: slot.begins)
    return tuple(_standing(slot, went.get(slot.job), now, patience_of(plan)) for slot in slots)


def worst(jobs: Sequence[JobStanding]) -> Standing:
    """How the school stands: as the job that most needs a look."""
    order = list(Standing)
    return min((each.standing for each in jobs), key=order.index, default=Standing.NOT_DUE)


def patience_of(plan: DayPlan) -> dt.timedelta:
    """How late a job is still on time: the platform asks each quarter, and the school has its own patience besides."""
    return QUARTER + dt.timedelta(minutes=plan.settings.watchdog.late_minutes)


def _standing(slot: Slot, went: JobDay | None, now: dt.datetime, patience: dt.timedelta) -> JobStanding:
    wanted = slot.due_at(min(now - patience, slot.ends - INSTANT))  # the newest moment it should be done for by now
    done_for = went.done_began_at if went else None
    if went is not None and went.error:
        told = Standing.FAILED, f"failed {count_of(went.failed, 'time')}: {went.error}"
    elif wanted is not None and (done_for is None or done_for < wanted.at):
        since = max(slot.begins, done_for or slot.begins)
        told = Standing.NOT_RUN, f"not run for {spell(min(now, slot.ends) - since)}"
    elif went is None or went.first_done_at is None:
        told = Standing.NOT_DUE, Standing.NOT_DUE.value
    else:
        told = _done(went, went.first_done_at - slot.begins, patience)
    return JobStanding(slot.job, told[0], slot.begins, told[1], went)


def _done(went: JobDay, late_by: dt.timedelta, patience: dt.timedelta) -> tuple[Standing, str]:
    failed = f", after {count_of(went.failed, 'failed try', 'failed tries')}" if went.failed else ""
    if late_by <= patience:
        return Standing.DONE, f"done{failed}"
    return Standing.DONE_LATE, f"done {spell(late_by)} late{failed}"


def spell(time: dt.timedelta) -> str:
    """1 h 20 min; 45 s."""
    seconds = round(time.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - of a minute
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
