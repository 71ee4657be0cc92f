"""How high a row must be for its words: a program that opens a file leaves the heights as it finds them."""

import textwrap
from collections.abc import Iterable

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

POINTS_A_LINE = 15
PADDING = 3


def fit_height(page: Worksheet, row: int, columns: Iterable[int]) -> None:
    """Set the row's height to its tallest cell among these columns, at the widths they have now."""
    lines = max(_lines(page, row, column) for column in columns)
    page.row_dimensions[row].height = POINTS_A_LINE * lines + PADDING


def _lines(page: Worksheet, row: int, column: int) -> int:
    text = page.cell(row, column).value
    room = int(page.column_dimensions[get_column_letter(column)].width) - 1
    if not isinstance(text, str) or (len(text) <= room and "\n" not in text):
        return 1
    return sum(max(1, len(textwrap.wrap(line, max(room, 1)))) for line in text.split("\n"))
