"""The sheet Codes to check: marks refused, or to look at again. Private codes stay in the MIS, as in Today."""

from collections.abc import Iterable, Mapping

from firstbell.workflows.notes.row_keys import pupil_session_key
from firstbell.workflows.office import Office
from firstbell.workflows.registers.code_checks import CodeToCheck
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.edits import Said
from firstbell.workflows.workbooks.views.picture import Rows
from rules.codes import AttendanceCode, facts_of
from sheets_templates import Cell
from sheets_templates.attendance import ATTENDANCE

SHEET = "Codes to check"
PRIVATE = "This mark wants a second look in the MIS. Its code is private and not shown here."


def code_check_rows(office: Office, found: Iterable[CodeToCheck], said: Said) -> Rows:
    """A row for each line, under the key of its first session, so that an answer stays with it."""
    cells = office.store.desk.cells(ATTENDANCE.name)
    answers = {c.row_key: c.value for c in cells if (c.sheet, c.column) == (SHEET, "Answer")}
    return {_key(line): _row(line, answers, said) for line in found}


def _key(line: CodeToCheck) -> str:
    return pupil_session_key(line.pupil.id, line.sessions[0])


def _row(line: CodeToCheck, answers: Mapping[str, str], said: Said) -> dict[str, Cell]:
    key = _key(line)
    return {
        "Pupil": name_of(line.pupil),
        "Year": line.pupil.year_group,
        "Form": line.pupil.form,
        "Session": str(line.sessions[0]),
        "Sessions": len(line.sessions),
        **_what(line),
        "State": _state(line, is_answered=bool(answers.get(key))),
        "Firstbell says": said.in_rows.get((SHEET, key), ""),
    }


def _what(line: CodeToCheck) -> dict[str, Cell]:
    if is_private(line.code) or is_private(line.suggestion):
        return {"Code": "", "What is wrong": PRIVATE, "What could stand": "See the MIS"}
    return {"Code": line.code, "What is wrong": line.problem, "What could stand": line.suggestion}


def _state(line: CodeToCheck, *, is_answered: bool) -> str:
    """A refused mark counts for nothing whatever is answered, so it stays refused until the MIS is put right."""
    if line.is_refused:
        return "refused"
    return "answered" if is_answered else "question"


def is_private(text: str) -> bool:
    """Whether an entry is, or was meant for, a code that tells of health, religion, ethnicity or crime."""
    letters = text.strip().upper()
    return letters in AttendanceCode and facts_of(AttendanceCode(letters)).is_restricted
