"""What people have written in the workbooks and Firstbell has accepted, in the form that decisions need it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.ports import Desk
from firstbell.records import PersonsCell
from firstbell.workflows.notes.row_keys import pupil_session_of
from rules.calendar import Session
from rules.codes import AttendanceCode
from rules.people import Personal

ATTENDANCE = "Attendance"
SAFEGUARDING = "Safeguarding"
# Outcomes of a call after which the absence is no longer unexplained.
SETTLING_OUTCOMES = frozenset({"spoke to parent", "pupil is in school"})


@dataclass(frozen=True, slots=True)
class DeskNotes:
    """People's accepted words.

    `explained`: pupil and session whose reason is known; `said_absent`: those of them where it is an absence.
    `holds`: the last day of each sensitive-case hold by pupil. `blocked_addresses`: addresses the DSL has blocked, by
    pupil. `kept_back`: keys of proposals a person holds.
    """

    explained: frozenset[tuple[str, Session]]
    said_absent: frozenset[tuple[str, Session]]
    holds: Mapping[str, dt.date]
    blocked_addresses: Mapping[str, frozenset[Personal]]
    kept_back: frozenset[str]


def read_desk_notes(desk: Desk) -> DeskNotes:
    """Gather the accepted cells of both workbooks."""
    attendance, safeguarding = desk.cells(ATTENDANCE), desk.cells(SAFEGUARDING)
    return DeskNotes(
        explained=frozenset(found for cell in attendance if (found := _explained(cell))),
        said_absent=frozenset(found for cell in attendance if (found := _said_absent(cell))),
        holds=_holds(safeguarding),
        blocked_addresses=_blocked(safeguarding),
        kept_back=frozenset(
            c.row_key for c in attendance if (c.sheet, c.column, c.value) == ("Queue", "Decision", "hold")
        ),
    )


def settles(column: str, value: str) -> bool:
    """Whether this word in this column means that the absence is no longer unexplained; a call in vain does not."""
    return gives_reason(column, value) or (column == "Outcome" and value in SETTLING_OUTCOMES)


def gives_reason(column: str, value: str) -> bool:
    """Whether this word says why the pupil is away. The code N says that nobody knows."""
    if column == "Code to record":
        return value not in {"", AttendanceCode.UNEXPLAINED}
    return column == "Reason given" and bool(value)


def _explained(cell: PersonsCell) -> tuple[str, Session] | None:
    return pupil_session_of(cell.row_key) if settles(cell.column, cell.value) else None


def _said_absent(cell: PersonsCell) -> tuple[str, Session] | None:
    return pupil_session_of(cell.row_key) if gives_reason(cell.column, cell.value) else None


def _holds(cells: tuple[PersonsCell, ...]) -> dict[str, dt.date]:
    dated = (c for c in cells if c.sheet == "Vulnerable pupils" and c.column == "Hold messages until")
    return {cell.row_key: dt.date.fromisoformat(cell.value) for cell in dated}


def _blocked(cells: tuple[PersonsCell, ...]) -> dict[str, frozenset[Personal]]:
    found: dict[str, frozenset[Personal]] = defaultdict(frozenset)
    for cell in cells:
        if cell.sheet == "Non-contact" and cell.column == "Address to block":
            found[cell.row_key.partition("|")[0]] |= {Personal(cell.value)}
    return dict(found)
