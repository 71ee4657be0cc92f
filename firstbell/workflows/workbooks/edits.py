"""Take in what people typed in the workbooks: every accepted edit is a ledger entry, every refused one gets a sentence.

An edit is a cell of a people's column that differs from what was last accepted. It needs the initials of somebody the
school knows. What it does depends on the sheet (see `edit_handlers`). A refused edit changes nothing, stays as it was
typed, and is looked at again at the next run.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from firstbell.ports import Workbook
from firstbell.records import PersonsCell, SheetRead, TypedAnswer
from firstbell.settings import StaffMember
from firstbell.workflows.notes.row_keys import pupil_session_of
from firstbell.workflows.office import Office
from firstbell.workflows.workbooks.case_edits import CASE_HANDLERS
from firstbell.workflows.workbooks.edit_handlers import HANDLERS as DAILY_HANDLERS
from firstbell.workflows.workbooks.edit_handlers import Handler, OnItsWay, RefusedEdit, RowEdit
from sheets_templates import Column, Kind, SheetLayout, WorkbookLayout
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

HANDLERS: dict[str, Handler] = {**DAILY_HANDLERS, **CASE_HANDLERS}
SAYS = "Firstbell says"
# The columns in which a person signs a row, by the sheets' own names for them.
SIGNATURES = ("Initials", "Acknowledged by", "Hold owner", "Seen by", "Told by", "Owner")
# A signature that does something by itself; the others only sign what stands beside them.
ACTING_SIGNATURES = frozenset({"Acknowledged by", "Seen by"})


@dataclass
class Said:
    """What Firstbell answers: by sheet and row key, and to the rows people typed themselves.

    `kept_back`: keys of messages on their way that somebody would stop or hold.
    """

    in_rows: dict[tuple[str, str], str] = field(default_factory=dict)
    to_typed: dict[str, tuple[TypedAnswer, ...]] = field(default_factory=dict)
    kept_back: set[str] = field(default_factory=set)


def take_edits(office: Office) -> Said:
    """Read the two workbooks of the day and take in what changed.

    Raises NeedsHuman for a workbook that can't be read: nothing is sent while a person's "stop" may stand unread.
    """
    said = Said()
    books = ((office.attendance_workbook, ATTENDANCE), (office.safeguarding_workbook, SAFEGUARDING))
    for workbook, layout in books:
        _take_workbook(office, workbook, layout, said)
    return said


def take_edits_of_cases(office: Office) -> Said:
    """The same for the Attendance cases workbook, which no job of the day needs."""
    said = Said()
    _take_workbook(office, office.cases_workbook, CASES_WORKBOOK, said)
    return said


def _take_workbook(office: Office, workbook: Workbook, layout: WorkbookLayout, said: Said) -> None:
    cells = office.store.desk.cells(layout.name)
    known = {(cell.sheet, cell.row_key, cell.column): cell.value for cell in cells}
    said.in_rows |= {(cell.sheet, cell.row_key): cell.value for cell in cells if cell.column == SAYS}
    for read in workbook.read(layout):
        if read.sheet in HANDLERS:
            sheet = SheetEdits(office, layout.name, layout.sheet(read.sheet), known, said.kept_back)
            said.in_rows |= sheet.take_rows(read)
            said.to_typed[read.sheet] = sheet.take_typed(read)


@dataclass(frozen=True)
class SheetEdits:
    """The edits of one sheet, against what was last accepted in it; `kept_back` is filled as `Said` has it."""

    office: Office
    workbook: str
    layout: SheetLayout
    known: Mapping[tuple[str, str, str], str]
    kept_back: set[str]

    def take_rows(self, read: SheetRead) -> dict[tuple[str, str], str]:
        """Take in the changed rows; the sentence to show in each."""
        columns = self.layout.people_columns
        said = {}
        for key, row in read.rows.items():
            changed = {c.header: row.get(c.header, "") for c in columns if self._differs(key, c.header, row)}
            if changed.keys() - (set(SIGNATURES) - ACTING_SIGNATURES):
                said[(self.layout.name, key)] = self._take(key, changed, row, columns)
        return said

    def take_typed(self, read: SheetRead) -> tuple[TypedAnswer, ...]:
        """Take in the rows people added; an answer to each, with the key of those that are ours from now on."""
        return tuple(self._answer(row) for row in read.typed)

    def _differs(self, key: str, header: str, row: Mapping[str, str]) -> bool:
        return row.get(header, "") != self.known.get((self.layout.name, key, header), "")

    def _take(self, key: str, changed: Mapping[str, str], row: Mapping[str, str], columns: tuple[Column, ...]) -> str:
        try:
            person = self._signed(row)
            for column in columns:
                _check(column, changed.get(column.header, ""))
            sentence = HANDLERS[self.layout.name](self.office, RowEdit(self.layout.name, key, changed, row, person))
        except OnItsWay as late:
            self.kept_back.add(key)
            return str(late)
        except RefusedEdit as refused:
            return str(refused)
        self._accept(key, changed, person, sentence)
        return sentence

    def _answer(self, row: Mapping[str, str]) -> TypedAnswer:
        pupil_id = row.get("Pupil ID", "")
        key = _typed_key(self.layout.name, pupil_id, row)
        if key != pupil_id and (answered := self.known.get((self.layout.name, key, SAYS))):
            # Taken in by a run that could not draw the sheet: the very same words are the very same row.
            return TypedAnswer(row, answered, key)
        try:
            self._check_pupil(pupil_id)
            self._check_new(key)
            person = self._signed(row)
            for column in self.layout.typed_columns:
                _check(column, row.get(column.header, ""))
            edit = RowEdit(self.layout.name, key, row, row, person)
            sentence = HANDLERS[self.layout.name](self.office, edit)
        except RefusedEdit as refused:
            return TypedAnswer(row, str(refused))
        self._accept(key, row, person, sentence)
        return TypedAnswer(row, sentence, key)

    def _check_pupil(self, pupil_id: str) -> None:
        roll = self.office.store.registers.roll()
        if roll is None or all(pupil.id != pupil_id for pupil in roll.pupils):
            raise RefusedEdit("No pupil with this Pupil ID is on roll; it is the id the MIS uses.")

    def _check_new(self, key: str) -> None:
        if any(row_key == key for sheet, row_key, _ in self.known if sheet == self.layout.name):
            raise RefusedEdit("This pupil has a row in the sheet already: type there.")

    def _signed(self, row: Mapping[str, str]) -> StaffMember:
        initials = next((row[name] for name in SIGNATURES if row.get(name)), "")
        if not initials:
            raise RefusedEdit("Type your initials in this row; until then nothing is done with it.")
        person = self.office.settings.person(initials)
        if person is None:
            raise RefusedEdit("Nobody with these initials is in the school's settings.")
        return person

    def _accept(self, key: str, changed: Mapping[str, str], person: StaffMember, sentence: str) -> None:
        cells = {**changed, SAYS: sentence}
        self.office.store.desk.save_cells(
            PersonsCell(self.workbook, self.layout.name, key, column, value) for column, value in cells.items()
        )
        about = pupil_session_of(key)
        self.office.store.ledger.append(
            "edit.accepted",
            at=self.office.clock.now(),
            actor=person.initials,
            facts={"sheet": self.layout.name, "row": key, **self._facts(key, changed)},
            pupil_id=about[0] if about else None,
        )

    def _facts(self, key: str, changed: Mapping[str, str]) -> dict[str, str]:
        """From what to what, for columns whose values say nothing private; free words are only said to have changed."""
        columns = {column.header: column for column in self.layout.columns}
        facts = {}
        for header, value in changed.items():
            is_plain = header in SIGNATURES or columns[header].choices or columns[header].kind is Kind.DATE
            before = self.known.get((self.layout.name, key, header), "")
            facts[header] = f"{before or 'empty'} -> {value or 'empty'}" if is_plain else "words changed"
        return facts


def _check(column: Column, value: str) -> None:
    """Refuse what no handler should have to understand: formulas, words outside a drop-down, and unreadable dates."""
    if value.startswith("="):
        raise RefusedEdit(f"'{column.header}' holds a formula. Type the words themselves.")
    if value and column.choices and value not in column.choices:
        raise RefusedEdit(f"'{column.header}' must be one of the words in its list.")
    if value and column.kind is Kind.DATE and not _is_date(value):
        raise RefusedEdit(f"'{column.header}' is not a date. Type it as day/month/year.")


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _typed_key(sheet: str, pupil_id: str, row: Mapping[str, str]) -> str:
    """The key a typed row gets: the pupil's, and where a pupil may have several rows a digest of what was typed."""
    if sheet == "Vulnerable pupils":
        return pupil_id
    digest = hashlib.sha256("\n".join(f"{k}={v}" for k, v in sorted(row.items())).encode()).hexdigest()[:12]
    return f"{pupil_id}|{digest}"
