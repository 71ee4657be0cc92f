"""The keys of workbook rows, which stay with a row however people sort, filter or move it."""

import datetime as dt

from rules.calendar import Half, Session, school_year_of


def pupil_session_key(pupil_id: str, session: Session) -> str:
    """A row about one pupil and one session: `P0012|2026-11-23-AM`."""
    return f"{pupil_id}|{session.key}"


def case_key(pupil_id: str, day: dt.date) -> str:
    """A row about a pupil's case in the school year of a day: `P0012|2026`. With a new year everything begins again."""
    return f"{pupil_id}|{school_year_of(day)}"


def pupil_session_of(key: str) -> tuple[str, Session] | None:
    """The pupil and session that a row key stands for; None when it is of another kind."""
    pupil_id, bar, session = key.rpartition("|")
    try:
        date, half = dt.date.fromisoformat(session[:10]), Half(session[11:])
    except ValueError:
        return None
    return (pupil_id, Session(date, half)) if bar else None
