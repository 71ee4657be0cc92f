"""Write the rows: system cells by key, people's cells only in rows that are new."""

import datetime as dt
from collections.abc import Mapping
from copy import copy

from openpyxl.cell import Cell as XlsxCell
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.cells import cell_at, put
from connectors._xlsx.heights import fit_height, room_in
from connectors._xlsx.plan import Place
from connectors._xlsx.styles import cell_style
from connectors._xlsx.tables import Table
from sheets_templates import Cell, Column, Editor, Kind, SheetLayout
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
    _dress(cell, column, place)
    if place.says is not None and column.header == SAYS.header:
        return put(cell, place.says)
    if place.key is None:
        return False
    if column.editor is Editor.PEOPLE and place.old_row is not None:
        return place.is_adopted and _put_date_as_date(cell, column)
    return put(cell, _of_kind(column, rows[place.key].get(column.header)))


def _dress(cell: XlsxCell, column: Column, place: Place) -> None:
    """Give a new or adopted cell the look of its column; a colour somebody gave it stays."""
    if place.old_row is None:
        cell.style = cell_style(column, column.editor)
    elif place.is_adopted:
        colour = copy(cell.fill)
        cell.style = cell_style(column, column.editor)
        if colour.fill_type:
            cell.fill = colour  # type: ignore[assignment] # a copy of a fill is one
    else:
        is_typed = column.is_typed_in_new_rows and place.key is None
        _lock(cell, is_locked=column.editor is Editor.SYSTEM and not is_typed)


def _put_date_as_date(cell: XlsxCell, column: Column) -> bool:
    return isinstance(cell.value, str) and put(cell, _of_kind(column, cell.value))


def _of_kind(column: Column, value: Cell) -> Cell:
    """A date that comes as ISO text, as people's dates are kept, becomes a date again in a column of dates."""
    if column.kind is not Kind.DATE or not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError:
        return value


def _lock(cell: XlsxCell, *, is_locked: bool) -> None:
    """A cell pasted from elsewhere brings its lock along; each drawing sets it right."""
    if cell.protection.locked != is_locked:
        cell.protection = Protection(locked=is_locked)
