"""Put one value in one cell: text stays text, whatever it looks like."""

import datetime as dt
import re
from decimal import Decimal
from typing import cast

from openpyxl.cell import Cell as XlsxCell
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.plain_text import MOST_CHARACTERS, holdable
from sheets_templates import Cell

# Excel takes "_x0041_" in a file for the letter A.
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "'")


def cell_at(page: Worksheet, row: int, column: int) -> XlsxCell:
    """One cell of ours, which is never inside a merged area: `workbook_rows` undoes those first."""
    return cast("XlsxCell", page.cell(row, column))


def clean(text: str) -> str:
    """Text as it can stand in a cell: no control characters, one kind of line end, at most what Excel holds."""
    return ESCAPED.sub("_x005F_", holdable(text))[:MOST_CHARACTERS]


def put(cell: XlsxCell, value: Cell) -> bool:
    """Write the value unless it stands there already; True when something was written."""
    if isinstance(value, str):
        value = clean(value) or None
    elif isinstance(value, Decimal):
        return _put_number(cell, float(value))
    if _stands(cell, value):
        return False
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(LOOKS_LIKE_FORMULA)
    return True


def _put_number(cell: XlsxCell, value: float) -> bool:
    """A file keeps a number without saying of which kind: 92.0 comes back as 92."""
    if type(cell.value) in {int, float} and cell.value == value:
        return False
    cell.value = value
    return True


def _stands(cell: XlsxCell, value: Cell) -> bool:
    there = cell.value
    if value is None or there is None:
        return there is value
    if isinstance(value, str):
        return cell.data_type in {"s", "inlineStr"} and str(there) == value
    if isinstance(there, dt.datetime):
        there = there.date()
    return type(there) is type(value) and there == value
