"""Compulsory school age, Education Act 1996 section 8: it goes by prescribed days, not by birthdays.

It begins on the first prescribed day on or after the fifth birthday, and ends with the last Friday in June of the
school year in which the pupil turns 16; that school year runs to 31 August.
"""

import datetime as dt
from calendar import isleap, monthrange
from collections.abc import Iterable
from dataclasses import dataclass

from rules.calendar import Session
from rules.parameters import parameter

AGE_AT_THE_BEGINNING = 5
AGE_AT_THE_END = 16
LAST_MONTH_OF_SCHOOL_YEAR = 8
# England's Years 1 to 11 lie within compulsory school age, but for a few weeks at both ends; Reception may or may not.
YEARS_WITHIN = frozenset(str(year) for year in range(1, 12))
YEARS_PAST = frozenset({"12", "13", "14"})
BEFORE_YEAR_1 = {"N1": -2, "N2": -1, "R": 0}
AGE_TURNED_BEFORE_YEAR_1 = 5  # in Reception; a year older in each year group after it
OUT_OF_COHORT = 1  # year: pupils are taught with the next older or younger ones, and rarely further apart


@dataclass(frozen=True, slots=True)
class SchoolAge:
    """The days on which one pupil is of compulsory school age: first and last, both inside."""

    first: dt.date
    last: dt.date

    def holds_on(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def among(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """Those of the sessions at which the pupil is of compulsory school age."""
        first, last = self.first, self.last
        return tuple(session for session in sessions if first <= session.date <= last)


ALWAYS = SchoolAge(dt.date.min, dt.date.max)
NEVER = SchoolAge(dt.date.max, dt.date.min)


def school_age(date_of_birth: dt.date, as_of: dt.date) -> SchoolAge:
    """When a pupil is of compulsory school age, under the law of `as_of`."""
    return SchoolAge(_begins(date_of_birth, as_of), _ends(date_of_birth, as_of))


def school_age_by_year_group(year_group: str | None) -> SchoolAge | None:
    """A stand-in where the date of birth is not known: Years 1 to 11 are, 12 on are not, others cannot be told."""
    if year_group in YEARS_WITHIN:
        return ALWAYS
    return NEVER if year_group in YEARS_PAST else None


def school_age_as_known(date_of_birth: dt.date | None, year_group: str | None, as_of: dt.date) -> SchoolAge | None:
    """By the date of birth, or by the year group for want of one that has been; None where neither tells."""
    if date_of_birth is None or date_of_birth > as_of:
        return school_age_by_year_group(year_group)
    return school_age(date_of_birth, as_of)


def doubt_about_birth(date_of_birth: dt.date, year_group: str | None, as_of: dt.date) -> str | None:
    """What is wrong with a date of birth, in a sentence; None for a likely one. Ours: no rule says who is in which."""
    if date_of_birth > as_of:
        return "The date of birth lies in the future."
    if not year_group:
        return None
    turns = _school_year(as_of) - _school_year(date_of_birth)
    usual = AGE_TURNED_BEFORE_YEAR_1 + (BEFORE_YEAR_1[year_group] if year_group in BEFORE_YEAR_1 else int(year_group))
    return None if abs(turns - usual) <= OUT_OF_COHORT else f"The date of birth does not fit year group {year_group}."


def _school_year(day: dt.date) -> int:
    """The calendar year in which the year of birth that goes to school together began, in September."""
    return day.year if day.month > LAST_MONTH_OF_SCHOOL_YEAR else day.year - 1


def _begins(date_of_birth: dt.date, as_of: dt.date) -> dt.date:
    fifth = _birthday(date_of_birth, AGE_AT_THE_BEGINNING)
    prescribed = parameter("school_age/prescribed_days").on(as_of).value
    # The year's last day is one of them, so there is always one to come in the year of the birthday.
    month, day = min(month_and_day for month_and_day in prescribed if month_and_day >= [fifth.month, fifth.day])
    return dt.date(fifth.year, month, day)


def _ends(date_of_birth: dt.date, as_of: dt.date) -> dt.date:
    sixteenth = _birthday(date_of_birth, AGE_AT_THE_END)
    year = sixteenth.year + (sixteenth.month > LAST_MONTH_OF_SCHOOL_YEAR)
    month, weekday = parameter("school_age/leaving_date").on(as_of).value
    return _last_weekday(year, month, weekday)


def _birthday(date_of_birth: dt.date, age: int) -> dt.date:
    """The day an age is attained; someone born on 29 February attains it on 1 March of a common year."""
    year = date_of_birth.year + age
    born_on_leap_day = (date_of_birth.month, date_of_birth.day) == (2, 29)
    return dt.date(year, 3, 1) if born_on_leap_day and not isleap(year) else date_of_birth.replace(year=year)


def _last_weekday(year: int, month: int, iso_weekday: int) -> dt.date:
    last_day = dt.date(year, month, monthrange(year, month)[1])
    return last_day - dt.timedelta(days=(last_day.isoweekday() - iso_weekday) % 7)
