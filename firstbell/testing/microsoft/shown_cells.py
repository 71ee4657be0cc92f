"""A cell of a workbook as it is read on the screen."""

import datetime as dt

from openpyxl.worksheet.worksheet import Worksheet

from firstbell.testing.microsoft.workbook_cells import cell, value_of


def text_of(page: Worksheet, row: int, column: int) -> str:
    """What the cell shows: dates as they are written in England, percentages with one decimal."""
    at = cell(page, row, column)
    if isinstance(at.value, dt.datetime | dt.date):
        return f"{at.value:%d/%m/%Y}"
    value = value_of(page, at)
    if isinstance(value, float) and "%" in at.number_format:
        return f"{value:.1%}"
    return str(value).strip()
