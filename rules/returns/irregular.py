"""The attendance return's other limb, "fails to attend regularly", and when the next return is due.

SI 2024/208 regulation 13. Regularly means as the school requires it, and no count decides that: a person does, with
the facts before them.
"""

import datetime as dt
from calendar import monthrange

from rules.absence.counts import count_sessions
from rules.calendar import SchoolCalendar, first_of_school_year
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import parameter
from rules.registers import RegisterSpan
from rules.returns.deadlines import ReturnDue, act_by_in_words, last_school_day_to_act
from rules.school_age import SchoolAge


def irregular_attendance(span: RegisterSpan, age: SchoolAge, as_of: dt.date) -> Finding:
    """The facts of this school year for a person to judge: INSUFFICIENT_DATA where there are any, never MET."""
    law = parameter("returns/irregular_codes").on(as_of)
    if not age.holds_on(as_of):
        sentence = "The pupil is not of compulsory school age, so no attendance return is due."
        return Finding(Outcome.NOT_APPLICABLE, sentence, (), (), (law,))
    year = span.between(first_of_school_year(as_of), as_of)
    missed = age.among(year.sessions_with(frozenset(AttendanceCode(letter) for letter in law.value)))
    if not missed:
        return Finding(Outcome.NOT_MET, "No session of unauthorised absence this school year.", (), (), (law,))
    sentence = (
        f"{how_many(len(missed), 'session')} of unauthorised absence this school year, of "
        f"{count_sessions(year.marks).possible} possible, the last on {in_words(missed[-1].date)}: a person must judge "
        f"whether the pupil fails to attend regularly."
    )
    return Finding(Outcome.INSUFFICIENT_DATA, sentence, missed, (), (law,))


def next_attendance_return(
    last_sent_on: dt.date | None, calendar: SchoolCalendar, as_of: dt.date, *, agreed_days: int | None = None
) -> ReturnDue:
    """When the next attendance return goes: the interval agreed with the authority, and a month at the longest.

    `agreed_days` is that interval; None where none is known. With no return on record one is due on `as_of`. MET: due.
    """
    law = parameter("returns/attendance_interval").on(as_of)
    due_on = as_of if last_sent_on is None else _due(last_sent_on, law.value, agreed_days)
    act_by = last_school_day_to_act(last_sent_on or as_of, due_on, calendar)
    last = "none is on record" if last_sent_on is None else f"the last was sent on {in_words(last_sent_on)}"
    sentence = f"The attendance return is due by {in_words(due_on)}, {last}; {act_by_in_words(act_by, due_on)}."
    is_due = (act_by or due_on) <= as_of
    return ReturnDue(due_on, act_by, Finding(Outcome.MET if is_due else Outcome.NOT_MET, sentence, (), (), (law,)))


def _due(last_sent_on: dt.date, months: int, agreed_days: int | None) -> dt.date:
    longest = _months_after(last_sent_on, months)
    return longest if agreed_days is None else min(longest, last_sent_on + dt.timedelta(days=agreed_days))


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last."""
    year, month = day.year + (day.month + months - 1) // 12, (day.month + months - 1) % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))
