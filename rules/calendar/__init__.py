"""The school's own calendar and its five counts: session, school day, school week, working day, calendar day.

Terms, INSET days, bank holidays and closures come from the school, never from a guess. A count that runs past the
known calendar is refused with BeyondCalendar, because a deadline that is wrong by a holiday is worse than none.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rules.calendar.sessions import Half, Session, both_sessions

__all__ = [
    "BeyondCalendar",
    "Closure",
    "Half",
    "SchoolCalendar",
    "Session",
    "Term",
    "both_sessions",
    "first_of_school_year",
    "last_of_school_year",
    "school_year_of",
]

SATURDAY = 5
AUGUST = 8


class BeyondCalendar(ValueError):
    """The count runs past the dates that the school's calendar covers; the school must add the next year's terms."""


@dataclass(frozen=True, slots=True)
class Term:
    """A run of school weeks: first and last day, both inside."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Closure:
    """A day in term without sessions for some year groups, or for all when `year_groups` is empty."""

    on: dt.date
    reason: str
    year_groups: frozenset[str] = frozenset()

    def closes(self, year_group: str | None) -> bool:
        """Whether it closes the school for this year group; None asks about the whole school."""
        return not self.year_groups or year_group in self.year_groups


def school_year_of(day: dt.date) -> int:
    """The calendar year in which the school year of `day` began; the absence collection counts from 1 August."""
    return day.year if day.month >= AUGUST else day.year - 1


def first_of_school_year(day: dt.date) -> dt.date:
    """The 1 August on which the absence collection's year of `day` begins; term may begin much later."""
    return dt.date(school_year_of(day), AUGUST, 1)


def last_of_school_year(day: dt.date) -> dt.date:
    """The 31 July with which that year of `day` ends."""
    return dt.date(school_year_of(day) + 1, AUGUST, 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class SchoolCalendar:
    """Terms, INSET days, bank holidays and closures of a school, for one school year or several in a row."""

    name: str
    school_year: str
    terms: tuple[Term, ...]
    bank_holidays: frozenset[dt.date] = frozenset()
    inset: frozenset[dt.date] = frozenset()
    closures: tuple[Closure, ...] = ()
    _days: dict[str | None, tuple[dt.date, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def first(self) -> dt.date:
        return self.terms[0].first

    @property
    def last(self) -> dt.date:
        return self.terms[-1].last

    def covers(self, day: dt.date) -> bool:
        """Whether the calendar speaks of this date at all: from its first term's first day to its last term's last."""
        return self.first <= day <= self.last

    def is_school_day(self, day: dt.date, year_group: str | None = None) -> bool:
        """Whether the school has a session on `day` (for this year group). A school day: Education Act 1996 s.579."""
        days = self.school_days_of(year_group)
        index = bisect_left(days, day)
        return index < len(days) and days[index] == day

    def school_days_of(self, year_group: str | None = None) -> tuple[dt.date, ...]:
        """Every school day of the calendar in order, for one year group or (None) the school as a whole."""
        if year_group not in self._days:
            self._days[year_group] = tuple(day for day in self._days_in_term() if self._is_open(day, year_group))
        return self._days[year_group]

    def school_days(self, first: dt.date, last: dt.date, year_group: str | None = None) -> tuple[dt.date, ...]:
        """School days from `first` to `last`, both inside."""
        days = self.school_days_of(year_group)
        return days[bisect_left(days, first) : bisect_right(days, last)]

    def sessions(self, first: dt.date, last: dt.date, year_group: str | None = None) -> tuple[Session, ...]:
        """Sessions from `first` to `last`, both days inside, in order."""
        return tuple(session for day in self.school_days(first, last, year_group) for session in both_sessions(day))

    def school_day_after(self, day: dt.date, count: int, year_group: str | None = None) -> dt.date:
        """The `count`-th school day after `day` (which itself is not counted). Raises BeyondCalendar."""
        days = self.school_days_of(year_group)
        index = bisect_right(days, day) + count - 1
        if index >= len(days):
            raise BeyondCalendar(self._beyond(f"{count} school days after {day:%d %B %Y}"))
        return days[index]

    def school_days_between(self, earlier: dt.date, later: dt.date, year_group: str | None = None) -> int:
        """How many school days lie after `earlier`, up to and including `later`."""
        days = self.school_days_of(year_group)
        return max(0, bisect_right(days, later) - bisect_right(days, earlier))

    @cached_property
    def school_weeks(self) -> tuple[dt.date, ...]:
        """The Mondays of the weeks that hold at least one session; holiday weeks are not among them."""
        return tuple(dict.fromkeys(monday_of(day) for day in self.school_days_of(None)))

    def school_week(self, day: dt.date) -> int:
        """The number, from 0, of the school week that `day` falls in, or of the last one before it.

        -1 before the first. Numbers run on across holidays and school years.
        """
        return bisect_right(self.school_weeks, monday_of(day)) - 1

    def working_day_after(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day (not a weekend or bank holiday) after `day`. Raises BeyondCalendar."""
        found = day
        while count:
            found += dt.timedelta(days=1)
            if found > self.last:
                raise BeyondCalendar(self._beyond(f"a working day after {day:%d %B %Y}"))
            count -= self.is_working_day(found)
        return found

    def is_working_day(self, day: dt.date) -> bool:
        return day.weekday() < SATURDAY and day not in self.bank_holidays

    def calendar_day_after(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th calendar day after `day`: weekends and holidays count."""
        return day + dt.timedelta(days=count)

    def why_closed(self, day: dt.date, year_group: str | None = None) -> str | None:
        """In plain words, why there is no session on `day`; None on a school day."""
        if self.is_school_day(day, year_group):
            return None
        if not self.covers(day):
            return "the date lies outside the school's calendar"
        closed = next((c.reason for c in self.closures if c.on == day and c.closes(year_group)), None)
        if closed is not None:
            return f"the school is closed: {closed}"
        if day in self.inset:
            return "it is an INSET day"
        if day in self.bank_holidays:
            return "it is a bank holiday"
        return "it is a weekend" if day.weekday() >= SATURDAY else "it is a school holiday"

    def _is_open(self, day: dt.date, year_group: str | None) -> bool:
        shut = day in self.inset or any(c.on == day and c.closes(year_group) for c in self.closures)
        return self.is_working_day(day) and not shut

    def _days_in_term(self) -> Iterator[dt.date]:
        for term in self.terms:
            for offset in range((term.last - term.first).days + 1):
                yield term.first + dt.timedelta(days=offset)

    def _beyond(self, what: str) -> str:
        return f"{what} lies past {self.last:%d %B %Y}, where calendar '{self.name}' ends; add the next terms to it"


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the calendar week that `day` falls in."""
    return day - dt.timedelta(days=day.weekday())
