"""Rows that are no longer wanted but in which somebody has typed since they were read: they stay until that is read."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from connectors._xlsx.tables import Grid, Line, Table
from firstbell.records import SheetRows
from sheets_templates import Cell, Column, Editor, Kind, SheetLayout
from sheets_templates.columns import SAYS

STAYS = "No longer needed. This row goes once Firstbell has read what you typed."

Texts = Mapping[str, Mapping[str, str]]


def with_late_rows(wanted: SheetRows, layout: SheetLayout, table: Table, grid: Grid, read: Texts) -> SheetRows:
    """The rows to draw, and those that must stay once more, as they are. `read`: key to what was read last."""
    late = {
        line.key: _as_it_stands(layout, table, grid, line)
        for line in table.lines
        if line.key is not None and line.key not in wanted.rows and _is_unread(line, read)
    }
    return dataclasses.replace(wanted, rows={**wanted.rows, **late}) if late else wanted


def _is_unread(line: Line, read: Texts) -> bool:
    return not line.is_copy and any(line.texts.values()) and read.get(line.key or "") != line.texts


def _as_it_stands(layout: SheetLayout, table: Table, grid: Grid, line: Line) -> Mapping[str, Cell]:
    row = grid[line.row - 1]
    places = {column: table.columns[column.header] for column in layout.columns if column.editor is Editor.SYSTEM}
    cells = {column.header: _cell(column, row[at - 1] if at <= len(row) else "") for column, at in places.items()}
    return {header: STAYS if header == SAYS.header else cell for header, cell in cells.items()}


def _cell(column: Column, text: str) -> Cell:
    """A cell's text as its column's kind again; dates become dates where they are drawn."""
    try:
        match column.kind:
            case Kind.WHOLE_NUMBER:
                return int(text)
            case Kind.PERCENT:
                return Decimal(text)
    except (ValueError, InvalidOperation):
        pass
    return text or None
