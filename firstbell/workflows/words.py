"""Dates, sessions and people as the school's staff and parents read them."""

import datetime as dt

from rules.calendar import Session
from rules.people import Pupil


def date_in_words(day: dt.date) -> str:
    """A date without its year: Monday 23 November."""
    return f"{day:%A} {day.day} {day:%B}"


def session_in_words(session: Session) -> str:
    """The form in which messages name a session: this morning, Monday 23 November."""
    return f"this {session.half.in_words}, {date_in_words(session.date)}"


def name_of(pupil: Pupil) -> str:
    """Surname, forename: for a workbook cell that only staff with the need see, and nowhere else."""
    return f"{pupil.surname.reveal()}, {pupil.forename.reveal()}"


def count_of(number: int, one: str, many: str | None = None) -> str:
    """1 pupil, 2 pupils."""
    return f"{number} {one if number == 1 else many or one + 's'}"
