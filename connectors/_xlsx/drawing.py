"""Draw a layout into an .xlsx workbook: the one renderer, for the first drawing and for every one after.

It opens what is there and changes only what is ours, so that what people made stays. This module and those it draws
with import openpyxl, which is slow to load: import it where it is used.
"""

import io
import warnings
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from connectors._xlsx.chart import renew_chart
from connectors._xlsx.columns import renew_columns
from connectors._xlsx.headings import draw_headings, fit_note, renew_headings
from connectors._xlsx.plan import as_at_line, plan
from connectors._xlsx.reading import grids
from connectors._xlsx.row_cells import write_rows
from connectors._xlsx.rows import rearrange
from connectors._xlsx.rules import Lists, protect, renew_filter, renew_rules, set_up_print, write_lists
from connectors._xlsx.shared import renew_shared
from connectors._xlsx.styles import add_styles
from connectors._xlsx.tables import Table, find_tables
from connectors._xlsx.tidying import tidied
from firstbell.errors import NeedsHuman
from firstbell.records import SheetRows
from sheets_templates import SheetLayout, WorkbookLayout

# What openpyxl, which believes what it reads, stumbles over in a damaged file: a number of a style there is none of,
# a part that is not there, a child where a text should be.
DAMAGED = (InvalidFileException, ParseError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def drawn(
    before: bytes | None,
    layout: WorkbookLayout,
    sheets: Sequence[SheetRows],
    *,
    as_at: str,
    file: str,
    is_shared: bool = False,
) -> bytes:
    """The workbook brought up to date, as bytes; the same content is the same bytes.

    A sheet of the layout that is not among `sheets` stays as it is, and is drawn empty when it is not there yet.
    `is_shared`: several people work in it at once, in Microsoft 365; see `shared`. Raises NeedsHuman, see
    `tables.locate`.
    """
    tables = find_tables(grids(before, file), layout.sheets, file) if before is not None else {}
    book = _opened(before, file) if before is not None else _empty()
    add_styles(book)
    lists = write_lists(book, layout)
    rows = {wanted.sheet: wanted for wanted in sheets}
    for position, sheet in enumerate(layout.sheets):
        name, table = tables.get(sheet.name, (None, None))
        if name is None or table is None:
            page, table = _new_sheet(book, sheet, position)
        elif sheet.name not in rows:
            continue
        else:
            page = _sheet_of(book, name, file)
        last = _draw(page, sheet, rows.get(sheet.name, SheetRows(sheet.name, {})), table, lists, as_at)
        if is_shared:
            renew_shared(page, sheet, table, last)
        else:
            renew_filter(page, table, last)
            protect(page)
    return _saved(book)


def _draw(page: Worksheet, layout: SheetLayout, wanted: SheetRows, table: Table, lists: Lists, as_at: str) -> int:
    """Draw one sheet; the number of its last row."""
    places = plan(table, wanted)
    last = table.header_row + len(places)
    rearrange(page, table, places)
    renew_headings(page, layout, table, as_at_line(layout, wanted, as_at))
    renew_columns(page, layout, table)
    write_rows(page, layout, table, places, wanted.rows)
    renew_rules(page, layout, table, lists, last)
    if layout.chart is not None:
        renew_chart(page, layout.chart, table, last)
    return last


def _sheet_of(book: Workbook, name: str, file: str) -> Worksheet:
    """The sheet of this name; one that openpyxl left out, because its part is spoilt, must not be lost by saving."""
    if name not in book.sheetnames:
        raise NeedsHuman(f"the sheet '{name}' is damaged: put back an earlier version", file)
    page: Worksheet = book[name]
    return page


def _new_sheet(book: Workbook, layout: SheetLayout, position: int) -> tuple[Worksheet, Table]:
    page: Worksheet = book.create_sheet(layout.name, position)
    set_up_print(page)
    return page, draw_headings(page, layout)


def _empty() -> Workbook:
    book = Workbook()
    book.properties.creator = "Firstbell"
    book.remove(book.worksheets[0])
    return book


def _opened(content: bytes, file: str) -> Workbook:
    """The workbook, with people's formats inside cells. docs/workbooks.md says what openpyxl can't keep."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(io.BytesIO(content), rich_text=True)
    except DAMAGED as error:
        raise NeedsHuman("the workbook is damaged: put back an earlier version", file) from error
    _fit_notes(book)
    return book


def _fit_notes(book: Workbook) -> None:
    """Make the box of each note, whose size openpyxl forgets, as large as its words need."""
    notes = (cell.comment for page in book.worksheets for row in page.iter_rows() for cell in row if cell.comment)
    for note in notes:
        fit_note(note)


def _saved(book: Workbook) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        ExcelWriter(book, archive).save()
    return tidied(raw.getvalue())
