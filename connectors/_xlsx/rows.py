"""Move the rows of a sheet to where they are to stand, with everything people did to them."""

from collections.abc import Mapping

from openpyxl.formula.translate import Translator
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.plan import Place
from connectors._xlsx.tables import Table


def rearrange(sheet: Worksheet, table: Table, places: list[Place]) -> None:
    """Bring each row that stays to its new number and drop the rest: cells, notes, links, heights, hidden rows.

    openpyxl's own `delete_rows` leaves heights, links and formulas behind, and takes a pass over the sheet each time.
    """
    first = table.header_row + 1
    moves = {place.old_row: row for row, place in enumerate(places, start=first) if place.old_row is not None}
    _unmerge(sheet, table, moves)
    if all(old == new for old, new in moves.items()) and len(moves) == len(table.lines):
        return
    _move_cells(sheet, first, moves)
    _move_heights(sheet, first, moves)


def _unmerge(sheet: Worksheet, table: Table, moves: Mapping[int, int]) -> None:
    """Undo merged cells in the heading and in our rows; a person's own single row keeps them, where it goes."""
    ours = {table.header_row, *table.tags.values(), *(line.row for line in table.lines if line.key is not None)}
    for area in list(sheet.merged_cells.ranges):
        rows = range(area.min_row, area.max_row + 1)
        if not ours.isdisjoint(rows) or (len(rows) > 1 and area.max_row > table.header_row):
            sheet.unmerge_cells(area.coord)
        elif area.min_row in moves:
            area.shift(row_shift=moves[area.min_row] - area.min_row)


def _move_cells(sheet: Worksheet, first: int, moves: Mapping[int, int]) -> None:
    cells = sheet._cells  # noqa: SLF001 - the only way to move many rows in one pass; openpyxl's own methods do the same
    below = {place: cells.pop(place) for place in list(cells) if place[0] >= first}
    for (row, column), cell in below.items():
        if row not in moves:
            continue
        origin, cell.row = cell.coordinate, moves[row]
        cells[moves[row], column] = cell
        if cell.data_type == "f" and isinstance(cell.value, str):
            cell.value = Translator(cell.value, origin).translate_formula(cell.coordinate)
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate


def _move_heights(sheet: Worksheet, first: int, moves: Mapping[int, int]) -> None:
    heights = {row: sheet.row_dimensions.pop(row) for row in list(sheet.row_dimensions) if row >= first}
    for row, height in heights.items():
        if row in moves:
            sheet.row_dimensions[moves[row]] = height
