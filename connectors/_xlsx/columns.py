"""Whole columns: the key hidden, people's own columns free to type in, widths kept."""

from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.styles import NUMBER_FORMATS
from connectors._xlsx.tables import Table
from sheets_templates import Editor, SheetLayout

LAST_COLUMN = 16_384


def renew_columns(page: Worksheet, layout: SheetLayout, table: Table) -> None:
    """Hide the key column; unlock the empty cells of columns that people type in, own and added ones."""
    last = max(page.max_column, table.key_column, *table.columns.values())
    _ungroup(page, last)
    page.column_dimensions[get_column_letter(table.key_column)].hidden = True
    ours = {table.columns[column.header]: column for column in layout.columns}
    for number in range(1, last + 1):
        column = ours.get(number)
        if column is not None and (column.editor is Editor.PEOPLE or column in layout.typed_columns):
            page.column_dimensions[get_column_letter(number)].number_format = NUMBER_FORMATS[column.kind]
        elif column is not None or number == table.key_column:
            continue
        page.column_dimensions[get_column_letter(number)].protection = Protection(locked=False)
    beyond = page.column_dimensions[get_column_letter(last + 1)]
    beyond.min, beyond.max, beyond.protection = last + 1, LAST_COLUMN, Protection(locked=False)


def _ungroup(page: Worksheet, last: int) -> None:
    """Excel keeps neighbours of one width as one entry, and refuses a file with a second entry over the first."""
    for letter, group in list(page.column_dimensions.items()):
        if group.min is None or group.max is None:
            continue
        del page.column_dimensions[letter]
        for number in range(group.min, min(group.max, last) + 1):
            single = get_column_letter(number)
            page.column_dimensions[single] = ColumnDimension(page, single, width=group.width, hidden=group.hidden)
