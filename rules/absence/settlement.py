"""Settling an N: the five-school-day limit, pulled forward to the last day on which the postholder is at work.

An N from a Monday, Tuesday or Wednesday falls due the same weekday a week later, when a postholder of Thursdays and
Fridays is out; so it must be settled by that Friday. O is only ever proposed, with the attempts that were made.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rules.absence.unexplained import UnexplainedAbsence
from rules.calendar import SchoolCalendar
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome, how_many


@dataclass(frozen=True, slots=True)
class Settlement:
    """`act_by`: the last school day on or before the limit on which the postholder works; None when it can't be told.

    MET: settle it today, or it is late.
    """

    act_by: dt.date | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to learn the reason from the family: the day, and the way, such as "email" or "phone call"."""

    on: dt.date
    way: str

    def __str__(self) -> str:
        return f"{self.way} on {in_words(self.on)}"


def settlement(
    absence: UnexplainedAbsence,
    calendar: SchoolCalendar,
    year_group: str | None,
    working_days: Collection[int],
    as_of: dt.date,
) -> Settlement:
    """When the postholder must have settled an N. `working_days` are ISO weekdays, Monday is 1; none: every day.

    When no school day within the limit is among them, the limit itself stands, and somebody else must act.
    """
    if absence.settle_by is None:
        return Settlement(None, absence.finding)
    days = calendar.school_days(absence.session.date, absence.settle_by, year_group)
    at_work = [day for day in days if not working_days or day.isoweekday() in working_days]
    act_by = at_work[-1] if at_work else absence.settle_by
    sentence = _sentence(absence.settle_by, act_by, as_of, is_covered=bool(at_work))
    outcome = Outcome.MET if act_by <= as_of else Outcome.NOT_MET
    return Settlement(act_by, Finding(outcome, sentence, (absence.session,), (), absence.finding.parameters))


def propose_unauthorised(absence: UnexplainedAbsence, attempts: Sequence[Attempt], least_attempts: int) -> Finding:
    """Whether O may be proposed to a named person: the limit has passed and the family was asked often enough."""
    tried = f"{how_many(len(attempts), 'attempt')} to learn the reason{_listed(attempts)}"
    if not absence.is_overdue:
        outcome, sentence = Outcome.NOT_MET, f"{tried}. The limit has not passed, so N may stand."
    elif len(attempts) < least_attempts:
        outcome, sentence = Outcome.NOT_MET, f"{tried}. At least {least_attempts} are needed before O: try again."
    else:
        outcome, sentence = Outcome.MET, f"{tried}. No reason was found: O is proposed, for a named person to enter."
    return Finding(outcome, sentence, (absence.session,), (), absence.finding.parameters)


def _sentence(settle_by: dt.date, act_by: dt.date, as_of: dt.date, *, is_covered: bool) -> str:
    if as_of > settle_by:
        return f"Overdue since {in_words(settle_by)}: the postholder, or whoever is in today, must settle it now."
    if not is_covered:
        return f"The postholder is not in before {in_words(settle_by)}: somebody else must settle it by then."
    if as_of > act_by:
        return (
            f"Overdue for the postholder, who was last in on {in_words(act_by)}: somebody else must settle it by "
            f"{in_words(settle_by)}."
        )
    limit = "" if act_by == settle_by else f" The limit is {in_words(settle_by)}, and the postholder is out till then."
    return f"Settle it by {in_words(act_by)}.{limit}"


def _listed(attempts: Sequence[Attempt]) -> str:
    return f" ({', '.join(map(str, attempts))})" if attempts else ""
