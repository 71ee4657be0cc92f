"""Which schools' jobs ran on a day, which failed and which did not: what whoever runs the platform reads after a run.

Keys of schools, names of jobs, moments, figures and kinds of errors; and, of a school that could not be asked, the
sentence that says what to mend. Nobody is named.
"""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from firstbell.composition.exports import calendar_of
from firstbell.composition.stores import job_days_of_many
from firstbell.errors import BadInput, FirstbellError
from firstbell.job_days import KEPT_FOR, JobDay
from firstbell.ports import Clock
from firstbell.runs.many_schools import SIDE_BY_SIDE, Looking
from firstbell.runs.schools import platform_clock, settings_of
from firstbell.runs.standing import NEEDS_A_LOOK, NEEDS_A_PERSON, JobStanding, Standing, standings, worst
from firstbell.runs.timetable import DayPlan
from firstbell.settings import Settings
from rules.calendar import SchoolCalendar

ReadJobDays = Callable[[Settings, dt.date], tuple[JobDay, ...]]


@dataclass(frozen=True, slots=True)
class SchoolStanding:
    """How one school stands: as its worst job; `sentence` says why it could not be asked."""

    key: str
    standing: Standing
    jobs: tuple[JobStanding, ...] = ()
    sentence: str = ""

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look at it."""
        return self.standing in NEEDS_A_LOOK


@dataclass(frozen=True, slots=True)
class DayReport:
    """How schools stand on a day at a moment; `next_key` is the first that there was no time for, empty for none."""

    day: dt.date
    as_at: dt.datetime
    schools: tuple[SchoolStanding, ...]
    next_key: str = ""
    counts: Counter[Standing] = field(default_factory=Counter)

    @property
    def needs_a_person(self) -> bool:
        """Whether a school failed, did not run or could not be asked."""
        return any(self.counts[standing] for standing in NEEDS_A_PERSON)

    def sentence(self) -> str:
        """24,000 schools: 23,990 done, 6 done late, 3 failed, 1 not run."""
        order = (Standing.DONE, Standing.DONE_LATE, Standing.FAILED, Standing.NOT_RUN, Standing.NOT_ASKED)
        parts = [f"{self.counts[each]:,} {each}" for each in (*order, Standing.NOT_DUE) if self.counts[each]]
        return f"{_schools(self.counts.total())}: {', '.join(parts)}"


def day_report(
    keys: Sequence[str],
    day: dt.date | None = None,
    *,
    every_school: bool,
    ends: dt.datetime | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> DayReport:
    """How the jobs of these schools stand on a day, by default today; those that need a look, or every school.

    `ends`: no further lot of schools is begun after that moment. `tell` is told how many were looked at so far. Raises
    BadInput for a day to come, or one so long ago that the stores have forgotten it.
    """
    clock = platform_clock()
    now = clock.now()
    with job_days_of_many(SIDE_BY_SIDE) as job_days:
        looking = Looking(lambda key: _school(key, day, now, job_days), clock, ends)
        counts, kept = Counter[Standing](), list[SchoolStanding]()
        for school in looking.each(keys):
            counts[school.standing] += 1
            kept += [school] if every_school or school.needs_a_look else []
            tell(counts.total())
    return DayReport(day or now.date(), now, tuple(kept), looking.stopped_at, counts)


def refuse_far_day(day: dt.date, clock: Clock) -> None:
    """Raises BadInput for a day to come, or one of which the stores know nothing any more."""
    today = clock.now().date()
    first = today - KEPT_FOR
    if not first <= day <= today:
        raise BadInput("the day of the report", f"{day}", f"a day from {first} to {today}: five weeks are kept")


def _school(key: str, day: dt.date | None, now: dt.datetime, job_days: ReadJobDays) -> SchoolStanding:
    try:
        settings = settings_of(key)
        today = now.astimezone(settings.zone).date()
        plan = DayPlan(settings, _calendar(settings), day or today)
        jobs = standings(plan, job_days(settings, plan.day), min(now, _end_of(plan)))
    except FirstbellError as error:
        return SchoolStanding(key, Standing.NOT_ASKED, sentence=str(error))
    return SchoolStanding(key, worst(jobs), jobs)


def _calendar(settings: Settings) -> SchoolCalendar | None:
    """None when it can't be read: the jobs run on weekdays all the same, and fail."""
    with contextlib.suppress(FirstbellError):
        return calendar_of(settings)
    return None


def _end_of(plan: DayPlan) -> dt.datetime:
    midnight = dt.datetime.combine(plan.day + dt.timedelta(days=1), dt.time(), tzinfo=plan.settings.zone)
    return midnight.astimezone(dt.UTC)


def _schools(number: int) -> str:
    return f"{number:,} schools" if number != 1 else "1 school"


def as_table(report: DayReport) -> dict[str, object]:
    """Plain values for JSON."""
    return {
        "on": report.day.isoformat(),
        "as_at": report.as_at.isoformat(),
        "ok": not report.needs_a_person,
        "looked_at": report.counts.total(),
        "next": report.next_key,
        "counts": {standing: report.counts[standing] for standing in Standing},
        "schools": [_school_table(school) for school in report.schools],
    }


def _school_table(school: SchoolStanding) -> dict[str, object]:
    jobs = [_job_table(job) for job in school.jobs]
    return {"school": school.key, "standing": school.standing, "why": school.sentence, "jobs": jobs}


def _job_table(job: JobStanding) -> dict[str, object]:
    told: dict[str, object] = {"job": job.job, "standing": job.standing, "words": job.words}
    return told | {"due_at": job.due_at.isoformat()} | (dict(_went(job.went)) if job.went else {})


def _went(went: JobDay) -> Iterator[tuple[str, object]]:
    """What is known of its tries; moments as text."""
    for name in ("began_at", "ended_at", "first_done_at"):
        moment = getattr(went, name)
        yield name, moment and moment.isoformat()
    for name in ("longest_seconds", "done", "failed", "error", "needs"):
        yield name, getattr(went, name)
    yield "figures", dict(went.figures)
