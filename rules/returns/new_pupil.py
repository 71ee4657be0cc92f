"""The new-pupil return: by the end of the fifth day after a name is entered. SI 2024/208 regulation 13(1) to (3)."""

import datetime as dt

from rules.calendar import SchoolCalendar
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome
from rules.parameters import parameter
from rules.returns.deadlines import ReturnDue, act_by_in_words, last_school_day_to_act


def new_pupil_return(
    entered_on: dt.date, calendar: SchoolCalendar, *, is_usual_joiner: bool, authority_asks: bool = False
) -> ReturnDue:
    """When the local authority must know of a name entered in the admission register; weekends and holidays count.

    `is_usual_joiner`: the pupil starts in the school's most junior class on the first day of the school year, and then
    no return is due unless the authority asks for it.
    """
    law = parameter("returns/new_pupil").on(entered_on)
    if is_usual_joiner and not authority_asks:
        sentence = "The pupil joins the most junior class on the first day of the school year: no return is due."
        return ReturnDue(None, None, Finding(Outcome.NOT_APPLICABLE, sentence, (), (), (law,)))
    due_on = calendar.calendar_day_after(entered_on, law.value)
    act_by = last_school_day_to_act(entered_on, due_on, calendar)
    sentence = (
        f"The name was entered on {in_words(entered_on)}: the new-pupil return is due by {in_words(due_on)}; "
        f"{act_by_in_words(act_by, due_on)}."
    )
    return ReturnDue(due_on, act_by, Finding(Outcome.MET, sentence, (), (), (law,)))
