"""How far a pupil is from the national threshold, and when each session that counts now leaves the window."""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import SchoolCalendar, Session
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import parameter
from rules.penalty_notices.national_threshold import national_threshold
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

UNEXPLAINED = frozenset({AttendanceCode.UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class ThresholdForecast:
    """`sessions_to_go` until ten in the window that ends in this school week; 0 when it stands at ten or more now.

    `leaves`: each session that counts now with the first day on which it no longer does, None past the known calendar.
    `is_provisional`: an N is among them, which may yet be explained. MET: the window holds ten now.
    """

    sessions_to_go: int
    leaves: tuple[tuple[Session, dt.date | None], ...]
    is_provisional: bool
    finding: Finding


def threshold_forecast(
    span: RegisterSpan, calendar: SchoolCalendar, age: SchoolAge, as_of: dt.date
) -> ThresholdForecast:
    """Look at the window that ends in the school week of `as_of`, whatever earlier windows held."""
    law = parameter("penalty_notices/national_threshold").on(as_of)
    now = national_threshold(span, calendar, age, as_of)
    if not now.applies:
        return ThresholdForecast(law.value, (), is_provisional=False, finding=now.finding)
    counted = _in_window(span, calendar, age, as_of)
    to_go = max(0, law.value - len(counted))
    leaves = tuple((session, _leaves_on(session, calendar, as_of)) for session in counted)
    is_provisional = not set(counted).isdisjoint(span.sessions_with(UNEXPLAINED))
    sentence = _sentence(len(counted), to_go, leaves, is_provisional=is_provisional)
    outcome = Outcome.NOT_MET if to_go else Outcome.MET
    return ThresholdForecast(to_go, leaves, is_provisional, Finding(outcome, sentence, counted, (), (law,)))


def _in_window(span: RegisterSpan, calendar: SchoolCalendar, age: SchoolAge, as_of: dt.date) -> tuple[Session, ...]:
    codes = frozenset(AttendanceCode(c) for c in parameter("penalty_notices/threshold_codes").on(as_of).value)
    opens = calendar.school_week(as_of) - parameter("penalty_notices/window").on(as_of).value + 1
    seen = (session for session in span.sessions_with(codes) if session.date <= as_of)
    return tuple(session for session in age.among(tuple(seen)) if calendar.school_week(session.date) >= opens)


def _leaves_on(session: Session, calendar: SchoolCalendar, as_of: dt.date) -> dt.date | None:
    """The Monday of the first school week whose window no longer reaches back to the session."""
    week = calendar.school_week(session.date) + parameter("penalty_notices/window").on(as_of).value
    return calendar.school_weeks[week] if week < len(calendar.school_weeks) else None


def _sentence(
    counted: int, to_go: int, leaves: tuple[tuple[Session, dt.date | None], ...], *, is_provisional: bool
) -> str:
    provisional = " Some are N and may yet be explained." if is_provisional else ""
    first = next((on for _, on in leaves if on is not None), None)
    drops = f" The first leaves the window on {in_words(first)}." if first and counted else ""
    if not counted:
        return "No session counts towards the threshold now."
    if not to_go:
        return f"{how_many(counted, 'session')} in the window: a person must consider what helps.{drops}{provisional}"
    return f"{how_many(counted, 'session')} in the window, {to_go} to go.{drops}{provisional}"
