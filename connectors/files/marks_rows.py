"""Shape A: a row a mark. Pupil, date, session, code, and minutes late where the export has them."""

import re

from connectors.files.answers import whole_number
from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, cells_of, places, whole_rows
from connectors.files.register_page import RegisterPage
from connectors.files.tables import Cells, Table
from firstbell.errors import BadInput
from firstbell.records import Problem
from rules.calendar import Half, Session
from rules.code_checks.validator import CodeProblem
from rules.codes import AttendanceCode
from rules.registers import Mark

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
    rows = _MarkRows(table, mapping, page)
    plain: dict[tuple[str, str, str], tuple[Session, AttendanceCode | None]] = {}
    for row, cells in rows.rows.items():
        texts = (cells[rows.date], cells[rows.half], cells[rows.code])
        entry, pupil_id = plain.get(texts), cells[rows.pupil]
        if entry is None or not pupil_id:
            entry = rows.entry(row, cells)
            if entry is None:
                continue
            plain[texts] = entry
        late = cells[rows.late] if rows.late >= 0 else ""
        minutes = _minutes(row, pupil_id, entry[0], late, page) if late else None
        page.add(Mark(pupil_id, *entry, minutes), cells[rows.note] if rows.note >= 0 else "")
    rows.report_lessons()


class _MarkRows:
    """The rows of one table with their columns, dates and sessions known."""

    def __init__(self, table: Table, mapping: Mapping, page: RegisterPage) -> None:
        at = places(table, mapping)
        self.page = page
        self.rows, problems = whole_rows(table, mapping)
        page.problems += problems
        self.pupil, self.date, self.half, self.code = (at[c] for c in ("pupil_id", "date", "session", "code"))
        self.late, self.note = at.get("minutes_late", -1), at.get("note", -1)
        page.has_notes = self.note >= 0
        texts = cells_of(self.rows, self.date)
        self._days = dates_in(texts, table.file, table.header[self.date], is_plain=mapping.is_plain)
        self._halves = {text: half_of(text) for _, text in cells_of(self.rows, self.half)}
        _require_sessions(table, self.half, self._halves)

    def entry(self, row: int, cells: Cells) -> tuple[Session, AttendanceCode | None] | None:
        """A row's session and code; None, with a problem, when it is no mark."""
        day, half = self._days.get(cells[self.date]), self._halves[cells[self.half]]
        if day is None:
            self.page.refuse_date(row, cells[self.date], cells[self.pupil])
        elif half is None and not is_lesson(cells[self.half]):
            self.page.refuse(row, "The session is neither AM nor PM.", cells[self.pupil])
        elif half is not None:
            return self._read(row, Session(day, half), cells)
        return None

    def _read(self, row: int, session: Session, cells: Cells) -> tuple[Session, AttendanceCode | None] | None:
        read = self.page.read(session, cells[self.code])
        if not cells[self.pupil]:
            self.page.refuse(row, "The row names no pupil.", session=session)
        elif isinstance(read, CodeProblem):
            self.page.refuse_code(row, cells[self.pupil], read)
        else:
            return session, read
        return None

    def report_lessons(self) -> None:
        """Say how many rows were lesson marks, which are not the statutory register."""
        lessons = {text for text, half in self._halves.items() if half is None and is_lesson(text)}
        count = sum(cells[self.half] in lessons for cells in self.rows.values()) if lessons else 0
        if count:
            sentence = f"{count} rows are about lessons and were left out: only AM and PM marks are the register."
            self.page.problems.append(Problem(self.page.file, sentence))


def _minutes(row: int, pupil_id: str, session: Session, text: str, page: RegisterPage) -> int | None:
    try:
        return whole_number(text)
    except ValueError:
        page.refuse(row, "The minutes late are not a whole number; the mark counts without them.", pupil_id, session)
        return None


def _require_sessions(table: Table, place: int, halves: dict[str, Half | None]) -> None:
    if halves and not any(halves.values()):
        found = "lessons or periods only" if any(is_lesson(text) for text in halves) else "no AM or PM"
        raise BadInput(table.file, found, "session marks: AM or PM", table.header_row, table.header[place])
