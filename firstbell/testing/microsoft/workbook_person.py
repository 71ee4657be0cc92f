"""Somebody in the office working in an open workbook: each change stands at once, as when Excel is open on the web."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import TYPE_CHECKING, cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from firstbell.testing.microsoft.files import Item
from firstbell.testing.microsoft.workbook_books import changed, live_book, settle
from firstbell.testing.microsoft.workbook_cells import value_of
from firstbell.testing.microsoft.workbook_tables import Placed
from firstbell.testing.workbook_person import KEY, add_row, cell_of, header_row, headings, row_of, type_row, type_text

if TYPE_CHECKING:
    from firstbell.testing.microsoft.tenant import Tenant


class LivePerson:
    """Does what `firstbell.testing.workbook_person.Person` does to a file, in the live workbook of a drive."""

    def __init__(self, tenant: "Tenant", drive_id: str, path: str, address: str = "office@school.example") -> None:
        self._tenant, self._drive_id, self._path, self._address = tenant, drive_id, path, address

    @property
    def item(self) -> Item:
        found = self._tenant.drives[self._drive_id].at(self._path)
        assert found is not None, "there is no such file"
        return found

    def changes(self, change: Callable[[Workbook], None]) -> None:
        """Change something; it stands at once."""
        with self._tenant.lock:
            change(live_book(self._tenant, self.item).book)
            changed(self._tenant, self.item, self._address)

    def opens_it(self) -> None:
        """For herself alone, as a desktop program does that knows no sharing."""
        self.item.open_by.add(self._address)
        self._tenant.workbooks.held.add(self.item.id)

    def looks_at_it(self) -> None:
        """Has it open as everybody may at once."""
        self.item.open_by.add(self._address)

    def closes_it(self) -> None:
        self.item.open_by.discard(self._address)
        self._tenant.workbooks.held.discard(self.item.id)

    def types(self, sheet: str, key: str, column: str, text: str) -> None:
        self.changes(lambda book: type_row(book[sheet], key, {column: text}))

    def colours(self, sheet: str, key: str, column: str, colour: str) -> None:
        def change(book: Workbook) -> None:
            cell_of(book[sheet], key, column).fill = PatternFill("solid", fgColor=colour)

        self.changes(change)

    def adds_a_row(self, sheet: str, cells: Mapping[str, str]) -> None:
        """Types below the last row, and the table grows."""

        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            if any(placed.row(placed.count - 1)):
                placed.insert_rows(placed.count, 1)
            _type_in(placed, placed.count - 1, cells)

        self.changes(change)

    def inserts_a_row(self, sheet: str, index: int, cells: Mapping[str, str]) -> None:
        """Types in a row inserted before another."""

        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            at = min(index, placed.count)
            placed.insert_rows(at, 1)
            _type_in(placed, at, cells)

        self.changes(change)

    def types_below_the_table(self, sheet: str, cells: Mapping[str, str]) -> None:
        """The same where Excel was told not to let tables grow."""
        self.changes(lambda book: add_row(book[sheet], cells))

    def deletes_a_row(self, sheet: str, key: str) -> None:
        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            placed.delete_row(row_of(book[sheet], key) - header_row(book[sheet]) - 1)

        self.changes(change)

    def copies_a_row(self, sheet: str, key: str, changes: Mapping[str, str]) -> None:
        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            left, top, right, _ = placed.bounds
            source = row_of(book[sheet], key)
            placed.insert_rows(placed.count, 1)
            for column in range(left, right + 1):
                type_text(_cell(placed, top + placed.count, column), _cell(placed, source, column).value)
            _type_in(placed, placed.count - 1, changes)

        self.changes(change)

    def sorts(self, sheet: str, column: str) -> None:
        """Sorts the table: values, colours and notes move, key column included."""

        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            left, top, right, bottom = placed.bounds
            place = headings(book[sheet])[column] - left
            rows = [[_cell(placed, r, c) for c in range(left, right + 1)] for r in range(top + 1, bottom + 1)]
            taken = [[(at.value, at.data_type, copy(at.fill), copy(at.comment)) for at in row] for row in rows]
            taken.sort(key=lambda row: (row[place][0] is None, str(row[place][0] or "")))
            for row, values in zip(rows, taken, strict=True):
                for at, (value, kind, fill, note) in zip(row, values, strict=True):
                    at.value, at.data_type, at.fill, at.comment = value, kind, fill, note  # type: ignore[assignment]

        self.changes(change)

    def renames_a_heading(self, sheet: str, column: str, heading: str) -> None:
        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            _cell(placed, header_row(book[sheet]), headings(book[sheet])[column]).value = heading
            placed.rename_columns()

        self.changes(change)

    def adds_a_column(self, sheet: str, before: str, heading: str) -> None:
        """Inserts a column of her own before another one; at the end when none is named."""

        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            end = placed.bounds[2] + 1
            placed.insert_column(headings(book[sheet])[before] if before else end, heading)

        self.changes(change)

    def moves_a_column(self, sheet: str, column: str, before: str) -> None:
        """Cuts a column out and puts it in before another one further right."""

        def change(book: Workbook) -> None:
            placed = _table(book[sheet])
            _, top, _, bottom = placed.bounds
            places = headings(book[sheet])
            for row in range(top, bottom + 1):
                for place in range(places[column], places[before] - 1):
                    left, right = _cell(placed, row, place), _cell(placed, row, place + 1)
                    left.value, right.value = right.value, left.value
            placed.rename_columns()

        self.changes(change)

    def renames_a_sheet(self, sheet: str, name: str) -> None:
        def change(book: Workbook) -> None:
            book[sheet].title = name

        self.changes(change)

    def sees(self, sheet: str) -> list[dict[str, str]]:
        """The rows as they stand, top to bottom: column to text, empty cells left out."""
        settle(self._tenant, self.item)
        page = live_book(self._tenant, self.item).book[sheet]
        places = {name: place for name, place in headings(page).items() if not name.startswith(KEY)}
        rows = [
            {name: _text(page, row, place) for name, place in places.items()}
            for row in range(header_row(page) + 1, page.max_row + 1)
        ]
        found = [{name: text for name, text in row.items() if text} for row in rows]
        return [row for row in found if row]


def _table(page: Worksheet) -> Placed:
    return next(Placed(page, table) for table in page.tables.values() if table.displayName.startswith("firstbell_"))


def _cell(placed: Placed, row: int, column: int) -> Cell:
    return cast("Cell", placed.page.cell(row, column))


def _type_in(placed: Placed, index: int, cells: Mapping[str, str]) -> None:
    _, top, _, _ = placed.bounds
    for column, text in cells.items():
        type_text(_cell(placed, top + 1 + index, headings(placed.page)[column]), text)


def _text(page: Worksheet, row: int, column: int) -> str:
    value = page.cell(row, column).value
    if value is not None and hasattr(value, "date"):
        return str(value.date().isoformat())
    return str(value_of(page, cast("Cell", page.cell(row, column)))).strip()
