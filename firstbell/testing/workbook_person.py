"""A person working in an .xlsx file, as Excel would let them: opens, changes, saves, and knows no connector."""

from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

KEY = "Firstbell key: "


class Person:
    """Does to the file what the fake's methods of the same names do, and any other `changes`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def _owner_file(self) -> Path:
        return self._path.with_name(f"~${self._path.name}")

    def changes(self, change: Callable[[Workbook], None]) -> None:
        """Open, change, save."""
        book = load_workbook(self._path)
        change(book)
        book.save(self._path)

    def opens_it(self) -> None:
        self._owner_file.write_bytes(b"")

    def closes_it(self) -> None:
        self._owner_file.unlink()

    def types(self, sheet: str, key: str, column: str, text: str) -> None:
        self.types_row(sheet, key, {column: text})

    def types_row(self, sheet: str, key: str, cells: Mapping[str, str]) -> None:
        """Type in several cells of a row and save once."""
        self.changes(lambda book: type_row(book[sheet], key, cells))

    def adds_a_row(self, sheet: str, cells: Mapping[str, str]) -> None:
        self.changes(lambda book: add_row(book[sheet], cells))

    def deletes_a_row(self, sheet: str, key: str) -> None:
        self.changes(lambda book: book[sheet].delete_rows(row_of(book[sheet], key)))

    def copies_a_row(self, sheet: str, key: str, changes: Mapping[str, str]) -> None:
        def change(book: Workbook) -> None:
            page = book[sheet]
            source, target = row_of(page, key), _last_row(page) + 1
            for column in range(1, page.max_column + 1):
                type_text(_cell(page, target, column), _cell(page, source, column).value)
            for heading, text in changes.items():
                type_text(_cell(page, target, headings(page)[heading]), text)

        self.changes(change)

    def sorts(self, sheet: str, column: str) -> None:
        """Sort values and the look of cells, as Excel does, key column included."""

        def change(book: Workbook) -> None:
            page = book[sheet]
            place = headings(page)[column]
            rows = [list(row) for row in page.iter_rows(min_row=header_row(page) + 1, max_row=_last_row(page))]
            taken = [[(cell.value, copy(cell.fill), copy(cell.comment)) for cell in row] for row in rows]
            taken.sort(key=lambda row: str(row[place - 1][0] or ""))
            for row, values in zip(rows, taken, strict=True):
                for cell, (value, fill, note) in zip(row, values, strict=True):
                    type_text(cast("Cell", cell), value)
                    cell.fill, cell.comment = fill, note  # type: ignore[assignment] # a copy of a fill is one

        self.changes(change)

    def renames_a_heading(self, sheet: str, column: str, heading: str) -> None:
        def change(book: Workbook) -> None:
            page = book[sheet]
            page.cell(header_row(page), headings(page)[column]).value = heading

        self.changes(change)

    def sees(self, sheet: str) -> list[dict[str, str]]:
        """The rows as they stand, top to bottom: column to text, empty cells left out."""
        page = load_workbook(self._path)[sheet]
        places = {name: place for name, place in headings(page).items() if not name.startswith(KEY)}
        rows = [
            {name: _text(page.cell(row, place).value) for name, place in places.items()}
            for row in range(header_row(page) + 1, _last_row(page) + 1)
        ]
        return [{name: text for name, text in row.items() if text} for row in rows]


def header_row(page: Worksheet) -> int:
    return next(int(cell.row or 0) for row in page.iter_rows() for cell in row if str(cell.value).startswith(KEY))


def headings(page: Worksheet) -> dict[str, int]:
    """Heading to column number."""
    return {str(cell.value).strip(): cell.column for cell in page[header_row(page)] if cell.value is not None}


def row_of(page: Worksheet, key: str) -> int:
    """The first row with this key."""
    place = next(column for heading, column in headings(page).items() if heading.startswith(KEY))
    rows = range(header_row(page) + 1, page.max_row + 1)
    return next(row for row in rows if page.cell(row, place).value == key)


def type_row(page: Worksheet, key: str, cells: Mapping[str, str]) -> None:
    """Type in several cells of the row with this key."""
    for column, text in cells.items():
        type_text(cell_of(page, key, column), text)


def add_row(page: Worksheet, cells: Mapping[str, str]) -> None:
    """Type below the last row."""
    row = _last_row(page) + 1
    for column, text in cells.items():
        type_text(_cell(page, row, headings(page)[column]), text)


def cell_of(page: Worksheet, key: str, column: str) -> Cell:
    return _cell(page, row_of(page, key), headings(page)[column])


def type_text(cell: Cell, value: object) -> None:
    """As typing in a cell formatted as text: whatever it is stays text."""
    cell.value = value  # type: ignore[assignment] # whatever stood in another cell
    if isinstance(value, str):
        cell.data_type = "s"


def _cell(page: Worksheet, row: int, column: int) -> Cell:
    return cast("Cell", page.cell(row, column))


def _last_row(page: Worksheet) -> int:
    return max(int(row[0].row or 0) for row in page.iter_rows() if any(cell.value is not None for cell in row))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if hasattr(value, "date") else str(value).strip()
