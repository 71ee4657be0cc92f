"""A return's due date, and the last day on which the school itself can still make it."""

import datetime as dt
from dataclasses import dataclass

from rules.calendar import SchoolCalendar
from rules.calendar.sessions import in_words
from rules.findings import Finding


@dataclass(frozen=True, slots=True)
class ReturnDue:
    """`due_on` as the law counts it; `act_by` the last school day on or before it. MET: it is to be sent.

    `due_on` is None when no return is due; `act_by` also where no school day is left before the due date.
    """

    due_on: dt.date | None
    act_by: dt.date | None
    finding: Finding


def last_school_day_to_act(
    first: dt.date, due_on: dt.date, calendar: SchoolCalendar, year_group: str | None = None
) -> dt.date | None:
    """The last school day from `first` to `due_on`, both inside; None when none is known."""
    if due_on > calendar.last:
        return None
    days = calendar.school_days(first, due_on, year_group)
    return days[-1] if days else None


def act_by_in_words(act_by: dt.date | None, due_on: dt.date) -> str:
    """The end of a sentence that says when to act; None says that a person must look, for no school day is known."""
    if act_by is None:
        return "no school day is known before then, so see to it today"
    return "that is a school day" if act_by == due_on else f"the last school day before it is {in_words(act_by)}"
