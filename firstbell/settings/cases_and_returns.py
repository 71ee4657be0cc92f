"""What follows from absence: letters in cases, returns to the local authority, and the half-term message."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from firstbell.settings.fields import Initials, Section, YearGroup


class LettersSettings(Section):
    """Letters by stage, drafted for named staff and never sent by themselves.

    `from_percent`: absence from which the first letter, an offer of help, is drafted. `wait_school_days`: how long each
    step is given before the next is looked at. `improve_weeks`: how long a notice to improve runs (the national
    framework: three to six weeks). `hand_over_days`: how long after its draft that time begins, so that it can be read,
    approved and handed over first. `signed_by`: initials of the person who signs. `readers`: initials of the only
    people who may open the drafts and the Attendance cases workbook. While either is empty, no letter is drafted.
    """

    from_percent: Annotated[int, Field(ge=5, le=20)] = 10
    wait_school_days: Annotated[int, Field(ge=5, le=60)] = 15
    improve_weeks: Annotated[int, Field(ge=3, le=6)] = 6
    hand_over_days: Annotated[int, Field(ge=1, le=28)] = 7
    signed_by: str = ""
    readers: tuple[Initials, ...] = ()


class ReturnsSettings(Section):
    """Returns to the local authority, where the law leaves it to the authority or we could not establish it.

    `readers`: initials of the staff who may open the drafted returns; where it is empty, nothing is drafted.
    `interval_days`: how often the authority wants attendance returns; at least monthly by law.
    `irregular_from_sessions`: unauthorised sessions in the school year from which a person judges whether a pupil fails
    to attend regularly; agree the number with the authority. Ours is as many as ten school days have: the law's other
    limb, continuous absence, begins there. `most_junior_year` and `final_year`: the school's own first and last year
    group; who joins the one on the first day of the school year, or leaves after the other, needs no return, unless the
    authority `wants_usual_joiners` or `wants_final_leavers`. Where the year group is empty, nobody is left out.
    `leavers_at_once`: if more pupils than this are gone from the roll on one day without a leaving date, a person looks
    at the export first, and no deletion return is shown.
    """

    readers: tuple[Initials, ...] = ()
    interval_days: Annotated[int, Field(ge=1, le=31)] = 28
    irregular_from_sessions: Annotated[int, Field(ge=1, le=200)] = 20
    most_junior_year: YearGroup = ""
    final_year: YearGroup = ""
    wants_usual_joiners: bool = False
    wants_final_leavers: bool = False
    leavers_at_once: Annotated[int, Field(ge=1, le=1000)] = 10


class HalfTermSettings(Section):
    """The half-term message in days missed: proposed when a half-term begins, sent after a named person's approval.

    `least_days_missed`: with fewer days missed in the half-term that ended, no message is proposed.
    `long_illness_school_days`: after a longer spell of illness a person writes to the family, and no message goes.
    `send_within_school_days`: later than this in the new half-term it is no fresh start any more, and nothing goes.
    `send_at`: from this local time on, on its first day.
    """

    least_days_missed: Annotated[int, Field(ge=1, le=20)] = 2
    long_illness_school_days: Annotated[int, Field(ge=1, le=20)] = 5
    send_within_school_days: Annotated[int, Field(ge=1, le=20)] = 10
    send_at: dt.time = dt.time(16)
