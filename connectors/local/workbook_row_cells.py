"""Write the rows: system cells by key, people's cells only in rows that are new."""

from collections.abc import Mapping

from openpyxl.cell import Cell as XlsxCell
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from connectors.local.workbook_cells import cell_at, put
from connectors.local.workbook_heights import fit_height, room_in
from connectors.local.workbook_plan import Place
from connectors.local.workbook_styles import cell_style
from connectors.local.workbook_tables import Table
from sheets_templates import Cell, Column, Editor, SheetLayout
from sheets_templates.columns import SAYS

Row = Mapping[str, Cell]


def write_rows(
    page: Worksheet, layout: SheetLayout, table: Table, places: list[Place], rows: Mapping[str, Row]
) -> None:
    """Write each row in its place. Its height fits its text again once something in the row has changed."""
    ours = {table.key_column, *table.columns.values()}
    room = room_in(page, table.columns.values())
    peoples_own = [column for column in range(1, page.max_column + 1) if column not in ours]
    for number, place in enumerate(places, start=table.header_row + 1):
        is_changed = put(cell_at(page, number, table.key_column), place.key)
        for column in layout.columns:
            is_changed |= _write(cell_at(page, number, table.columns[column.header]), column, place, rows)
        for own in peoples_own:
            _lock(cell_at(page, number, own), is_locked=False)
        if is_changed:
            fit_height(page, number, room)


def _write(cell: XlsxCell, column: Column, place: Place, rows: Mapping[str, Row]) -> bool:
    if place.old_row is None:
        cell.style = cell_style(column, column.editor)
    else:
        is_typed = column.is_typed_in_new_rows and place.key is None
        _lock(cell, is_locked=column.editor is Editor.SYSTEM and not is_typed)
    if place.says is not None and column.header == SAYS.header:
        return put(cell, place.says)
    if place.key is None or (column.editor is Editor.PEOPLE and place.old_row is not None):
        return False
    return put(cell, rows[place.key].get(column.header))


def _lock(cell: XlsxCell, *, is_locked: bool) -> None:
    """A cell pasted from elsewhere brings its lock along; each drawing sets it right."""
    if cell.protection.locked != is_locked:
        cell.protection = Protection(locked=is_locked)
