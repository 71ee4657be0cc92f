"""The sickness return: fifteen school days, that is thirty sessions, of code I in a school year, in a row or not.

SI 2024/208 regulation 13. The duty looks ahead: where the days can be foreseen the return is due at once, which is for
a person to judge. M, a medical appointment, is another code and does not count.
"""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import Half, Session, first_of_school_year
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

ILLNESS = frozenset({AttendanceCode.ILLNESS})


@dataclass(frozen=True, slots=True)
class Illness:
    """`sessions` counts I in the school year of `as_of`; `sickness_return_due_on` is the date of the thirtieth."""

    sessions: int
    sickness_return_due_on: dt.date | None
    finding: Finding


def illness(span: RegisterSpan, age: SchoolAge, as_of: dt.date) -> Illness:
    """Sessions of illness in the school year of `as_of`, up to it; no return outside compulsory school age."""
    entry = parameter("returns/sickness").on(as_of)
    first = first_of_school_year(as_of)
    ill = tuple(session for session in span.sessions_with(ILLNESS) if first <= session.date <= as_of)
    if not age.holds_on(as_of):
        sentence = "The pupil is not of compulsory school age, so no sickness return is due."
        return Illness(len(ill), None, Finding(Outcome.NOT_APPLICABLE, sentence, (), ill, (entry,)))
    of_age = age.among(ill)
    needed = entry.value * len(Half)
    if len(of_age) < needed:
        return Illness(len(ill), None, _not_met(of_age, needed, entry))
    due_on = of_age[needed - 1].date
    return Illness(len(ill), due_on, _met(of_age[:needed], due_on, entry))


def _not_met(ill: tuple[Session, ...], needed: int, entry: Entry) -> Finding:
    sentence = (
        f"{how_many(len(ill), 'session')} of illness this school year; a sickness return is due at {needed}, or as "
        f"soon as {how_many(entry.value, 'school day')} can be foreseen."
    )
    return Finding(Outcome.NOT_MET, sentence, ill, (), (entry,))


def _met(ill: tuple[Session, ...], due_on: dt.date, entry: Entry) -> Finding:
    sentence = (
        f"{how_many(len(ill), 'session')} of illness this school year by {in_words(due_on)}: a sickness return to the "
        f"local authority is due, unless this spell has been reported."
    )
    return Finding(Outcome.MET, sentence, ill, (), (entry,))
