"""What an .xlsx file says, cell by cell, as text."""

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml.ElementTree import fromstring

from connectors._xlsx.parts import GivingUpInWords
from connectors._xlsx.tables import Grid
from firstbell.errors import NeedsHuman

FORMULA_MARKS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def grids(content: bytes, file: str) -> dict[str, Grid]:
    """Every visible or hidden worksheet as rows of text from A1 on, by name. Raises NeedsHuman for a damaged file.

    Whole numbers have no decimal point, dates are ISO. A formula reads as the formula itself, beginning with "=",
    never as its result, so that callers can refuse it.
    """
    try:
        read = _values(content)
        for name, formulas in _formulas(content):
            _overlay(read[name], formulas)
    except (python_calamine.CalamineError, ParseError, KeyError, ValueError) as error:
        raise NeedsHuman("the workbook is damaged: put back an earlier version", file) from error
    return read


def _values(content: bytes) -> dict[str, Grid]:
    with GivingUpInWords():
        book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(content))
        return {name: _grid(book.get_sheet_by_name(name)) for name in book.sheet_names}


def _grid(sheet: python_calamine.CalamineSheet) -> Grid:
    """Nearly every cell is text, so text takes the short way."""
    rows = sheet.to_python(skip_empty_area=False)
    return [[cell.strip() if type(cell) is str else text_of(cell) for cell in row] for row in rows]


def text_of(cell: object) -> str:
    """One cell as text: 7.0 is "7", a date is ISO, a moment "2026-11-23 10:15"."""
    match cell:
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime() if cell.time() != dt.time():
            return f"{cell:%Y-%m-%d %H:%M}"
        case dt.datetime():
            return cell.date().isoformat()
        case dt.time():
            return f"{cell:%H:%M}"
        case _:
            return str(cell).strip()


def _overlay(grid: Grid, formulas: Mapping[tuple[int, int], str]) -> None:
    """Put formulas in the place of their results. A formula whose result is empty may lie outside the grid."""
    for (row, column), formula in formulas.items():
        grid.extend([] for _ in range(row + 1 - len(grid)))
        grid[row].extend("" for _ in range(column + 1 - len(grid[row])))
        grid[row][column] = formula


def _formulas(content: bytes) -> Iterator[tuple[str, dict[tuple[int, int], str]]]:
    """The formulas of each worksheet that has any, by row and column from 0."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, part in _worksheets(archive):
            xml = archive.read(part)
            if any(mark in xml for mark in FORMULA_MARKS):
                yield name, _formulas_in(xml)


def _worksheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Each worksheet's name and the part of the archive it stands in."""
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in _xml(archive.read("xl/_rels/workbook.xml.rels"))
        if relation.get("Type", "").endswith("/worksheet")
    }
    sheets = _xml(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    return [
        (sheet.get("name", ""), targets[sheet.get(f"{RELATED}id")])
        for sheet in sheets
        if sheet.get(f"{RELATED}id") in targets
    ]


def _formulas_in(xml: bytes) -> dict[tuple[int, int], str]:
    found = {}
    for cell in _xml(xml).iter(f"{MAIN}c"):
        formula = cell.find(f"{MAIN}f")
        place = PLACE.fullmatch(cell.get("r", ""))
        if formula is not None and place is not None:
            found[int(place[2]) - 1, column_number(place[1]) - 1] = "=" + (formula.text or "")
    return found


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _xml(content: bytes) -> Element:
    """Parsed without entities or DTDs."""
    root: Element = fromstring(content, forbid_dtd=True)
    return root
