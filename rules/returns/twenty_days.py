"""A watch on twenty school days in a row: what must be looked at before anybody thinks of deleting a name.

SI 2024/208 regulation 9(1)(i). Every session must be G, N or O: a U or an I ends the run. Nothing here is a deletion,
nor a proposal of one: a person looks at each limb.
"""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import SchoolCalendar, both_sessions
from rules.calendar.runs import runs_of_school_days
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan


@dataclass(frozen=True, slots=True)
class TwentyDays:
    """`school_days` of the run that still stands; `reached_on` when it came to twenty; `limbs` one finding each."""

    school_days: int
    reached_on: dt.date | None
    limbs: tuple[Finding, ...]
    finding: Finding


def twenty_days(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    as_of: dt.date,
    *,
    may_be_ill_or_prevented: bool | None = None,
    enquiries_made: bool | None = None,
) -> TwentyDays:
    """Look at the run of wholly missed days that stands on `as_of`; both sessions of a day must be marked.

    `may_be_ill_or_prevented`: there are grounds to believe so; `enquiries_made`: school and authority have looked
    together. None where it is not known. MET: twenty days have come, and a person must look.
    """
    law = parameter("returns/twenty_days").on(as_of)
    letters = parameter("returns/twenty_days_codes").on(as_of)
    run = _standing_run(span, calendar, year_group, frozenset(map(AttendanceCode, letters.value)), as_of)
    reached_on = run[law.value - 1] if len(run) >= law.value else None
    days = _days(span, run, reached_on, (law, letters))
    limbs = (days, _no_grounds(may_be_ill_or_prevented, law), _enquiries(enquiries_made, law))
    return TwentyDays(len(run), reached_on, limbs, _watch(limbs, reached_on, (law, letters)))


def _standing_run(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    codes: frozenset[AttendanceCode],
    as_of: dt.date,
) -> tuple[dt.date, ...]:
    """The last run of days with both sessions of these codes, if no other mark came after it."""
    seen = span.between(dt.date.min, as_of)
    missed = frozenset(seen.sessions_with(codes))
    days = sorted({session.date for session in missed if missed.issuperset(both_sessions(session.date))})
    runs = runs_of_school_days(days, calendar, year_group)
    last_other = max((session.date for session, code in seen.marked() if code not in codes), default=dt.date.min)
    return runs[-1] if runs and runs[-1][-1] > last_other else ()


def _days(span: RegisterSpan, run: tuple[dt.date, ...], reached_on: dt.date | None, law: tuple[Entry, ...]) -> Finding:
    counted = span.between(run[0], run[-1]).sessions if run else ()
    outcome = Outcome.NOT_MET if reached_on is None else Outcome.MET
    return Finding(outcome, f"{how_many(len(run), 'school day')} in a row, all G, N or O.", counted, (), law)


def _no_grounds(may_be_ill: bool | None, law: Entry) -> Finding:  # noqa: FBT001 - a fact, known or not
    if may_be_ill is None:
        sentence = "Not known whether the pupil may be ill or unavoidably prevented: a person must judge."
        return Finding(Outcome.INSUFFICIENT_DATA, sentence, (), (), (law,))
    if may_be_ill:
        sentence = "There are grounds to believe that the pupil is ill or unavoidably prevented."
        return Finding(Outcome.NOT_MET, sentence, (), (), (law,))
    sentence = "No grounds are known to believe that the pupil is ill or unavoidably prevented."
    return Finding(Outcome.MET, sentence, (), (), (law,))


def _enquiries(made: bool | None, law: Entry) -> Finding:  # noqa: FBT001 - a fact, known or not
    if made:
        return Finding(Outcome.MET, "School and local authority have made enquiries together.", (), (), (law,))
    outcome = Outcome.NOT_MET if made is False else Outcome.INSUFFICIENT_DATA
    return Finding(outcome, "Enquiries are to be made jointly with the local authority.", (), (), (law,))


def _watch(limbs: tuple[Finding, ...], reached_on: dt.date | None, law: tuple[Entry, ...]) -> Finding:
    needed = law[0].value
    if reached_on is None:
        return Finding(Outcome.NOT_MET, f"{limbs[0].sentence} A person looks at {needed}.", limbs[0].counted, (), law)
    others = " ".join(limb.sentence for limb in limbs[1:])
    sentence = f"{needed} school days in a row by {in_words(reached_on)}. {others} Nobody is deleted: a person decides."
    return Finding(Outcome.MET, sentence, limbs[0].counted, (), law)
