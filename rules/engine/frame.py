"""What the engines share: the sessions that registers stand over, the law that applies, and the figures they find.

Registers of one frame have the same school days, so a year group with a closure of its own needs a frame of its own.
Everyone is taken to be of compulsory school age; whoever acts on a figure asks the rule, which knows ages and words.
"""

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from rules.calendar import Half, SchoolCalendar, Session, first_of_school_year
from rules.codes import AttendanceCode, byte_of
from rules.parameters import parameter

SESSIONS_A_DAY = len(Half)


class PupilFigures(NamedTuple):
    """What is found of one pupil; the nine counts mean what they mean in `rules.absence.counts.SessionCounts`.

    `threshold_met_at` and `sickness_return_at` are places in the frame's sessions and `attendance_return_at` one in
    its school days, each where the figure first reached the law's number, None if it did not. Windows, runs and ages
    are as in `national_threshold`, `continuous_absence` and `unexplained_absences`; ages and runs in school days.
    """

    possible: int
    attending: int
    approved_activity: int
    authorised: int
    unauthorised: int
    late_before_close: int
    late_after_close: int
    illness: int
    unexplained: int
    is_persistently_absent: bool
    is_severely_absent: bool
    sessions_in_window: int
    threshold_met_at: int | None
    longest_continuous_absence: int
    attendance_return_at: int | None
    sickness_return_at: int | None
    oldest_unexplained: int | None


@dataclass(frozen=True, slots=True)
class Law:
    """The dated values that the figures rest on: percentages, sessions, school weeks, school days, stored bytes."""

    persistent_percent: int
    severe_percent: int
    threshold_sessions: int
    window_weeks: int
    threshold_bytes: bytes
    return_days: int
    return_bytes: bytes
    illness_sessions: int


@cache
def law_on(day: dt.date) -> Law:
    """The law in force on a date. Raises UnknownParameter where a value is not known."""

    def value(name: str) -> int:
        return int(parameter(name).on(day).value)

    return Law(
        persistent_percent=value("absence/persistent_absence"),
        severe_percent=value("absence/severe_absence"),
        threshold_sessions=value("penalty_notices/national_threshold"),
        window_weeks=value("penalty_notices/window"),
        threshold_bytes=_bytes_on("penalty_notices/threshold_codes", day),
        return_days=value("returns/continuous_absence"),
        return_bytes=_bytes_on("returns/continuous_absence_codes", day),
        illness_sessions=value("returns/sickness") * SESSIONS_A_DAY,
    )


def _bytes_on(name: str, day: dt.date) -> bytes:
    return bytes(sorted(byte_of(AttendanceCode(letter)) for letter in parameter(name).on(day).value))


@dataclass(frozen=True)
class Frame:
    """The sessions of whole school days in a row, up to `as_of`, and the law of that day.

    `weeks` numbers the school week of each session, that of the first day being 0, and `last_week` is that of `as_of`.
    Counts, illness and unexplained absences begin at `counted_from`, the first session of the school year of `as_of`;
    the threshold and the runs look at all sessions, because the law lets them cross school years.
    """

    sessions: tuple[Session, ...]
    weeks: tuple[int, ...]
    last_week: int
    counted_from: int
    law: Law

    @property
    def school_days(self) -> int:
        return len(self.sessions) // SESSIONS_A_DAY

    @cached_property
    def week_starts(self) -> tuple[int, ...]:
        """Where each school week begins among the sessions, and after the last one their number."""
        return tuple(bisect_left(self.weeks, week) for week in range(self.last_week + 2))

    @cached_property
    def window_opens(self) -> int:
        """The first session of the window of school weeks that ends with the week of `as_of`."""
        return bisect_left(self.weeks, self.last_week - self.law.window_weeks + 1)


def frame_of(calendar: SchoolCalendar, first: dt.date, as_of: dt.date, year_group: str | None = None) -> Frame:
    """The frame of registers from `first` to `as_of`. Begin ten school weeks early to see windows across years."""
    sessions = calendar.sessions(first, as_of, year_group)
    zero = calendar.school_week(first)
    weeks = tuple(calendar.school_week(session.date) - zero for session in sessions)
    last_week = calendar.school_week(as_of) - zero
    counted_from = bisect_left(sessions, first_of_school_year(as_of), key=_date_of)
    return Frame(sessions, weeks, last_week, counted_from, law_on(as_of))


def _date_of(session: Session) -> dt.date:
    return session.date
