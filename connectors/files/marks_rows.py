"""Shape A: a row a mark. Pupil, date, session, code, and minutes late where the export has them."""

import re

from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, cells_of, places, whole_rows
from connectors.files.register_page import RegisterPage
from connectors.files.tables import Cells, Table
from firstbell.errors import BadInput
from firstbell.records import Problem
from rules.calendar import Half, Session

# AM, AM1, AM Reg, Morning, Morning registration, Roll call AM; and the same for the afternoon.
HALF = re.compile(r"(?:roll call )?(?P<half>am|pm|morning|afternoon)\s*1?(?: (?:reg|registration|roll call|session))?")
HALVES = {"am": Half.AM, "morning": Half.AM, "pm": Half.PM, "afternoon": Half.PM}
LESSON = re.compile(
    r"(?:p|period|lesson|per)?\s*\d{1,2}[a-d]?|(?:mon|tue|wed|thu|fri)\w*[\s:-]*(?:p|period)?\s*\d{1,2}"
)


def half_of(text: str) -> Half | None:
    """The half of the day a session or period name means; None where it is not clear."""
    found = HALF.fullmatch(" ".join(text.casefold().split()))
    return HALVES[found["half"]] if found else None


def is_lesson(text: str) -> bool:
    """Whether a period name is a lesson's: lesson marks are not the statutory register."""
    return LESSON.fullmatch(" ".join(text.casefold().split())) is not None


def read_rows(table: Table, mapping: Mapping, page: RegisterPage) -> None:
    """Enter every row's mark on the page. Raises BadInput when no row is about a session."""
    at = places(table, mapping)
    rows, problems = whole_rows(table, mapping)
    page.problems += problems
    days = dates_in(cells_of(rows, at["date"]), table.file, table.header[at["date"]])
    halves = {text: half_of(text) for text in {cells[at["session"]] for _, cells in rows}}
    _require_sessions(table, at["session"], halves)
    lessons = {text for text, half in halves.items() if half is None and is_lesson(text)}
    sessions = {(d, h): Session(day, half) for d, day in days.items() for h, half in halves.items() if day and half}
    date, half, pupil, code, late = (at.get(c, -1) for c in ("date", "session", "pupil_id", "code", "minutes_late"))
    for row, cells in rows:
        session = sessions.get((cells[date], cells[half]))
        if session is None:
            _refuse_session(row, cells, at, lessons, page, has_date=days.get(cells[date]) is not None)
        elif not cells[pupil]:
            page.refuse(row, "The row names no pupil.", session=session)
        else:
            minutes = _minutes(row, cells[pupil], session, cells[late], page) if late >= 0 and cells[late] else None
            page.enter(row, cells[pupil], session, cells[code], minutes)
    _report_lessons(table, rows, half, lessons, page)


def _refuse_session(
    row: int, cells: Cells, at: dict[str, int], lessons: set[str], page: RegisterPage, *, has_date: bool
) -> None:
    pupil_id = cells[at["pupil_id"]]
    if cells[at["session"]] in lessons:
        return
    if has_date:
        page.refuse(row, "The session is neither AM nor PM.", pupil_id)
    else:
        page.refuse_date(row, cells[at["date"]], pupil_id)


def _minutes(row: int, pupil_id: str, session: Session, text: str, page: RegisterPage) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    page.refuse(row, "The minutes late are not a whole number; the mark counts without them.", pupil_id, session)
    return None


def _require_sessions(table: Table, place: int, halves: dict[str, Half | None]) -> None:
    if halves and not any(halves.values()):
        found = "lessons or periods only" if any(is_lesson(text) for text in halves) else "no AM or PM"
        raise BadInput(table.file, found, "session marks: AM or PM", table.header_row, table.header[place])


def _report_lessons(
    table: Table, rows: list[tuple[int, Cells]], place: int, lessons: set[str], page: RegisterPage
) -> None:
    count = sum(cells[place] in lessons for _, cells in rows) if lessons else 0
    if count:
        sentence = f"{count} rows are about lessons and were left out: only AM and PM marks are the register."
        page.problems.append(Problem(table.file, sentence))
