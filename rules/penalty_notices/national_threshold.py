"""The national threshold: ten sessions of G, N, O or U within ten school weeks.

DfE, Working together to improve school attendance, national framework for penalty notices. The sessions need not be
consecutive and may cross terms and school years. A school week is a week with at least one session, so holidays are
skipped. Meeting the threshold means that the school must consider a notice, never that one follows.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from rules.calendar import SchoolCalendar, Session
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

UNEXPLAINED = frozenset({AttendanceCode.UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class NationalThreshold:
    """How a pupil stands to the threshold.

    `threshold_met_on` is the date of the session that first brought the count in its own school week and the nine
    before it to ten; `sessions_in_window` counts the window that ends in the school week of `as_of`; `applies` is
    false for a pupil not of compulsory school age on `as_of`, and then the date is None and the count is of all
    sessions so marked.
    """

    threshold_met_on: dt.date | None
    sessions_in_window: int
    applies: bool
    finding: Finding


def national_threshold(
    span: RegisterSpan, calendar: SchoolCalendar, age: SchoolAge, as_of: dt.date
) -> NationalThreshold:
    """Look over all marks of `span` up to `as_of`; sessions outside compulsory school age are left out."""
    law = _law(as_of)
    seen = tuple(session for session in span.sessions_with(law.codes) if session.date <= as_of)
    counting = age.among(seen)
    outside = tuple(session for session in seen if session not in counting) if counting != seen else ()
    opens = _window_opens(calendar, calendar.school_week(as_of), law)
    if not age.holds_on(as_of):
        in_window = sum(session.date >= opens for session in seen)
        return NationalThreshold(None, in_window, applies=False, finding=_not_applicable(outside, law))
    current = tuple(session for session in counting if session.date >= opens)
    reached = _first_window_reaching(counting, calendar, law)
    finding = _met(span, reached, outside, law) if reached else _not_met(current, outside, as_of, law)
    return NationalThreshold(reached[-1].date if reached else None, len(current), applies=True, finding=finding)


@dataclass(frozen=True, slots=True)
class _Law:
    """The three dated values that make up the threshold, and what they come to."""

    entries: tuple[Entry, ...]
    needed: int
    weeks: int
    codes: frozenset[AttendanceCode]
    counted: str  # G, N, O or U


@cache
def _law(day: dt.date) -> _Law:
    names = ("penalty_notices/national_threshold", "penalty_notices/window", "penalty_notices/threshold_codes")
    entries = tuple(parameter(name).on(day) for name in names)
    sessions, weeks, letters = (entry.value for entry in entries)
    codes = frozenset(AttendanceCode(letter) for letter in letters)
    return _Law(entries, sessions, weeks, codes, f"{', '.join(letters[:-1])} or {letters[-1]}")


def _window_opens(calendar: SchoolCalendar, last_week: int, law: _Law) -> dt.date:
    """The Monday of the first school week in the window that ends with the week numbered `last_week`."""
    return calendar.school_weeks[max(0, last_week - law.weeks + 1)]


def _first_window_reaching(counting: tuple[Session, ...], calendar: SchoolCalendar, law: _Law) -> tuple[Session, ...]:
    """The sessions of the first window to hold enough of them, up to the one that reached it; empty if none did."""
    for end in range(law.needed, len(counting) + 1):
        opens = _window_opens(calendar, calendar.school_week(counting[end - 1].date), law)
        if counting[end - law.needed].date >= opens:
            return tuple(session for session in counting[:end] if session.date >= opens)
    return ()


def _met(span: RegisterSpan, reached: tuple[Session, ...], outside: tuple[Session, ...], law: _Law) -> Finding:
    open_n = len(set(reached) & set(span.sessions_with(UNEXPLAINED)))
    provisional = f" Of these, {how_many(open_n, 'session')} may yet be explained (N)." if open_n else ""
    sentence = (
        f"{how_many(len(reached), 'session')} marked {law.counted} from {reached[0]} to {reached[-1]}, within "
        f"{law.weeks} school weeks: the national threshold was met on {in_words(reached[-1].date)}, so a person must "
        f"consider a penalty notice.{provisional}"
    )
    return Finding(Outcome.MET, sentence, reached, outside, law.entries)


def _not_met(current: tuple[Session, ...], outside: tuple[Session, ...], as_of: dt.date, law: _Law) -> Finding:
    sentence = (
        f"{how_many(len(current), 'session')} marked {law.counted} in the {law.weeks} school weeks to "
        f"{in_words(as_of)}; the national threshold is {law.needed}."
    )
    return Finding(Outcome.NOT_MET, sentence, current, outside, law.entries)


def _not_applicable(outside: tuple[Session, ...], law: _Law) -> Finding:
    sentence = "The pupil is not of compulsory school age, so no penalty notice can be considered."
    return Finding(Outcome.NOT_APPLICABLE, sentence, (), outside, law.entries)
