"""Reads the table of an .xlsx workbook as text, the way the CSV of the same table would read."""

import datetime as dt
import io
from collections.abc import Sequence
from itertools import islice

from connectors._xlsx.parts import GivingUpInWords, ReaderGaveUp
from connectors.files.columns import Kind, recognise
from connectors.files.decode import tidy
from connectors.files.source import Source
from connectors.files.tables import HEADER_WITHIN, Rows, Table, table_from
from connectors.files.zip_safety import require_safe
from firstbell.errors import BadInput

Value = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
Area = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, each (row, column) from 0


def read_sheet(source: Source, kinds: Sequence[Kind]) -> Table:
    """The one table of a workbook: of several sheets, the one whose header we know. Raises BadInput."""
    require_safe(source)
    tables = _sheets(source)
    known = [sheet for sheet in tables if _score(sheet[1], kinds) > 1]
    if len(known) > 1:
        named = " and ".join(f"'{name}'" for name, _, _ in known)
        raise BadInput(source.file, f"sheets {named}, either of which could be meant", "one sheet with the table")
    _, rows, merged = known[0] if known else tables[0] if tables else ("", {}, [])
    _repair_header(rows, merged)
    table = table_from(source.file, rows, kinds)
    _require_no_merged_data(table, merged)
    return table


def cell_text(value: Value) -> str:
    """A cell as text: 291.0 is 291, a date is ISO, and midnight is no time."""
    if isinstance(value, str):
        return tidy(value).strip()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value)


def _sheets(source: Source) -> list[tuple[str, Rows, list[Area]]]:
    """The visible sheets that hold anything: name, rows, merged areas."""
    import python_calamine as calamine  # noqa: PLC0415 - 17 ms that only workbooks need

    try:
        with GivingUpInWords():
            workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.data))
            names = [s.name for s in workbook.sheets_metadata if s.visible is calamine.SheetVisibleEnum.Visible]
            read = [(name, workbook.get_sheet_by_name(name)) for name in names]
            found = [(name, _rows(s.to_python(skip_empty_area=False)), s.merged_cell_ranges or []) for name, s in read]
    except (calamine.CalamineError, ReaderGaveUp) as error:
        raise BadInput(source.file, "what is not a workbook", "an .xlsx as a spreadsheet program saves it") from error
    return [(name, rows, merged) for name, rows, merged in found if rows]


class _Texts(dict[Value, str]):
    """The text of each distinct value, worked out once: a column of marks has few. Not for booleans, as True == 1.0."""

    def __missing__(self, value: Value) -> str:
        text = self[value] = cell_text(value)
        return text


def _rows(values: Sequence[Sequence[Value]]) -> Rows:
    texts = _Texts()
    rows = ([str(v) if v is True or v is False else texts[v] for v in row] for row in values)
    return {number: cells for number, cells in enumerate(rows, 1) if any(cells)}


def _score(rows: Rows, kinds: Sequence[Kind]) -> int:
    first = islice(rows.values(), HEADER_WITHIN)
    return max((recognise(cells, kind) for cells in first for kind in kinds), default=0)


def _repair_header(rows: Rows, merged: list[Area]) -> None:
    """Copy a merged cell's text into each cell it spans along its row: the only merge with one clear meaning."""
    for (top, left), (bottom, right) in merged:
        cells = rows.get(top + 1, [])
        if top == bottom and right < len(cells):
            cells[left : right + 1] = [cells[left]] * (right + 1 - left)


def _require_no_merged_data(table: Table, merged: list[Area]) -> None:
    for (top, left), (bottom, right) in merged:
        is_header_drawn_down = top + 1 <= table.header_row and left == right
        if bottom + 1 > table.header_row and not is_header_drawn_down:
            cells = f"{_column(left)}{top + 1}:{_column(right)}{bottom + 1}"
            raise BadInput(table.file, f"merged cells {cells}", "one value in each cell: unmerge them", top + 1)


def _column(place: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    letters = ""
    while place >= 0:
        letters = chr(ord("A") + place % 26) + letters
        place = place // 26 - 1
    return letters
