"""How each job of a school went on each day, over all its tries: what a report of the day is read from.

Kept apart from any store, so that the fake and the real one cannot come to differ. Names of jobs, moments, figures and
kinds of errors; nothing in it names anybody, and no error's own words are kept, for they may.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_FOR = dt.timedelta(days=35)  # five weeks: a report looks back over a half-term, and no further


@dataclass(frozen=True, slots=True)
class Try:
    """How one try of a job ended. `day` is the school's own; `error` is the kind of what stopped it, empty when done.

    `needs` is how many things need a person, `figures` how many of each thing; both of a try that was done.
    """

    job: str
    day: dt.date
    began_at: dt.datetime
    ended_at: dt.datetime
    error: str = ""
    needs: int = 0
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobDay:
    """How one job went on one day: `done` and `failed` tries, and the last of them; its `error` is empty when done.

    `first_done_at`: when it was first done that day. `done_began_at`: when the last one that was done began.
    `longest_seconds` is of the longest try; `needs` and `figures` are as the last one that was done left them.
    """

    job: str
    day: dt.date
    began_at: dt.datetime
    ended_at: dt.datetime
    done: int = 0
    failed: int = 0
    error: str = ""
    first_done_at: dt.datetime | None = None
    done_began_at: dt.datetime | None = None
    longest_seconds: float = 0.0
    needs: int = 0
    figures: Mapping[str, int] = field(default_factory=dict)


def day_with(before: JobDay | None, tried: Try) -> JobDay:
    """The job's day with one more try; a try that is there already changes nothing, for its note may be repeated."""
    if before and (before.began_at, before.ended_at, before.error) == (tried.began_at, tried.ended_at, tried.error):
        return before
    day = before or JobDay(tried.job, tried.day, tried.began_at, tried.ended_at)
    is_done = not tried.error
    return JobDay(
        job=day.job,
        day=day.day,
        began_at=tried.began_at,
        ended_at=tried.ended_at,
        done=day.done + is_done,
        failed=day.failed + (not is_done),
        error=tried.error,
        first_done_at=day.first_done_at or (tried.ended_at if is_done else None),
        done_began_at=tried.began_at if is_done else day.done_began_at,
        longest_seconds=max(day.longest_seconds, (tried.ended_at - tried.began_at).total_seconds()),
        needs=tried.needs if is_done else day.needs,
        figures=dict(tried.figures if is_done else day.figures),
    )
