"""Settling an N: the five-school-day limit, pulled forward to the last day on which the postholder is at work.

An N from a Monday, Tuesday or Wednesday falls due the same weekday a week later, when a postholder of Thursdays and
Fridays is out; so it must be settled by that Friday. O is only ever proposed, with the attempts that were made.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from rules.absence.unexplained import UnexplainedAbsence
from rules.calendar import SchoolCalendar
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome, how_many


@dataclass(frozen=True, slots=True)
class Settlement:
    """`act_by`: the last school day, up to the limit, on which the postholder works; None past the calendar.

    MET: it must be settled today or is late.
    """

    act_by: dt.date | None
    finding: Finding


def settlement(
    absence: UnexplainedAbsence,
    calendar: SchoolCalendar,
    year_group: str | None,
    working_days: Collection[int],
    as_of: dt.date,
) -> Settlement:
    """When the postholder must have settled an N. `working_days` are ISO weekdays, Monday 1; empty: every day."""
    if absence.settle_by is None:
        return Settlement(None, absence.finding)
    days = calendar.school_days(absence.session.date, absence.settle_by, year_group)
    at_work = [day for day in days if not working_days or day.isoweekday() in working_days]
    act_by = at_work[-1] if at_work else absence.settle_by
    return Settlement(act_by, _finding(absence, act_by, absence.settle_by, as_of))


def _finding(absence: UnexplainedAbsence, act_by: dt.date, settle_by: dt.date, as_of: dt.date) -> Finding:
    limit = "" if act_by == settle_by else f" The limit is {in_words(settle_by)}, when the postholder is out."
    if act_by < as_of:
        sentence = f"Was to be settled by {in_words(act_by)}: settle it now.{limit}"
    else:
        sentence = f"Settle it by {in_words(act_by)}.{limit}"
    outcome = Outcome.MET if act_by <= as_of else Outcome.NOT_MET
    return Finding(outcome, sentence, (absence.session,), (), absence.finding.parameters)


def propose_unauthorised(absence: UnexplainedAbsence, attempts: int, least_attempts: int) -> Finding:
    """Whether O may be proposed to a person: the limit has passed and the family was contacted often enough."""
    tried = f"{how_many(attempts, 'attempt')} to reach the family"
    parameters = absence.finding.parameters
    if not absence.is_overdue:
        return Finding(Outcome.NOT_MET, f"{tried}; the limit has not passed.", (absence.session,), (), parameters)
    if attempts < least_attempts:
        sentence = f"{tried}, and {least_attempts} are needed before O can be proposed: try again."
        return Finding(Outcome.NOT_MET, sentence, (absence.session,), (), parameters)
    sentence = f"{tried}, and no reason was found: O is proposed, for a named person to enter in the MIS."
    return Finding(Outcome.MET, sentence, (absence.session,), (), parameters)
