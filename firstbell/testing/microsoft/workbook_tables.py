"""Excel tables in a live workbook: their rows and columns move as Excel moves them, formats and rules along."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from http import HTTPStatus

from openpyxl import Workbook
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from firstbell.testing.microsoft.asked import Refused
from firstbell.testing.microsoft.workbook_cells import Value, cell, enter, value_of


@dataclass
class Placed:
    """A table and the sheet it stands on. Rows and columns of the sheet count from 1, of the table from 0."""

    page: Worksheet
    table: Table

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First column, header row, last column, last row."""
        left, top, right, bottom = range_boundaries(self.table.ref)
        return int(left or 1), int(top or 1), int(right or 1), int(bottom or 1)

    @property
    def width(self) -> int:
        left, _, right, _ = self.bounds
        return right - left + 1

    @property
    def count(self) -> int:
        """How many rows below the headings."""
        _, top, _, bottom = self.bounds
        return bottom - top

    def headings(self) -> list[str]:
        left, top, right, _ = self.bounds
        return [str(self.page.cell(top, column).value) for column in range(left, right + 1)]

    def row(self, index: int) -> list[Value]:
        """What a row shows."""
        left, top, right, _ = self.bounds
        return [value_of(self.page, cell(self.page, top + 1 + index, c)) for c in range(left, right + 1)]

    def enter_row(self, index: int, values: Sequence[Value]) -> None:
        """Enter values in a row. Raises Refused for another number than there are columns."""
        if len(values) != self.width:
            raise invalid()
        left, top, _, _ = self.bounds
        for column, value in enumerate(values, start=left):
            enter(cell(self.page, top + 1 + index, column), value)

    def insert_rows(self, index: int, count: int) -> None:
        """Make room for rows before the one at `index`; they look like the row above, the first like the next."""
        left, top, right, _ = self.bounds
        at, like = top + 1 + index, top + index if index else top + 1 + count
        self._shift(at, count)
        for row in range(at, at + count):
            for column in range(left, right + 1):
                _copy_look(self.page, like, row, column)
        self._resize(count)

    def delete_row(self, index: int) -> None:
        """Take a row away; those below move up. The last one is only emptied."""
        left, top, right, _ = self.bounds
        at = top + 1 + index
        for column in range(left, right + 1):
            self.page._cells.pop((at, column), None)  # noqa: SLF001 - openpyxl has no other way
        if self.count > 1:
            self._shift(at + 1, -1)
            self._resize(-1)

    def insert_column(self, at: int, heading: str) -> None:
        """Make room for a column before the sheet's column `at`."""
        left, top, right, bottom = self.bounds
        cells = self.page._cells  # noqa: SLF001 - openpyxl has no other way
        moving = {place: cells.pop(place) for place in sorted(cells) if place[0] >= top and place[1] >= at}
        for (row, column), moved in moving.items():
            moved.column = column + 1
            cells[row, column + 1] = moved
        self.page.cell(top, at).value = heading
        self._refer(left, top, right + 1, bottom)
        self.rename_columns()

    def rename_columns(self) -> None:
        """A table's columns are called what their headings say."""
        self.table.tableColumns = [
            TableColumn(id=number, name=name) for number, name in enumerate(self.headings(), start=1)
        ]

    def _shift(self, first: int, by: int) -> None:
        left, _, right, _ = self.bounds
        cells = self.page._cells  # noqa: SLF001 - openpyxl has no other way
        moving = {place: cells.pop(place) for place in list(cells) if place[0] >= first and left <= place[1] <= right}
        for (row, column), moved in moving.items():
            moved.row = row + by
            cells[row + by, column] = moved

    def _resize(self, by: int) -> None:
        left, top, right, bottom = self.bounds
        self._refer(left, top, right, bottom + by)
        _grow_rules(self.page, top + 1, bottom, by)

    def _refer(self, left: int, top: int, right: int, bottom: int) -> None:
        place = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        self.table.ref = place
        if self.table.autoFilter is not None:
            self.table.autoFilter.ref = place


def invalid() -> Refused:
    """What the service says to values of another shape, or a place that is not there."""
    return Refused(HTTPStatus.BAD_REQUEST, "InvalidArgument", inner="invalidArgument")


def table_called(book: Workbook, name: str) -> Placed:
    """The table of this name, or number. Raises Refused for none."""
    for page in book.worksheets:
        for table in page.tables.values():
            if name.casefold() in {str(table.displayName).casefold(), str(table.id)}:
                return Placed(page, table)
    raise Refused(HTTPStatus.NOT_FOUND, "ItemNotFound", inner="itemNotFound")


def _copy_look(page: Worksheet, like: int, row: int, column: int) -> None:
    source, target = cell(page, like, column), cell(page, row, column)
    target._style = copy(source._style)  # type: ignore[attr-defined]  # noqa: SLF001 - a style has no public copy


def _grow_rules(page: Worksheet, first: int, last: int, by: int) -> None:
    """Drop-downs and conditional formats over the table's last row go on over those that come after it."""
    for rule in page.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            _grow(area, first, last, by)
    formats = ConditionalFormattingList()
    for there in page.conditional_formatting:
        areas = [CellRange(area.coord) for area in there.sqref.ranges]
        for area in areas:
            _grow(area, first, last, by)
        for rule in there.rules:
            formats.add(" ".join(area.coord for area in areas), rule)
    page.conditional_formatting = formats


def _grow(area: CellRange, first: int, last: int, by: int) -> None:
    if area.min_row <= last <= area.max_row and area.min_row >= first and area.max_row + by >= area.min_row:
        area.expand(down=by) if by > 0 else area.shrink(bottom=-by)
