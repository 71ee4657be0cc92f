"""How high a row must be for its words: a program that opens a file leaves the heights as it finds them."""

import math
from collections.abc import Iterable, Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

POINTS_A_LINE = 15
PADDING = 3


def room_in(page: Worksheet, columns: Iterable[int]) -> dict[int, int]:
    """Characters that fit on a line in each column, at the widths they have now."""
    return {column: max(1, int(page.column_dimensions[get_column_letter(column)].width)) for column in columns}


def fit_height(page: Worksheet, row: int, room: Mapping[int, int]) -> None:
    """Set the row's height to its tallest cell among the columns of `room`."""
    lines = max(_lines(page.cell(row, column).value, characters) for column, characters in room.items())
    page.row_dimensions[row].height = POINTS_A_LINE * lines + PADDING


def _lines(value: object, room: int) -> int:
    if not isinstance(value, str) or (len(value) <= room and "\n" not in value):
        return 1
    return sum(max(1, math.ceil(len(line) / room)) for line in value.split("\n"))
