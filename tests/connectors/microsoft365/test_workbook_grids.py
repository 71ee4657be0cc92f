"""What Excel tells of a sheet reads as the file would."""

import pytest

from connectors.microsoft365.workbook_changes import Extent, extent_at, sent
from connectors.microsoft365.workbook_grids import sheet_seen
from sheets_templates import Column, Kind


def seen(address, *cells):
    values, formulas, formats = zip(*cells, strict=True)
    return sheet_seen({"address": address, "values": [values], "formulas": [formulas], "numberFormat": [formats]})


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (7, "General", "7"),
        (7.0, "0", "7"),
        (92.3, r"0.0\%", "92.3"),
        (46353, "dd/mm/yyyy", "2026-11-27"),
        (46353.427083333336, "dd/mm/yyyy hh:mm", "2026-11-27 10:15"),
        (0.427083333333333, "hh:mm", "10:15"),
        (5, '0 "days"', "5"),
        (5, "[Red]0", "5"),
        (True, "General", "TRUE"),
        ("#N/A", "General", "#N/A"),
        (" 007 ", "@", "007"),
        ("", "dd/mm/yyyy", ""),
        (1e300, "dd/mm/yyyy", str(int(1e300))),
    ],
)
def test_a_cell_reads_as_in_a_file(value, number_format, text):
    assert seen("Today!A1", (value, value, number_format)).grid == [[text]]


def test_a_sheet_that_begins_further_down_keeps_its_places():
    assert seen("'Codes and rules'!C3:D3", ("x", "x", "@"), ("y", "y", "@")).grid == [[], [], ["", "", "x", "y"]]


def test_a_formula_reads_as_itself_and_a_text_that_looks_like_one_is_none():
    there = seen("Today!A1:B1", (3, "=1+2", "General"), ("=1+2", "=1+2", "@"))

    assert there.grid == [["=1+2", "=1+2"]]
    assert there.formulas == {(0, 0)}


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Kind.TEXT, "=1", "'=1"),
        (Kind.TEXT, "07700", "'07700"),
        (Kind.TEXT, "Alicia", "Alicia"),
        (Kind.TEXT, None, ""),
        (Kind.DATE, "2026-11-27", 46353),
        (Kind.DATE, "soon", "soon"),
        (Kind.DATE, "1899-01-01", "'1899-01-01"),
    ],
)
def test_excel_is_told_text_as_text_and_dates_as_numbers(kind, value, told):
    assert sent(Column("A", "A note.", 10, kind=kind), value) == told


def test_an_address_tells_how_far_a_table_reaches():
    assert extent_at("'Unexplained (N)'!B5:AA80") == Extent(2, 27, 75)
