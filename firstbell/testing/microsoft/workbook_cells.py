"""Cells as Excel's own interface gives and takes them: dates as numbers, "=" for a formula, "'" for text."""

import datetime as dt
import re
from typing import Any, cast

from openpyxl.cell import Cell
from openpyxl.utils.datetime import from_excel, to_excel
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | bool | None
REFERENCE = re.compile(r"='([^']+)'!\$?([A-Z]+)\$?(\d+)")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def cell(page: Worksheet, row: int, column: int) -> Cell:
    return cast("Cell", page.cell(row, column))


def value_of(page: Worksheet, at: Cell) -> Value:
    """What the cell shows; of formulas the sandbox reckons only those that point at another sheet's cell."""
    if at.data_type != "f":
        return _plain(at.value)
    found = REFERENCE.fullmatch(str(at.value))
    book = page.parent
    if found is None or book is None or found[1] not in book.sheetnames:
        return "#N/A"
    other = book[found[1]]
    return value_of(other, cell(other, int(found[3]), other[f"{found[2]}1"].column))


def formula_of(at: Cell) -> Value:
    """The formula, or the value where there is none."""
    return str(at.value) if at.data_type == "f" else _plain(at.value)


def format_of(at: Cell) -> str:
    return at.number_format


def _plain(value: object) -> Value:
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return cast("float", to_excel(value))  # type: ignore[no-untyped-call] # openpyxl's own
    return value if isinstance(value, str | int | float | bool) else str(value)


def enter(at: Cell, value: Value) -> None:
    """As if typed: nothing stays as it is for None, an empty text clears, "=" begins a formula and "'" a text.

    In a cell formatted as text everything stays text; elsewhere what looks like a number or a date becomes one.
    """
    if value is None:
        return
    at.quotePrefix = False
    if isinstance(value, str):
        _enter_text(at, value)
    else:
        at.value = _as_date(at, value)


def _enter_text(at: Cell, text: str) -> None:
    if text.startswith("'"):
        _put_text(at, text[1:])
        at.quotePrefix = True
    elif text == "":
        at.value = None
    elif at.number_format == "@":
        _put_text(at, text)
    elif text.startswith("=") and len(text) > 1:
        at.value = text
    elif NUMBER.fullmatch(text):
        at.value = float(text) if "." in text else int(text)
    elif ISO_DATE.fullmatch(text):
        at.value = dt.datetime.fromisoformat(text)
        at.number_format = "dd/mm/yyyy"
    elif text.upper() in {"TRUE", "FALSE"}:
        at.value = text.upper() == "TRUE"
    else:
        _put_text(at, text)


def _put_text(at: Cell, text: str) -> None:
    at.value = text
    at.data_type = "s"


def _as_date(at: Cell, value: float) -> Any:  # noqa: ANN401 - whichever openpyxl has
    """A number in a cell of dates is that date, as openpyxl keeps it."""
    return from_excel(value) if at.is_date or "yy" in at.number_format else value
