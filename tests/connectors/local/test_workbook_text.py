"""Text is always text: nothing a parent, pupil or file is called can become a formula, a number or a date."""

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from connectors._xlsx.cells import clean
from connectors._xlsx.drawing import drawn
from connectors._xlsx.reading import grids
from firstbell.records import SheetRows
from firstbell.testing.workbook_conformance import LAYOUT
from firstbell.testing.workbook_person import cell_of

FORMULA_IN_XML = re.compile(rb"<(\w+:)?f[ >/]")


def the_file(pupil):
    rows = {"a": {"Pupil": pupil, "Reason given": pupil}}
    return drawn(None, LAYOUT, [SheetRows("Today", rows)], as_at="09:45", file="Trial.xlsx")


def pupil_in(content):
    return cell_of(load_workbook(io.BytesIO(content))["Today"], "a", "Pupil")


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://x","y")',
        "+44 7700 900123",
        "-2+3",
        "@SUM(1)",
        "\t=1+1",
        "1E10",
        "007",
        "07700900123",
        "true",
        "Null",
        "03/04/26",
        "#N/A",
        "#REF!",
        "/",
        "\\",
        "'quoted",
        "O'Neil",
        "Nguyễn Thị Zoë",
        "{=1+1}",
        "_x0041_",
        "&lt;img src=x onerror=1&gt;<b>",
    ],
)
def test_whatever_it_looks_like_it_is_text(name):
    content = the_file(name)

    cell = pupil_in(content)
    assert (cell.value, cell.data_type, cell.number_format) == (clean(name), "s", "@")
    assert grids(content, "Trial.xlsx")["Today"][5][1] == name.strip()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
def test_excel_is_told_that_it_is_text_when_it_looks_like_a_formula(name):
    assert pupil_in(the_file(name)).quotePrefix


def test_an_ordinary_name_is_not_marked():
    assert not pupil_in(the_file("Alicia Test")).quotePrefix


def test_what_xml_cannot_hold_is_left_out():
    assert pupil_in(the_file("A\x00l\x0bi\ud800cia\r\nTest\ufffe")).value == "Alicia\nTest"


def test_a_text_longer_than_a_cell_is_cut():
    assert len(pupil_in(the_file("x" * 40_000)).value) == 32_767


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=40) | st.from_regex(r"[=+\-@\t][A-Z0-9()!+]{1,12}", fullmatch=True))
def test_no_text_at_all_becomes_a_formula(name):
    content = the_file(name)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(part) for part in archive.namelist() if part.startswith("xl/worksheets/")]
    assert not any(FORMULA_IN_XML.search(sheet) for sheet in sheets)
    assert pupil_in(content).data_type != "f"


def test_a_second_drawing_keeps_text_as_text():
    content = the_file("=1+1")

    again = drawn(content, LAYOUT, [SheetRows("Today", {"a": {"Pupil": "=1+1"}})], as_at="10:00", file="Trial.xlsx")

    assert (pupil_in(again).value, pupil_in(again).data_type) == ("=1+1", "s")
