"""What people typed in the workbooks, by row: which of it is past its time, and which is about one pupil.

A row's key holds ids and dates and nothing else, so it tells how old the row is and whom it is about.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from firstbell.ports import Desk
from firstbell.records import PersonsCell
from firstbell.retention import kept_from
from firstbell.workflows.office import Office
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.safeguarding import SAFEGUARDING

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Rows that are drawn because of what was typed in them: a hold, a blocked address, what an agency was told. They are in
# force until the pupil is off the roll.
STANDING = frozenset({"Vulnerable pupils", "Non-contact", "Told outside agencies"})


def old_words(office: Office) -> tuple[PersonsCell, ...]:
    """Accepted cells past their time. None while no roll is known: a hold must not be lost for want of one."""
    roll = office.store.registers.roll()
    if roll is None:
        return ()
    on_roll, drawn = {pupil.id for pupil in roll.pupils}, _rows_drawn(office)
    kept = kept_from("words", office.settings.retention, office.today())
    return tuple(cell for cell in _all_cells(office.store.desk) if _is_old(cell, kept, on_roll, drawn))


def words_about(desk: Desk, pupil_id: str) -> tuple[PersonsCell, ...]:
    """Accepted cells of the rows about one pupil."""
    return tuple(cell for cell in _all_cells(desk) if pupil_id in cell.row_key.split("|"))


def forget_words(desk: Desk, cells: Iterable[PersonsCell]) -> None:
    """Forget these cells."""
    desk.save_cells(replace(cell, value="") for cell in cells)


def _all_cells(desk: Desk) -> tuple[PersonsCell, ...]:
    return (*desk.cells(ATTENDANCE.name), *desk.cells(SAFEGUARDING.name))


def _is_old(
    cell: PersonsCell, kept: dt.date, on_roll: Collection[str], drawn: Collection[tuple[str, str, str]]
) -> bool:
    is_about_a_pupil = any(part in on_roll for part in cell.row_key.split("|"))
    if cell.sheet in STANDING:
        return not is_about_a_pupil
    if (cell.workbook, cell.sheet, cell.row_key) in drawn:
        return False
    dates = DATE.findall(cell.row_key)
    return max(dates) < kept.isoformat() if dates else not is_about_a_pupil


def _rows_drawn(office: Office) -> set[tuple[str, str, str]]:
    """Rows that stand in a workbook now: their words are still being worked with."""
    books = ((office.attendance_workbook, ATTENDANCE), (office.safeguarding_workbook, SAFEGUARDING))
    return {
        (layout.name, sheet.sheet, key) for book, layout in books for sheet in book.read(layout) for key in sheet.rows
    }
