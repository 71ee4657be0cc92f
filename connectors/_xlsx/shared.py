"""What is different in a workbook that several people have open at once, in Microsoft 365.

Each sheet's rows are an Excel table: formats, drop-downs and charts follow the rows that come, a row comes whole, and a
column is known by its name wherever people move it. Protection would stop all that, and people's sorting with it, so
Firstbell's columns are guarded by a rule that refuses what is typed there. The as-at lines stand on a sheet of their
own that nobody sees, because no address on a sheet that people change stays true.
"""

from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell as XlsxCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.cells import cell_at, put
from connectors._xlsx.headings import AS_AT_TAG, line_cell
from connectors._xlsx.rules import area, extent
from connectors._xlsx.styles import cell_style
from connectors._xlsx.tables import AS_AT_SHEET, Table, table_name
from sheets_templates import Editor, SheetLayout

GUARD = 'N("Firstbell")=1'
GUARD_TITLE = "Firstbell fills this in"
GUARD_TEXT = "Type in the columns with amber headings. Firstbell keeps this one right by itself."


def renew_shared(page: Worksheet, layout: SheetLayout, table: Table, last: int) -> None:
    """Bring the Excel table, the guard and the as-at line up to rows down to `last`; a sheet's protection goes."""
    page.protection.sheet = False
    page.auto_filter.ref = None
    if last == table.header_row:
        _dress_the_empty_row(page, layout, table)
    _renew_table(page, table_name(layout), table, max(last, table.header_row + 1))
    _renew_guard(page, layout, table, last)
    if AS_AT_TAG in table.tags:
        _hide_as_at(page, layout.name, line_cell(page, table, AS_AT_TAG))


def _dress_the_empty_row(page: Worksheet, layout: SheetLayout, table: Table) -> None:
    """Even an empty Excel table has a row, and rows that come take its look: else a date shows as a number."""
    for column in layout.columns:
        cell_at(page, table.header_row + 1, table.columns[column.header]).style = cell_style(column, column.editor)


def _renew_table(page: Worksheet, name: str, table: Table, last: int) -> None:
    """What people filter by, and the formulas of their own columns, stay while the headings are the same."""
    first, end = extent(page, table)
    headings = _named_headings(page, table.header_row, first, end)
    place = f"{get_column_letter(first)}{table.header_row}:{get_column_letter(end)}{last}"
    there = page.tables.pop(name, None)
    if there is None or [column.name for column in there.tableColumns] != headings:
        there = ExcelTable(displayName=name, name=name, ref=place)
        there._initialise_columns()  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl does so only when it saves, and then for the old place
        for column, heading in zip(there.tableColumns, headings, strict=True):
            column.name = heading
    there.ref = place
    if there.autoFilter is not None:
        there.autoFilter.ref = place
    there.sortState = None
    page.add_table(there)


def _named_headings(page: Worksheet, row: int, first: int, end: int) -> list[str]:
    """The headings, after naming those that people left empty or gave twice: an Excel table has neither."""
    found: list[str] = []
    for number in range(first, end + 1):
        heading = cell_at(page, row, number)
        text = str(heading.value) if heading.value is not None else f"Column {number}"
        while text.casefold() in {other.casefold() for other in found}:
            text += " 2"
        if heading.value != text:
            put(heading, text)
        found.append(text)
    return found


def _renew_guard(page: Worksheet, layout: SheetLayout, table: Table, last: int) -> None:
    rules = page.data_validations
    rules.dataValidation = [rule for rule in rules.dataValidation if rule.formula1 != GUARD]
    guard = DataValidation("custom", formula1=GUARD, showErrorMessage=True)
    guard.errorTitle, guard.error = GUARD_TITLE, GUARD_TEXT
    for column in layout.columns:
        if column.editor is Editor.SYSTEM and not column.is_typed_in_new_rows:
            guard.add(area([table.columns[column.header]], table, last))
    page.add_data_validation(guard)


def _hide_as_at(page: Worksheet, name: str, shown: XlsxCell) -> None:
    """Move the line to the hidden sheet, and show it from there."""
    book = cast("Workbook", page.parent)
    if AS_AT_SHEET not in book.sheetnames:
        book.create_sheet(AS_AT_SHEET).sheet_state = "veryHidden"
    hidden = book[AS_AT_SHEET]
    names = [str(row[0].value) for row in hidden.iter_rows(max_col=1) if row[0].value is not None]
    row = names.index(name) + 1 if name in names else len(names) + 1
    put(cell_at(hidden, row, 1), name)
    put(cell_at(hidden, row, 2), str(shown.value))
    shown.value = f"='{AS_AT_SHEET}'!$B${row}"
