"""Runs of consecutive school days: weekends, holidays and INSET days neither count nor break a run."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable

from rules.calendar import SchoolCalendar


def runs_of_school_days(
    days: Iterable[dt.date], calendar: SchoolCalendar, year_group: str | None
) -> tuple[tuple[dt.date, ...], ...]:
    """Group `days` (school days in date order) into runs in which each is the next school day after the one before."""
    school_days = calendar.school_days_of(year_group)
    runs: list[list[dt.date]] = []
    after_the_last: int | None = None
    for day in days:
        place = bisect_left(school_days, day)
        if place != after_the_last:
            runs.append([])
        runs[-1].append(day)
        after_the_last = place + 1
    return tuple(tuple(run) for run in runs)
