"""The attendance return's continuous limb: ten school days in a row on which every mark is G, N, O or U.

SI 2024/208 regulation 13. "Fails to attend regularly", the other limb, is for a person to judge.
"""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import SchoolCalendar
from rules.calendar.runs import runs_of_school_days
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge


@dataclass(frozen=True, slots=True)
class LongAbsence:
    """One run that came to ten: its first and last day, both inside, and the finding MET on `reached_on`."""

    first: dt.date
    reached_on: dt.date
    last: dt.date
    finding: Finding


@dataclass(frozen=True, slots=True)
class ContinuousAbsence:
    """`school_days` is the longest run whatever the age; `attendance_return_due_on` when one first reached ten.

    `runs` are all that reached it, in order; each is returned on its own.
    """

    school_days: int
    attendance_return_due_on: dt.date | None
    finding: Finding
    runs: tuple[LongAbsence, ...] = ()


def continuous_absence(
    span: RegisterSpan, calendar: SchoolCalendar, year_group: str | None, age: SchoolAge, as_of: dt.date
) -> ContinuousAbsence:
    """Runs of consecutive school days wholly missed, over all marks of `span` up to `as_of`.

    Holidays do not break a run; a school day without a mark does, for nobody can say that the pupil was absent. Days
    outside compulsory school age bring no return about, and neither does a pupil who is outside it on `as_of`.
    """
    days = parameter("returns/continuous_absence").on(as_of)
    letters = parameter("returns/continuous_absence_codes").on(as_of)
    codes = frozenset(AttendanceCode(letter) for letter in letters.value)
    missed = [day for day in span.days_wholly(codes) if day <= as_of]
    runs = runs_of_school_days(missed, calendar, year_group)
    longest = max(map(len, runs), default=0)
    of_age = ([day for day in run if age.holds_on(day)] for run in runs)
    if not age.holds_on(as_of):
        return ContinuousAbsence(longest, None, _not_applicable((days, letters)))
    long = tuple(_long(span, run, codes, (days, letters)) for run in of_age if len(run) >= days.value)
    if not long:
        return ContinuousAbsence(longest, None, _not_met(longest, (days, letters)))
    return ContinuousAbsence(longest, long[0].reached_on, long[0].finding, long)


def _not_applicable(entries: tuple[Entry, ...]) -> Finding:
    sentence = "The pupil is not of compulsory school age, so no attendance return is due."
    return Finding(Outcome.NOT_APPLICABLE, sentence, (), (), entries)


def _not_met(longest: int, entries: tuple[Entry, ...]) -> Finding:
    days = how_many(longest, "school day")
    sentence = f"The longest continuous absence is {days}; the return is due at {entries[0].value}."
    return Finding(Outcome.NOT_MET, sentence, (), (), entries)


def _long(
    span: RegisterSpan, run: list[dt.date], codes: frozenset[AttendanceCode], entries: tuple[Entry, ...]
) -> LongAbsence:
    reached_on = run[entries[0].value - 1]
    sentence = (
        f"Every mark of {entries[0].value} school days in a row is {_any_of(codes)}, by {in_words(reached_on)}: name "
        f"the pupil in the attendance return to the local authority."
    )
    counted = span.between(run[0], run[-1]).sessions_with(codes)
    return LongAbsence(run[0], reached_on, run[-1], Finding(Outcome.MET, sentence, counted, (), entries))


def _any_of(codes: frozenset[AttendanceCode]) -> str:
    *others, last = sorted(codes)
    return f"{', '.join(others)} or {last}"
