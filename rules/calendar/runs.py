"""Runs of consecutive school days: weekends, holidays and INSET days neither count nor break a run."""

import datetime as dt
from collections.abc import Iterable

from rules.calendar import SchoolCalendar


def runs_of_school_days(
    days: Iterable[dt.date], calendar: SchoolCalendar, year_group: str | None
) -> tuple[tuple[dt.date, ...], ...]:
    """Group `days` (school days in date order) into runs in which each is the next school day after the one before."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and calendar.school_days_between(runs[-1][-1], day, year_group) == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(tuple(run) for run in runs)
