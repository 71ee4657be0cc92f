"""Unexplained absence, code N: how long each has been open and by when its reason must be settled.

SI 2024/208 regulation 10(7) to (9): the reason is to be established as soon as may be, and no later than five school
days after the session; failing that the entry becomes O. Nothing here changes a mark: a person does.
"""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import BeyondCalendar, SchoolCalendar, Session
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan

UNEXPLAINED = frozenset({AttendanceCode.UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class UnexplainedAbsence:
    """One N. `settle_by` is the last day in time, None past the calendar's end; overdue is any later day."""

    session: Session
    school_days_open: int
    settle_by: dt.date | None
    is_overdue: bool
    finding: Finding


def settle_by(session: Session, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date) -> dt.date:
    """The fifth school day after the session's day: the last on which N may stand. Raises BeyondCalendar."""
    return calendar.school_day_after(session.date, _limit(as_of).value, year_group)


def unexplained_absences(
    span: RegisterSpan, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date
) -> tuple[UnexplainedAbsence, ...]:
    """Every N of the span, in order, with its age in school days on `as_of`."""
    return tuple(_aged(session, calendar, year_group, as_of) for session in span.sessions_with(UNEXPLAINED))


def _aged(session: Session, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date) -> UnexplainedAbsence:
    days_open = calendar.school_days_between(session.date, as_of, year_group)
    try:
        last_day = settle_by(session, calendar, year_group, as_of)
    except BeyondCalendar as beyond:
        finding = Finding(Outcome.INSUFFICIENT_DATA, _cannot_tell(session, beyond), (session,), (), (_limit(as_of),))
        return UnexplainedAbsence(session, days_open, None, is_overdue=False, finding=finding)
    is_overdue = as_of > last_day
    outcome = Outcome.MET if is_overdue else Outcome.NOT_MET
    finding = Finding(outcome, _sentence(session, days_open, last_day, as_of), (session,), (), (_limit(as_of),))
    return UnexplainedAbsence(session, days_open, last_day, is_overdue, finding)


def _limit(as_of: dt.date) -> Entry:
    return parameter("attendance_register/unexplained_limit").on(as_of)


def _cannot_tell(session: Session, beyond: BeyondCalendar) -> str:
    return f"{session} is still N and no deadline can be given: {beyond}."


def _sentence(session: Session, days_open: int, last_day: dt.date, as_of: dt.date) -> str:
    if as_of > last_day:
        return f"{session} is still N; the reason was due by {in_words(last_day)}. Enter it, or O if none is known."
    age = "today" if days_open == 0 else f"for {how_many(days_open, 'school day')}"
    return f"{session} has been N {age}; settle it by {in_words(last_day)}."
