"""What Excel tells of a sheet, as the same grid of text that reading the file gives."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors._xlsx.reading import column_number, text_of
from connectors._xlsx.tables import Grid

ASKED = "address,values,formulas,numberFormat"
CORNER = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
# What a number format holds that does not tell of its kind: words in quotes, colours, characters after a backslash.
BESIDE_THE_KIND = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
DAY_NOUGHT = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's dates have no zone


@dataclass(frozen=True, slots=True, repr=False)
class SheetSeen:
    """One sheet as it stands: text from A1 on, and where formulas are, by row and column from 0."""

    grid: Grid
    formulas: frozenset[tuple[int, int]] = frozenset()


def sheet_seen(answer: Mapping[str, Any]) -> SheetSeen:
    """A sheet from the answer about its used range, which need not begin at A1."""
    top, left = _corner(str(answer["address"]))
    rows = zip(answer["values"], answer["formulas"], answer["numberFormat"], strict=True)
    cells = [[_cell(*cell) for cell in zip(*row, strict=True)] for row in rows]
    grid: Grid = [[] for _ in range(top)] + [[""] * left + [text for text, _ in row] for row in cells]
    found = ((top + r, left + c) for r, row in enumerate(cells) for c, (_, is_formula) in enumerate(row) if is_formula)
    return SheetSeen(grid, frozenset(found))


def _corner(address: str) -> tuple[int, int]:
    found = CORNER.match(address.rpartition("!")[2])
    return (int(found[2]) - 1, column_number(found[1]) - 1) if found else (0, 0)


def _cell(value: object, formula: object, number_format: str) -> tuple[str, bool]:
    """The text of one cell, and whether it is a formula: those read as themselves, never as their results."""
    if isinstance(formula, str) and formula.startswith("=") and formula != value:
        return formula, True
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text_of(date_of(value) if _is_date(number_format) else float(value)), False
    return text_of(value), False


def _is_date(number_format: str) -> bool:
    return re.search("[dmyhs]", BESIDE_THE_KIND.sub("", number_format), re.IGNORECASE) is not None


def date_of(serial: float) -> object:
    """A moment from its number; a number that is no date stays one."""
    try:
        moment = DAY_NOUGHT + dt.timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        return serial
    return moment.time() if 0 <= serial < 1 else moment


def serial_of(day: dt.date) -> int | None:
    """The number that Excel keeps for a date; None before 1 March 1900, where its calendar has a day too many."""
    number = (day - DAY_NOUGHT.date()).days
    return number if number > 60 else None  # noqa: PLR2004 - 29 February 1900, which never was
