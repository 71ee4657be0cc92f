"""What a sheet that people have open needs: cells of Firstbell's own columns, and rows that are new.

Nothing else is ever written while somebody may be at work: a column is known by its name wherever it was moved, only
columns are written that nobody types in, and rows are added whole. So whatever people do in between, no cell of theirs
can be overwritten. A value that lands in the wrong row, because they sorted, is found at the next look and put right.
Rows that are to go, to move, or to become ours must wait until nobody has the workbook open.
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors._xlsx.plain_text import holdable
from connectors._xlsx.plan import Place, plan
from connectors._xlsx.reading import column_number, text_of
from connectors._xlsx.tables import Line, Table
from connectors.microsoft365.workbook_grids import SheetSeen, date_of, serial_of
from firstbell.records import SheetRows
from sheets_templates import Cell, Column, Editor, Kind, SheetLayout
from sheets_templates.columns import SAYS

Sent = str | int | float | None
GOES_LATER = "No longer needed. This row goes once nobody has the workbook open."
TAKEN_IN = "Taken in."
MOST_CELLS = 10_000
# Such a text could be taken for a formula, a number or a date, whatever the cell's format has become.
LOOKS_LIKE_ELSE = tuple("=+-@'0123456789.,/£$%(\t")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the Excel table reaches: columns of the sheet from 1, rows below the headings."""

    first: int
    last: int
    rows: int


@dataclass(frozen=True, slots=True, repr=False)
class RowsToAdd:
    """Rows to put before the table's row `index`, as wide as the table; `keys` tells them in the plan."""

    index: int
    keys: tuple[str, ...]
    values: tuple[tuple[Sent, ...], ...]


@dataclass(slots=True, repr=False)
class Changes:
    """What a sheet needs. `columns`: header to the table's row, from 0, to value. `must_wait`: something needs the
    workbook to itself.
    """

    columns: dict[str, dict[int, Sent]] = field(default_factory=dict)
    added: list[RowsToAdd] = field(default_factory=list)
    must_wait: bool = False

    @property
    def is_nothing(self) -> bool:
        return not self.columns and not self.added


@dataclass(slots=True, repr=False)
class Written:
    """What this drawing has written in a sheet so far, by header, and what stood beside people's own rows before it."""

    beside: frozenset[tuple[str, ...]]
    texts: dict[str, set[str]] = field(default_factory=dict)

    def note(self, layout: SheetLayout, changes: Changes) -> None:
        """Remember what is about to be written."""
        for column in layout.columns:
            cells = changes.columns.get(column.header, {})
            self.texts.setdefault(column.header, set()).update(reads_as(column, value) for value in cells.values())


def extent_of(seen: SheetSeen, table: Table) -> Extent:
    """How far the table must reach, judged by what is in the sheet: over neighbouring headings and filled rows."""
    headings = seen.grid[table.header_row - 1]
    first = last = table.key_column
    while first > 1 and headings[first - 2]:
        first -= 1
    while last < len(headings) and headings[last]:
        last += 1
    filled = [row for row, cells in enumerate(seen.grid, start=1) if any(cells[first - 1 : last])]
    return Extent(first, last, max(1, max(filled) - table.header_row))


def extent_at(address: str) -> Extent:
    """How far a table reaches, from its address."""
    (first, top), (last, bottom) = (
        (column_number(a), int(n)) for a, n in re.findall(r"([A-Z]+)(\d+)", address.rpartition("!")[2])
    )
    return Extent(first, last, bottom - top)


def is_misplaced(layout: SheetLayout, seen: SheetSeen, table: Table, rows: RowsToAdd, wanted: SheetRows) -> bool:
    """Whether rows that were added lie across the columns, because people moved one in that very moment."""
    keys = {_at(seen, line.row, table.key_column): line.row for line in table.lines}
    for key, values in zip(rows.keys, rows.values, strict=True):
        row = keys.get(key)
        if row is None:
            if any(key in cells for cells in seen.grid[table.header_row :]):
                return True
            continue
        for column in layout.people_columns:
            text = _at(seen, row, table.columns[column.header])
            meant = reads_as(column, sent(column, wanted.rows[key].get(column.header)))
            if text not in {"", meant} and text in {reads_as(column, value) for value in values}:
                return True
    return False


def beside_peoples_rows(layout: SheetLayout, table: Table, seen: SheetSeen) -> frozenset[tuple[str, ...]]:
    """What stands in Firstbell's columns in the rows that have no key."""
    return frozenset(_beside(layout, table, seen, line) for line in table.lines if line.key is None)


def changes(
    layout: SheetLayout, seen: SheetSeen, table: Table, wanted: SheetRows, extent: Extent, written: Written
) -> Changes:
    """What is still to be done in a sheet that stands as it was `seen`."""
    found = Changes()
    places = plan(table, wanted)
    lines = {line.row: line for line in table.lines}
    for row, cells in _wanted_cells(layout, table, seen, wanted, places, written):
        index = row - table.header_row - 1
        for column in _ours(layout):
            if column.header in cells and not _stands(seen, row, table.columns[column.header], column, cells):
                found.columns.setdefault(column.header, {})[index] = sent(column, cells[column.header])
        if index >= extent.rows and lines[row].key is not None:
            found.must_wait = True
    _leave_out_rows_beyond(found, extent)
    found.added = list(_added(layout, table, wanted, places, extent))
    found.must_wait |= _must_wait(table, wanted, places, extent)
    return found


def _ours(layout: SheetLayout) -> list[Column]:
    """The columns nobody types in, in any row."""
    return [column for column in layout.columns if column.editor is Editor.SYSTEM and not column.is_typed_in_new_rows]


