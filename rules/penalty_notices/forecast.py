"""How far a pupil is from the national threshold, and when each session that counts now leaves the window."""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import SchoolCalendar, Session
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import parameter
from rules.penalty_notices.national_threshold import UNEXPLAINED, NationalThreshold, national_threshold
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

Leaves = tuple[tuple[Session, dt.date | None], ...]


@dataclass(frozen=True, slots=True)
class ThresholdForecast:
    """`sessions_to_go` until ten in the window that ends in this school week; 0 when it holds ten or more now.

    `leaves`: each session that counts now with the Monday of the first school week in which it no longer does, None
    past the known calendar. `is_provisional`: an N is among them, which may yet be explained.
    """

    sessions_to_go: int
    leaves: Leaves
    is_provisional: bool
    finding: Finding


def threshold_forecast(
    span: RegisterSpan, calendar: SchoolCalendar, age: SchoolAge, as_of: dt.date
) -> ThresholdForecast:
    """Look at the window that ends in the school week of `as_of`, whatever earlier windows held.

    MET: it holds the threshold now, so a person must consider what helps; never that a notice follows.
    """
    needed = parameter("penalty_notices/national_threshold").on(as_of).value
    now = national_threshold(span, calendar, age, as_of)
    if not now.applies:
        return ThresholdForecast(needed, (), is_provisional=False, finding=now.finding)
    counted = _in_window(span, calendar, age, as_of)
    to_go = max(0, needed - len(counted))
    leaves = tuple((session, _leaves_on(session, calendar, as_of)) for session in counted)
    is_provisional = not set(counted).isdisjoint(span.sessions_with(UNEXPLAINED))
    sentence = f"{_standing(len(counted), to_go)}{_leaving(leaves, calendar)}{_provisional(is_provisional)}"
    outcome = Outcome.NOT_MET if to_go else Outcome.MET
    return ThresholdForecast(
        to_go, leaves, is_provisional, Finding(outcome, sentence, counted, (), now.finding.parameters)
    )


def threshold_undone(was_met_on: dt.date, now: NationalThreshold) -> Finding | None:
    """What to say when a date on which the threshold was once found met holds no more; None when it still does.

    The marks have changed since, an N into an illness say: what was found stays on record, and any step stops.
    """
    if now.threshold_met_on is not None and now.threshold_met_on <= was_met_on:
        return None
    law = now.finding.parameters
    was = f"The national threshold was met provisionally on {in_words(was_met_on)}"
    if now.threshold_met_on is not None:
        sentence = f"{was}; marks have changed, and it was met on {in_words(now.threshold_met_on)}."
        return Finding(Outcome.MET, sentence, now.finding.counted, (), law)
    sentence = f"{was} and is no longer: keep what was found, and stop any step towards a penalty notice."
    return Finding(Outcome.NOT_MET, sentence, now.finding.counted, (), law)


def _in_window(span: RegisterSpan, calendar: SchoolCalendar, age: SchoolAge, as_of: dt.date) -> tuple[Session, ...]:
    codes = frozenset(AttendanceCode(c) for c in parameter("penalty_notices/threshold_codes").on(as_of).value)
    before = calendar.school_week(as_of) - parameter("penalty_notices/window").on(as_of).value
    seen = (session for session in span.sessions_with(codes) if session.date <= as_of)
    return tuple(session for session in age.among(seen) if calendar.school_week(session.date) > before)


def _leaves_on(session: Session, calendar: SchoolCalendar, as_of: dt.date) -> dt.date | None:
    week = calendar.school_week(session.date) + parameter("penalty_notices/window").on(as_of).value
    return calendar.school_weeks[week] if week < len(calendar.school_weeks) else None


def _standing(counted: int, to_go: int) -> str:
    if to_go:
        return f"{how_many(counted, 'session')} in the window, {to_go} to go to the national threshold."
    return f"{how_many(counted, 'session')} in the window: the national threshold is met, so a person must consider it."


def _leaving(leaves: Leaves, calendar: SchoolCalendar) -> str:
    """When the earliest session leaves; the others follow in order."""
    if not leaves:
        return ""
    session, on = leaves[0]
    if on is None:
        return f" {session} leaves past {in_words(calendar.last)}, where the calendar ends; add the next terms to it."
    return f" {session} leaves it on {in_words(on)}."


def _provisional(is_provisional: bool) -> str:  # noqa: FBT001 - one flag, one sentence
    return " N is among them and may yet be explained." if is_provisional else ""
