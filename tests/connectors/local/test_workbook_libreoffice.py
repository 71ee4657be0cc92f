"""Somebody opens the workbook in LibreOffice and saves it, which rewrites the whole file: everything is still there."""

import itertools
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from connectors.local.workbook import LocalWorkbook
from firstbell.records import SheetRows
from firstbell.testing.workbook_conformance import ALICIA, FIGURES, LAYOUT, MICHAEL, ZOE, read_sheet
from firstbell.testing.workbook_person import Person, cell_of
from sheets_templates import WorkbookLayout

ROWS = {"a": {**ALICIA, "Decision": "hold"}, "m": {**MICHAEL, "Pupil": "=1+1"}, "z": {**ZOE, "Reason given": "007"}}


@pytest.fixture(scope="module")
def saved(tmp_path_factory, office):
    """Drawn, given a note by a person, and saved by LibreOffice."""
    path = tmp_path_factory.mktemp("drawn") / "Trial.xlsx"
    draw(path, ROWS)
    Person(path).changes(lambda book: setattr(cell_of(book["Today"], "z", "Pupil"), "comment", Comment("gran", "PT")))
    return office(path, "xlsx", path.parent / "saved")


@pytest.fixture
def path(saved, tmp_path):
    """A copy of what LibreOffice saved, to draw in."""
    return Path(shutil.copy(saved, tmp_path))


def draw(path, rows):
    LocalWorkbook(path).draw(LAYOUT, [SheetRows("Today", rows)], as_at="09:45")


def test_what_people_typed_is_read_as_before(path):
    rows = read_sheet(LocalWorkbook(path), "Today").rows

    assert rows == {
        "a": {"Reason given": "", "Decision": "hold"},
        "m": {"Reason given": "", "Decision": ""},
        "z": {"Reason given": "007", "Decision": ""},
    }


def test_the_next_drawing_finds_every_row_and_doubles_nothing(path):
    draw(path, {"z": {**ZOE, "Days": 9}, "m": ROWS["m"]})

    sheet = load_workbook(path)["Today"]
    assert [row.get("Pupil") for row in Person(path).sees("Today")] == ["=1+1", "Zoë Test"]
    assert (cell_of(sheet, "m", "Pupil").data_type, cell_of(sheet, "z", "Days").value) == ("s", 9)
    assert cell_of(sheet, "z", "Pupil").comment.text == "gran"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["F6:F7"]
    assert (sheet.protection.sheet, sheet.column_dimensions["A"].hidden, sheet.auto_filter.ref) == (True, True, "A5:G7")
    spans = sorted((each.min, each.max) for each in sheet.column_dimensions.values())
    assert all(left[1] < right[0] for left, right in itertools.pairwise(spans))


def test_the_line_the_shading_and_the_percentages_are_there_once_after_it(tmp_path, office):
    drawn, layout = tmp_path / "Trial.xlsx", WorkbookLayout("Trial", "Whoever tries it", (FIGURES,))
    weeks = SheetRows("Figures", {"1": {"Week": "w/c 7 Sep 2026", "Attendance": Decimal("95.2")}})
    LocalWorkbook(drawn).draw(layout, [weeks], as_at="09:45")
    path = office(drawn, "xlsx", tmp_path / "saved")

    LocalWorkbook(path).draw(layout, [weeks], as_at="09:45")

    sheet = load_workbook(path)["Figures"]
    cell = cell_of(sheet, "1", "Attendance")
    assert [rule.type for area in sheet.conditional_formatting for rule in area.rules] == ["colorScale"]
    assert [chart.tagname for chart in sheet._charts] == ["lineChart"]
    assert (cell.value, cell.data_type, cell.number_format) == (95.2, "n", r"0.0\%")
