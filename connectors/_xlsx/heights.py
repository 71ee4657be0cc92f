"""How high a row must be for its words: a program that opens a file leaves the heights as it finds them."""

from collections.abc import Iterable, Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

POINTS_A_LINE = 15
PADDING = 3
# A column's width counts digits of the usual font, and its edges take most of one. These are the widths of other
# characters beside a digit's, rounded up, in the fonts Excel and LibreOffice use; a word too many is cut off.
EDGES = 0.8
LETTER, WIDEST = 1.0, 1.6
WIDTHS = dict.fromkeys("ijlI.,:;'|! ", 0.55) | dict.fromkeys("frt()[]/-", 0.75) | dict.fromkeys("cksvxyz", 0.9)
WIDTHS |= dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ", 1.2) | dict.fromkeys("mwMW@%", WIDEST)


def room_in(page: Worksheet, columns: Iterable[int]) -> dict[int, float]:
    """How many digits fit on a line in each column, at the widths they have now."""
    return {column: page.column_dimensions[get_column_letter(column)].width - EDGES for column in columns}


def fit_height(page: Worksheet, row: int, room: Mapping[int, float]) -> None:
    """Set the row's height to its tallest cell among the columns of `room`."""
    lines = max(_lines(page.cell(row, column).value, digits) for column, digits in room.items())
    page.row_dimensions[row].height = POINTS_A_LINE * lines + PADDING


def _lines(value: object, room: float) -> int:
    if not isinstance(value, str) or (len(value) * WIDEST <= room and "\n" not in value):
        return 1
    return sum(_wrapped(line.split(" "), room) for line in value.split("\n"))


def _wrapped(words: list[str], room: float) -> int:
    """How many lines the words fill, each begun where the one before had no room; a long word is broken."""
    lines, filled = 1, 0.0
    for word in words:
        width = sum(WIDTHS.get(character, LETTER) for character in word)
        if filled and filled + width > room:
            lines, filled = lines + 1, 0.0
        broken = int(width // room) if width > room > 0 else 0
        lines += broken
        filled += width - broken * room + WIDTHS[" "]
    return lines
