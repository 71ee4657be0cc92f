"""Find Firstbell's columns and rows in a sheet that people sort, filter, move about and write in.

A hidden column holds each row's key. Its heading names the sheet, so a renamed sheet is known again, and in the
lines above the headings it marks which line is which.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.records import SheetRead
from sheets_templates import Column, SheetLayout, WorkbookLayout

Grid = list[list[str]]
HIGHEST_LINES = 60
AS_AT_SHEET = "Firstbell as at"
COPY = "This row is a copy of another one. Only the first counts: delete this one."


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the headings: its number, its key (None: nobody's, or a person's own), and what people typed.

    `texts` holds people's columns, and the columns people type in rows of their own. `is_copy`: an earlier row has
    the same key.
    """

    row: int
    key: str | None
    texts: Mapping[str, str]
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Where things stand in a sheet; rows and columns count from 1. `tags` are the marked lines above the headings."""

    header_row: int
    key_column: int
    columns: Mapping[str, int]
    tags: Mapping[str, int]
    lines: tuple[Line, ...] = ()


def key_heading(layout: SheetLayout) -> str:
    """The heading of the hidden key column."""
    return f"Firstbell key: {layout.name}"


def table_name(layout: SheetLayout) -> str:
    """The name of the Excel table that holds a sheet's rows, in a workbook that several people have open."""
    return "firstbell_" + re.sub(r"\W+", "_", layout.name).strip("_")


def find_tables(grids: Mapping[str, Grid], layouts: tuple[SheetLayout, ...], file: str) -> dict[str, tuple[str, Table]]:
    """For each layout's sheet that exists: the name it really has, and its table. Raises NeedsHuman, see `locate`."""
    found = {}
    for layout in layouts:
        name = _sheet_name(grids, layout, file)
        if name is not None:
            found[layout.name] = name, locate(grids[name], layout, file)
    return found


def read_rows(layout: WorkbookLayout, tables: Mapping[str, tuple[str, Table]]) -> tuple[SheetRead, ...]:
    """What people's columns hold, sheet by sheet; nothing for a sheet that is not there yet."""
    return tuple(_read(sheet, tables[sheet.name][1].lines if sheet.name in tables else ()) for sheet in layout.sheets)


def _read(layout: SheetLayout, lines: Sequence[Line]) -> SheetRead:
    rows = {line.key: line.texts for line in lines if line.key is not None and not line.is_copy}
    typed = (line.texts for line in lines if line.key is None and any(line.texts.values()))
    return SheetRead(layout.name, rows, tuple(typed) if layout.people_add_rows else ())


def _sheet_name(grids: Mapping[str, Grid], layout: SheetLayout, file: str) -> str | None:
    wanted = plain(layout.name)
    for name in grids:
        if plain(name) == wanted:
            return name
    for name, grid in grids.items():
        if _key_place(grid, layout) is not None:
            raise NeedsHuman(f"the sheet '{layout.name}' was renamed '{name}': give it its name back", file)
    return None


def locate(grid: Grid, layout: SheetLayout, file: str) -> Table:
    """The table in a sheet. Raises NeedsHuman when a heading is missing or stands twice: nothing may be written."""
    place = _key_place(grid, layout)
    if place is None:
        raise NeedsHuman(
            f"the sheet '{layout.name}' has lost its hidden first column: undo that, or rename the sheet and "
            "a new one is drawn",
            file,
        )
    header, key = place
    columns = {column.header: _column(grid[header], column.header, layout, file) for column in layout.columns}
    return Table(
        header + 1,
        key + 1,
        {name: index + 1 for name, index in columns.items()},
        {_at(row, key): number + 1 for number, row in enumerate(grid[:header]) if _at(row, key)},
        _lines(grid, header, key, {column.header: columns[column.header] for column in _typed(layout)}, layout),
    )


def _key_place(grid: Grid, layout: SheetLayout) -> tuple[int, int] | None:
    heading = key_heading(layout)
    for number, row in enumerate(grid[:HIGHEST_LINES]):
        if heading in row:
            return number, row.index(heading)
    return None


def _column(headings: list[str], header: str, layout: SheetLayout, file: str) -> int:
    places = [index for index, heading in enumerate(headings) if plain(heading) == plain(header)]
    if len(places) == 1:
        return places[0]
    if places:
        raise NeedsHuman(
            f"the sheet '{layout.name}' has the heading '{header}' twice: rename or delete the column that was added",
            file,
        )
    raise NeedsHuman(
        f"the sheet '{layout.name}' has no heading '{header}' any more: type it again above its column, or undo", file
    )


def _lines(grid: Grid, header: int, key: int, typed: Mapping[str, int], layout: SheetLayout) -> tuple[Line, ...]:
    lines: list[Line] = []
    first: dict[str, Line] = {}
    last = max((number for number, row in enumerate(grid) if any(row)), default=header)
    for number, row in enumerate(grid[header + 1 : last + 1], start=header + 1):
        texts = {name: _at(row, index) for name, index in typed.items()}
        lines.append(_line(number + 1, _at(row, key), texts, first, layout))
    return tuple(lines)


def _line(row: int, key: str, texts: Mapping[str, str], first: dict[str, Line], layout: SheetLayout) -> Line:
    """One row. A copy that a person went on to change, where people add rows, is a row of their own."""
    if not key:
        return Line(row, None, texts)
    if key in first:
        is_changed = texts != first[key].texts
        return Line(row, None, texts) if layout.people_add_rows and is_changed else Line(row, key, texts, is_copy=True)
    first[key] = Line(row, key, texts)
    return first[key]


def _typed(layout: SheetLayout) -> tuple[Column, ...]:
    """The columns whose text a person decides, in the layout's order."""
    return layout.typed_columns or layout.people_columns


def _at(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def plain(text: str) -> str:
    """For comparing headings: a space too many or another case is no difference."""
    return " ".join(text.split()).casefold()
