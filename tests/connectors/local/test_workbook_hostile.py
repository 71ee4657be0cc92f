"""Hostile text in every cell of every sheet we draw: no formula is made, in the file or by who opens it."""

import io
import re
import zipfile
from functools import cache

import pytest
from openpyxl import load_workbook

from connectors._xlsx.drawing import drawn
from connectors._xlsx.reading import grids
from firstbell.records import SheetRows
from sheets_templates import Kind
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.safeguarding import SAFEGUARDING

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    "'=1",
    "{=1+1}",
    "=1\x00+1",
)
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
FILES = {"Attendance.xlsx": ATTENDANCE, "Safeguarding.xlsx": SAFEGUARDING}


@cache
def hostile(file):
    """The workbook, drawn twice, with a row for each hostile text in every column of every sheet."""
    sheets = [
        SheetRows(
            sheet.name,
            {f"k{number}": {column.header: text for column in texts_of(sheet)} for number, text in enumerate(HOSTILE)},
        )
        for sheet in FILES[file].sheets
    ]
    first = drawn(None, FILES[file], sheets, as_at="=1+1", file=file)
    return drawn(first, FILES[file], sheets, as_at="=1+1", file=file)


def texts_of(sheet):
    """The columns that hold text: people's and ours."""
    return [column for column in sheet.columns if column.kind is not Kind.PERCENT]


def formulas_in(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        return [part for part in parts if FORMULA.search(archive.read(part))]


def of_hostile(book):
    return [
        cell for page in book for row in page.iter_rows() for cell in row if str(cell.value).startswith(tuple("=+-@\t"))
    ]


@pytest.mark.parametrize("file", FILES)
def test_no_text_in_any_column_of_any_sheet_becomes_a_formula(file):
    cells = of_hostile(load_workbook(io.BytesIO(hostile(file))))

    assert formulas_in(hostile(file)) == []
    assert len(cells) >= 7 * sum(len(texts_of(sheet)) for sheet in FILES[file].sheets)
    assert {(cell.data_type, cell.quotePrefix) for cell in cells if cell.column > 1} == {("s", True)}


@pytest.mark.parametrize("file", FILES)
def test_another_reader_finds_the_texts_as_they_are(file):
    read = {cell for grid in grids(hostile(file), file).values() for row in grid for cell in row}

    assert {text.replace("\x00", "").strip() for text in HOSTILE} <= read


def test_libreoffice_calculates_none_of_them(tmp_path, office):
    (tmp_path / "Attendance.xlsx").write_bytes(hostile("Attendance.xlsx"))

    saved = office(tmp_path / "Attendance.xlsx", "xlsx", tmp_path / "saved").read_bytes()

    assert formulas_in(saved) == []
    assert {cell.data_type for cell in of_hostile(load_workbook(io.BytesIO(saved)))} == {"s"}