def _wanted_cells(
    layout: SheetLayout, table: Table, seen: SheetSeen, wanted: SheetRows, places: list[Place], written: Written
) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """Each row that is there, with the cells it should have in our columns; a column left out stays as it is."""
    kept = {place.old_row: place for place in places if place.old_row is not None}
    for line in table.lines:
        place = kept.get(line.row)
        if place is None:
            yield line.row, _leaving(layout)
        elif place.is_adopted and place.key is not None:
            yield line.row, {SAYS.header: wanted.rows[place.key].get(SAYS.header) or TAKEN_IN}
        elif place.key is not None:
            cells = wanted.rows[place.key]
            ours = {column.header: cells.get(column.header) for column in _ours(layout)}
            yield line.row, ours | ({SAYS.header: place.says} if place.says is not None else {})
        else:
            strays = _strays(layout, table, seen, line, written)
            yield line.row, strays | ({SAYS.header: place.says} if place.says is not None else {})


def _leaving(layout: SheetLayout) -> Mapping[str, Cell]:
    """A row that is no longer wanted says so; where nobody types in the sheet, it is emptied."""
    if SAYS in layout.columns:
        return {SAYS.header: GOES_LATER}
    return {} if layout.people_columns else dict.fromkeys((column.header for column in layout.columns), None)


def _strays(layout: SheetLayout, table: Table, seen: SheetSeen, line: Line, written: Written) -> dict[str, Cell]:
    """Cells of a person's own row that this drawing wrote there by mistake, because rows moved in between."""
    if _beside(layout, table, seen, line) in written.beside:
        return {}
    texts = {column.header: _at(seen, line.row, table.columns[column.header]) for column in _ours(layout)}
    return {header: None for header, text in texts.items() if text and text in written.texts.get(header, ())}


def _beside(layout: SheetLayout, table: Table, seen: SheetSeen, line: Line) -> tuple[str, ...]:
    ours = (_at(seen, line.row, table.columns[column.header]) for column in _ours(layout))
    return (*line.texts.values(), *ours)


def _stands(seen: SheetSeen, row: int, place: int, column: Column, cells: Mapping[str, Cell]) -> bool:
    if (row - 1, place - 1) in seen.formulas:
        return False
    text = reads_as(column, sent(column, cells[column.header]))
    return _at(seen, row, place) in {text, f"'{text}"}  # some hand back the mark of a text with it


def _at(seen: SheetSeen, row: int, column: int) -> str:
    cells = seen.grid[row - 1] if row <= len(seen.grid) else []
    return cells[column - 1] if column <= len(cells) else ""


def reads_as(column: Column, value: Sent) -> str:
    """A value we send, as it reads when it stands in its cell."""
    if isinstance(value, str) or value is None:
        return (value or "").strip().removeprefix("'").strip()
    return text_of(date_of(value) if column.kind is Kind.DATE else float(value))


def sent(column: Column, value: Cell) -> Sent:
    """A cell's value as Excel is told it: "" clears, text that could be taken for anything else is marked as text."""
    if value is None:
        return ""
    if column.kind is Kind.DATE and isinstance(value, str):
        value = _date_or_text(value)
    if isinstance(value, dt.date):
        serial = serial_of(value)
        return serial if serial is not None else f"'{value.isoformat()}"
    if isinstance(value, str):
        text = holdable(value)
        return f"'{text}" if text.startswith(LOOKS_LIKE_ELSE) else text
    return float(value) if isinstance(value, Decimal) else value


def _date_or_text(value: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError:
        return value


def _leave_out_rows_beyond(found: Changes, extent: Extent) -> None:
    for header, cells in list(found.columns.items()):
        found.columns[header] = {index: value for index, value in cells.items() if index < extent.rows}
        if not found.columns[header]:
            del found.columns[header]


def _added(
    layout: SheetLayout, table: Table, wanted: SheetRows, places: list[Place], extent: Extent
) -> Iterator[RowsToAdd]:
    """New rows, the lowest first, so that none moves the place of another; each after the row it follows."""
    waiting: dict[int, list[str]] = {}
    after = table.header_row
    for place in places:
        if place.old_row is not None:
            after = place.old_row
        elif place.key is not None:
            waiting.setdefault(min(after - table.header_row, extent.rows), []).append(place.key)
    for index, keys in sorted(waiting.items(), reverse=True):
        for some in reversed(
            list(itertools.batched(keys, max(1, MOST_CELLS // (extent.last - extent.first + 1)), strict=False))
        ):
            rows = tuple(_row(layout, table, extent, key, wanted.rows[key]) for key in some)
            yield RowsToAdd(index, some, rows)


def _row(layout: SheetLayout, table: Table, extent: Extent, key: str, cells: Mapping[str, Cell]) -> tuple[Sent, ...]:
    by_place: dict[int, Sent] = {table.key_column: f"'{key}" if key.startswith(LOOKS_LIKE_ELSE) else key}
    for column in layout.columns:
        value = sent(column, cells.get(column.header))
        by_place[table.columns[column.header]] = None if value == "" else value
    return tuple(by_place.get(place) for place in range(extent.first, extent.last + 1))


def _must_wait(table: Table, wanted: SheetRows, places: list[Place], extent: Extent) -> bool:
    """Whether rows are to go, to move or to become ours, or a column lies outside the table."""
    rows = [place.old_row for place in places if place.old_row is not None]
    is_moving = rows != sorted(rows) or any(place.is_adopted for place in places)
    is_going = any(line.key is not None and line.key not in wanted.rows for line in table.lines)
    return is_moving or is_going or not all(extent.first <= at <= extent.last for at in table.columns.values())
