"""The sheet LA returns: what is open, the soonest due first; expected illnesses; and below them what is settled."""

import datetime as dt
from collections.abc import Callable

from firstbell.workflows.office import Office
from firstbell.workflows.returns.documents import folder_of
from firstbell.workflows.returns.expected_illness import ExpectedIllness, current
from firstbell.workflows.returns.proposals import ReturnsNow
from firstbell.workflows.returns.records import ReturnKind, ReturnRecord, ReturnState
from firstbell.workflows.watch.watching import SchoolWatch
from firstbell.workflows.words import count_of, name_of
from firstbell.workflows.workbooks.edits import Said
from firstbell.workflows.workbooks.views.picture import Rows
from rules.calendar.sessions import in_words
from rules.people import Pupil
from sheets_templates import Cell, Kind
from sheets_templates.attendance.watch import LA_RETURNS

SHEET = LA_RETURNS.name


def return_rows(office: Office, school: SchoolWatch, now: ReturnsNow, said: Said) -> Rows:
    """Every return of this school year, and each illness that is expected to go on."""
    rows = ReturnRows(office, school)
    settled = {record.key: rows.settled(record) for record in now.settled}
    found: Rows = {each.record.key: rows.open(each.record, each.due.because) for each in now.open}
    in_rows_of_their_own = (e for e in current(now.expected, school.as_of) if e.row not in {*found, *settled})
    found |= {expected.row: rows.expected(expected) for expected in in_rows_of_their_own}
    says = {answer.key: answer.says for answer in said.to_typed.get(SHEET, ())}
    says |= {key: sentence for (sheet, key), sentence in said.in_rows.items() if sheet == SHEET}
    return {
        key: {**row, **rows.typed(key), "Firstbell says": says.get(key, "")} for key, row in (found | settled).items()
    }


class ReturnRows:
    """Draws the rows of the sheet."""

    def __init__(self, office: Office, school: SchoolWatch) -> None:
        roll = office.store.registers.roll()
        self._office, self._school = office, school
        self._pupils = {pupil.id: pupil for pupil in roll.pupils} if roll else {}
        self._cells = [cell for cell in office.store.desk.cells("Attendance") if cell.sheet == SHEET]

    def open(self, record: ReturnRecord, because: str) -> dict[str, Cell]:
        """A return that waits, with why it is called for as of today."""
        return {**self._row(record, because), "Time left": self._time_left(record), "Document": self._document(record)}

    def settled(self, record: ReturnRecord) -> dict[str, Cell]:
        """A return that was sent, declined or withdrawn."""
        document = f"{folder_of(self._office, record)}/{record.document}" if record.document else ""
        return {**self._row(record, record.because), "Document": document}

    def expected(self, expected: ExpectedIllness) -> dict[str, Cell]:
        """An illness that somebody has written down, in the row they typed."""
        watch = self._school.pupils.get(expected.pupil_id)
        has_ended = watch is None or expected.has_ended(watch.register, self._school.as_of)
        ended = "The pupil has been in school since: type it anew if the illness goes on."
        noted = f"Noted on {in_words(expected.noted_on)}: counted towards a sickness return while the register shows I."
        return {"Return": "expected illness", **self._who(expected.pupil_id), "Why": ended if has_ended else noted}

    def typed(self, key: str) -> dict[str, Cell]:
        """What people have typed in a row, so that a row drawn anew has it again."""
        dates = {column.header for column in LA_RETURNS.columns if column.kind is Kind.DATE}
        read: Callable[[str], Cell] = dt.date.fromisoformat
        found = [cell for cell in self._cells if cell.row_key == key and cell.value]
        return {cell.column: read(cell.value) if cell.column in dates else cell.value for cell in found}

    def _row(self, record: ReturnRecord, because: str) -> dict[str, Cell]:
        return {
            "Return": record.kind.value,
            **self._who(record.pupil_id),
            "Why": because,
            "Due": None if record.kind is ReturnKind.TWENTY_DAYS else record.due_on,
            "Last day to act": None if record.kind is ReturnKind.TWENTY_DAYS else record.act_by,
            "State": record.state.value,
        }

    def _who(self, pupil_id: str) -> dict[str, Cell]:
        pupil: Pupil | None = self._pupils.get(pupil_id)
        if pupil is None:
            return {"Pupil ID": pupil_id, "Pupil": "no longer in the roll"}
        return {"Pupil ID": pupil_id, "Pupil": name_of(pupil), "Year": pupil.year_group, "Form": pupil.form}

    def _time_left(self, record: ReturnRecord) -> str:
        today, act_by = self._school.as_of, record.act_by
        if record.kind is ReturnKind.TWENTY_DAYS:
            return ""  # nothing is to be sent by a day
        if today > record.due_on:
            return "overdue"
        if act_by is None or today > act_by:
            return "no school day"
        days = self._school.calendar.school_days_between(today, act_by)
        return count_of(days, "school day") if days else "today"

    def _document(self, record: ReturnRecord) -> str:
        if record.kind is ReturnKind.TWENTY_DAYS:
            return "None: speak with the local authority."
        if not self._office.settings.returns.readers:
            return "None: returns.readers in the settings says who may open a draft, and is empty."
        if record.state is ReturnState.PROPOSED:
            return "Drafted once it is approved."
        if not record.document or record.dated is None:
            return "Not drafted: its folder could not be closed."
        place = f"{folder_of(self._office, record)}/{record.document}"
        return f"{place}. Drawn anew on {in_words(record.dated)}: read it again." if record.is_redrawn else place
