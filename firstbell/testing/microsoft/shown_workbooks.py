"""What the pages show of a workbook that is open in the tenant: its sheets as people see them, without the keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.shown_cells import text_of
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_books import live_book
from firstbell.testing.workbook_person import KEY, header_row, headings
from sheets_templates import SheetLayout, WorkbookLayout
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

LAYOUTS = (ATTENDANCE, SAFEGUARDING, CASES_WORKBOOK)
NAMED_BY = 5


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row: its number on the sheet, its key (empty for one that a person added), and its cells by heading."""

    number: int
    key: str
    cells: Mapping[str, str]

    @property
    def name(self) -> str:
        """How people tell it from others: the first cells that hold something."""
        return " · ".join([text for text in self.cells.values() if text][:NAMED_BY])


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet as it stands now: its headings in order, and its rows from top to bottom."""

    layout: SheetLayout
    as_at: str
    headings: tuple[str, ...]
    rows: tuple[ShownRow, ...]

    @property
    def typed(self) -> frozenset[str]:
        """The headings of the columns that people fill in."""
        return frozenset(column.header for column in self.layout.people_columns)

    @property
    def to_choose(self) -> tuple[ShownRow, ...]:
        """The rows that can be typed in here."""
        return tuple(row for row in self.rows if row.key) if self.typed else ()

    def row(self, number: str) -> ShownRow | None:
        """The row of this number, if it can be typed in."""
        return next((row for row in self.to_choose if str(row.number) == number), None)


@dataclass(frozen=True, slots=True)
class ShownBook:
    """A workbook of a library, by its layout."""

    drive: str
    file: str
    layout: WorkbookLayout
    sheets: tuple[ShownSheet, ...]

    def sheet(self, name: str) -> ShownSheet | None:
        return next((sheet for sheet in self.sheets if sheet.layout.name == name), None)


def books_of(tenant: Tenant) -> list[ShownBook]:
    """Every workbook that Firstbell has drawn. Raises Refused for a file that is none."""
    return [shown for layout in LAYOUTS for drive in tenant.drives.values() for shown in _found(tenant, drive, layout)]


def _found(tenant: Tenant, drive: Drive, layout: WorkbookLayout) -> Iterator[ShownBook]:
    file = f"{layout.name}.xlsx"
    item = drive.at(file)
    if item is not None:
        book = live_book(tenant, item).book
        sheets = tuple(_sheet(book, sheet) for sheet in layout.sheets if sheet.name in book.sheetnames)
        yield ShownBook(drive.id, file, layout, sheets)


def _sheet(book: Workbook, layout: SheetLayout) -> ShownSheet:
    page = book[layout.name]
    places = headings(page)
    first = header_row(page) + 1
    key = next(place for heading, place in places.items() if heading.startswith(KEY))
    shown = {heading: place for heading, place in places.items() if place != key}
    rows = (
        ShownRow(number, text_of(page, number, key), {name: text_of(page, number, at) for name, at in shown.items()})
        for number in range(first, page.max_row + 1)
    )
    filled = tuple(row for row in rows if any(row.cells.values()))
    return ShownSheet(layout, _as_at(page, first - 1), tuple(shown), filled)


def _as_at(page: Worksheet, header: int) -> str:
    """The line above the headings that says when the rows were true."""
    lines = (text_of(page, row, column) for row in range(1, header) for column in range(1, 4))
    return next((line for line in lines if line.startswith("As at ")), "")
