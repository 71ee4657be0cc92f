"""The deletion return: no later than the name is deleted. SI 2024/208 regulation 13(4) and (5)."""

import datetime as dt

from rules.calendar import SchoolCalendar
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome
from rules.parameters import parameter
from rules.returns.deadlines import ReturnDue, act_by_in_words, last_school_day_to_act


def deletion_return(
    deletes_on: dt.date,
    calendar: SchoolCalendar,
    as_of: dt.date,
    *,
    is_after_final_year: bool,
    authority_asks: bool = False,
) -> ReturnDue:
    """When the local authority must know of a deletion that a person has decided; it is asked for, never proposed.

    `is_after_final_year`: the pupil leaves after the school's last year, and then no return is due unless the
    authority asks for it.
    """
    law = parameter("returns/deletion").on(deletes_on)
    if is_after_final_year and not authority_asks:
        sentence = "The pupil leaves after the school's final year: no return is due."
        return ReturnDue(None, None, Finding(Outcome.NOT_APPLICABLE, sentence, (), (), (law,)))
    due_on = calendar.calendar_day_after(deletes_on, law.value)
    act_by = last_school_day_to_act(min(as_of, due_on), due_on, calendar)
    sentence = (
        f"The deletion return is due as soon as the ground is met, and by {in_words(due_on)}, when the name goes; "
        f"{act_by_in_words(act_by, due_on)}."
    )
    return ReturnDue(due_on, act_by, Finding(Outcome.MET, sentence, (), (), (law,)))
