"""What people do to a sheet survives the next drawing: colours, notes, columns, rows, filters, sheets of their own."""

import copy
import datetime as dt
import itertools
import re
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from connectors.local.workbook import LocalWorkbook
from firstbell.errors import NeedsHuman
from firstbell.records import SheetRows, TypedAnswer
from firstbell.testing.workbook_conformance import ALICIA, LAYOUT, MICHAEL, ZOE, draw_today, pupils, read_sheet
from firstbell.testing.workbook_person import Person, cell_of, header_row, headings, row_of
from sheets_templates import Editor
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.safeguarding import SAFEGUARDING

GREEN = PatternFill("solid", fgColor="FF00B050")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "Trial.xlsx"


@pytest.fixture
def workbook(path):
    """Today with Alicia, Michael and Zoë."""
    workbook = LocalWorkbook(path)
    draw_today(workbook, a=ALICIA, m=MICHAEL, z=ZOE)
    return workbook


@pytest.fixture
def person(path):
    return Person(path)


@pytest.fixture
def page(path):
    """Open Today as it is on disk now."""
    return lambda name="Today": load_workbook(path)[name]


def move_column(sheet, source, target):
    """Cut a whole column and insert it elsewhere, as Excel does: what stands between closes up."""
    rows = sheet.max_row
    column = [(sheet.cell(row, source).value, copy.copy(sheet.cell(row, source)._style)) for row in range(1, rows + 1)]
    sheet.delete_cols(source)
    sheet.insert_cols(target)
    for row, (value, style) in enumerate(column, start=1):
        sheet.cell(row, target).value = value
        sheet.cell(row, target)._style = style


def test_a_coloured_cell_keeps_its_colour_when_rows_above_go(workbook, person, page):
    person.changes(lambda book: setattr(cell_of(book["Today"], "z", "Pupil"), "fill", GREEN))

    draw_today(workbook, z={**ZOE, "Days": 7})

    assert cell_of(page(), "z", "Pupil").fill.fgColor.rgb == "FF00B050"
    assert cell_of(page(), "z", "Days").value == 7


def test_a_note_stays_with_its_row(workbook, person, page):
    person.changes(lambda book: setattr(cell_of(book["Today"], "z", "Pupil"), "comment", Comment("ring gran", "PT")))

    draw_today(workbook, z=ZOE)

    assert cell_of(page(), "z", "Pupil").comment.text == "ring gran"


def test_a_persons_note_on_a_heading_is_not_replaced_by_ours(workbook, person, page):
    def annotate(book):
        sheet = book["Today"]
        sheet.cell(header_row(sheet), headings(sheet)["Pupil"]).comment = Comment("by surname", "PT")

    person.changes(annotate)
    draw_today(workbook, a=ALICIA)

    notes = {cell.value: cell.comment.text for cell in page()[header_row(page())] if cell.comment}
    assert notes["Pupil"] == "by surname"
    assert notes["Reason given"] == "The reason."


def test_an_inserted_row_stays_where_it_was_put(workbook, person):
    def insert(book):
        sheet = book["Today"]
        row = row_of(sheet, "m")
        sheet.insert_rows(row)
        sheet.cell(row, headings(sheet)["Pupil"]).value = "--- after break ---"

    person.changes(insert)
    draw_today(workbook, a=ALICIA, m={**MICHAEL, "Days": 5}, z=ZOE)

    assert pupils(person) == ["Alicia Test", "--- after break ---", "Michael Test", "Zoë Test"]


def test_rows_inserted_above_the_headings_do_not_matter(workbook, person, page):
    person.changes(lambda book: book["Today"].insert_rows(2, 3))

    draw_today(workbook, a={**ALICIA, "Days": 8})

    assert cell_of(page(), "a", "Days").value == 8
    assert [page().cell(row, 2).value for row in (1, 5)] == ["Away today", "A sheet for trying things out."]


def test_a_column_of_their_own_stays_with_its_rows_and_can_be_typed_in(workbook, person, page):
    def add(book):
        sheet = book["Today"]
        sheet.cell(header_row(sheet), sheet.max_column + 1).value = "Bus"
        cell_of(sheet, "z", "Bus").value = "42"

    person.changes(add)
    draw_today(workbook, z=ZOE, a=ALICIA)

    assert cell_of(page(), "z", "Bus").value == "42"
    assert not cell_of(page(), "a", "Bus").protection.locked


def test_a_formula_in_their_own_column_moves_with_its_row(workbook, person, page):
    def add(book):
        sheet = book["Today"]
        sheet.cell(header_row(sheet), sheet.max_column + 1).value = "Sum"
        cell_of(sheet, "z", "Sum").value = f"=D{row_of(sheet, 'z')}*2+$A$1"

    person.changes(add)
    draw_today(workbook, z=ZOE)

    assert cell_of(page(), "z", "Sum").value == f"=D{row_of(page(), 'z')}*2+$A$1"


def test_a_column_inserted_between_ours_does_not_matter(workbook, person, page):
    person.changes(lambda book: book["Today"].insert_cols(3, 2))
    person.types("Today", "m", "Reason given", "dentist")

    draw_today(workbook, a={**ALICIA, "Days": 6}, m=MICHAEL)

    assert read_sheet(workbook, "Today").rows["m"]["Reason given"] == "dentist"
    assert cell_of(page(), "a", "Days").value == 6


def test_columns_moved_about_are_found_by_their_headings(workbook, person, page):
    person.types("Today", "m", "Reason given", "dentist")
    person.changes(lambda book: move_column(book["Today"], headings(book["Today"])["Reason given"], 2))

    draw_today(workbook, a=ALICIA, m={**MICHAEL, "Days": 9})

    assert headings(page())["Reason given"] == 2
    assert read_sheet(workbook, "Today").rows["m"]["Reason given"] == "dentist"
    assert cell_of(page(), "m", "Days").value == 9


def test_widths_and_what_they_filter_by_stay(workbook, person, page):
    def choose(book):
        sheet = book["Today"]
        sheet.column_dimensions["B"].width = 51
        sheet.auto_filter.add_filter_column(1, ["Alicia Test"])
        sheet.row_dimensions[row_of(sheet, "z")].hidden = True

    person.changes(choose)
    draw_today(workbook, a=ALICIA, z=ZOE)

    assert page().column_dimensions["B"].width == 51
    assert page().auto_filter.filterColumn[0].filters.filter == ["Alicia Test"]
    assert page().auto_filter.ref == "A5:G7"
    assert page().row_dimensions[row_of(page(), "z")].hidden


def test_the_order_stored_with_their_sort_is_dropped_since_rows_have_moved(workbook, person, page):
    def sort(book):
        book["Today"].auto_filter.add_sort_condition("B6:B8")

    person.changes(sort)
    draw_today(workbook, a=ALICIA)

    assert page().auto_filter.sortState is None


def test_one_bold_word_in_a_cell_of_theirs_stays_bold(workbook, person, path):
    def add(book):
        sheet = book["Today"]
        sheet.cell(header_row(sheet), sheet.max_column + 1).value = "Mine"
        words = CellRichText("ring ", TextBlock(InlineFont(b=True), "before ten"))
        cell_of(sheet, "z", "Mine").value = words

    person.changes(add)
    draw_today(workbook, z=ZOE)

    kept = cell_of(load_workbook(path, rich_text=True)["Today"], "z", "Mine").value
    assert [str(part) for part in kept] == ["ring ", "before ten"]
    assert kept[1].font.b


def test_a_long_note_keeps_a_box_it_can_be_read_in(workbook, person, path):
    note = Comment("ring gran before ten, she works nights. " * 6, "PT")
    person.changes(lambda book: setattr(cell_of(book["Today"], "z", "Pupil"), "comment", note))

    draw_today(workbook, z=ZOE)

    with zipfile.ZipFile(path) as archive:
        boxes = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith("Drawing1.vml"))
    assert max(map(int, re.findall(r"height:(\d+)px", boxes))) > 120


def test_columns_of_one_width_that_excel_stored_together_come_apart_unharmed(workbook, person, page):
    def group(book):
        dimensions = book["Today"].column_dimensions
        dimensions["B"].width, dimensions["B"].min, dimensions["B"].max = 33, 2, 4
        del dimensions["C"], dimensions["D"]

    person.changes(group)
    draw_today(workbook, a=ALICIA)

    assert [page().column_dimensions[letter].width for letter in "BCD"] == [33, 33, 33]
    spans = sorted((each.min, each.max) for each in page().column_dimensions.values())
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def test_a_sheet_of_their_own_stays_with_its_formulas_and_charts(workbook, person, page):
    def add(book):
        sheet = book.create_sheet("My notes", 0)
        sheet["A1"], sheet["A2"] = "remember", "=COUNTA(Today!B6:B99)"
        sheet["A1"].font = Font(bold=True)

    person.changes(add)
    draw_today(workbook, a=ALICIA)

    assert page("My notes")["A1"].font.bold
    assert page("My notes")["A2"].value == "=COUNTA(Today!B6:B99)"
    assert page("My notes").parent.sheetnames[0] == "My notes"


def test_their_own_conditional_format_and_drop_down_stay_and_ours_are_not_doubled(workbook, person, page):
    def add(book):
        rule = DataValidation("list", '"a,b"')
        rule.add("J6:J9")
        book["Today"].add_data_validation(rule)
        book["Today"].conditional_formatting.add("C6:C9", CellIsRule("greaterThan", ["2"], fill=GREEN))

    person.changes(add)
    draw_today(workbook, a=ALICIA)
    draw_today(workbook, a=ALICIA)

    assert [rule.formula1 for rule in page().data_validations.dataValidation] == ['"a,b"', "firstbell_choices_1"]
    assert [rule.formula for each in page().conditional_formatting for rule in each.rules] == [["2"]]


def test_merged_cells_over_our_rows_are_taken_apart_and_filled_again(workbook, person, page):
    row = row_of(page(), "m")
    person.changes(lambda book: book["Today"].merge_cells(f"B{row}:C{row}"))

    draw_today(workbook, a=ALICIA, m=MICHAEL, z=ZOE)

    assert page().merged_cells.ranges == set()
    assert cell_of(page(), "m", "Days").value == 1


def test_merged_cells_of_a_line_of_their_own_go_with_it(workbook, person, page):
    def add(book):
        sheet = book["Today"]
        row = sheet.max_row + 1
        sheet.cell(row, 2).value = "checked by PT"
        sheet.merge_cells(f"B{row}:E{row}")

    person.changes(add)
    draw_today(workbook, z=ZOE)

    row = row_of(page(), "z") + 1
    assert [str(area) for area in page().merged_cells.ranges] == [f"B{row}:E{row}"]


def test_a_link_moves_with_its_row(workbook, person, page):
    person.changes(lambda book: setattr(cell_of(book["Today"], "z", "Pupil"), "hyperlink", "https://example.org/"))

    draw_today(workbook, z=ZOE)

    cell = cell_of(page(), "z", "Pupil")
    assert (cell.hyperlink.target, cell.hyperlink.ref) == ("https://example.org/", cell.coordinate)


def test_a_system_cell_typed_over_is_put_right_even_by_a_formula(workbook, person, page):
    def spoil(book):
        cell_of(book["Today"], "a", "Pupil").value = "=1+1"
        cell_of(book["Today"], "m", "Days").value = "many"

    person.changes(spoil)
    draw_today(workbook, a=ALICIA, m=MICHAEL)

    assert pupils(person) == ["Alicia Test", "Michael Test"]
    assert (cell_of(page(), "a", "Pupil").data_type, cell_of(page(), "m", "Days").value) == ("s", 1)


def test_a_formula_typed_by_staff_reads_as_the_formula_so_that_it_can_be_refused(workbook, person):
    person.changes(lambda book: setattr(cell_of(book["Today"], "a", "Reason given"), "value", "=1+1"))

    assert read_sheet(workbook, "Today").rows["a"]["Reason given"] == "=1+1"


@pytest.mark.parametrize(
    ("typed", "read"),
    [(7, "7"), (7.5, "7.5"), (True, "TRUE"), ("  ill ", "ill"), ("007", "007")],
)
def test_what_excel_made_of_the_typing_reads_as_text(workbook, person, typed, read):
    person.changes(lambda book: setattr(cell_of(book["Today"], "a", "Reason given"), "value", typed))

    assert read_sheet(workbook, "Today").rows["a"]["Reason given"] == read


def test_dates_and_times_read_as_iso(workbook, person):
    moments = {"a": dt.datetime(2026, 12, 4), "m": dt.datetime(2026, 12, 4, 10, 15), "z": dt.time(9, 5)}  # noqa: DTZ001 - Excel's have no zone

    def type_them(book):
        for key, moment in moments.items():
            cell_of(book["Today"], key, "Reason given").value = moment

    person.changes(type_them)

    rows = read_sheet(workbook, "Today").rows
    assert [rows[key]["Reason given"] for key in "amz"] == ["2026-12-04", "2026-12-04 10:15", "09:05"]


def test_a_deleted_sheet_is_drawn_again_where_it_belongs(workbook, person, page):
    person.changes(lambda book: book.remove(book["Today"]))

    draw_today(workbook, a=ALICIA)

    assert page().parent.sheetnames[:2] == ["Today", "Blocked"]
    assert pupils(person) == ["Alicia Test"]


def test_a_renamed_sheet_is_refused_with_both_names(workbook, person):
    person.changes(lambda book: setattr(book["Today"], "title", "Monday"))

    with pytest.raises(NeedsHuman, match="'Today' was renamed 'Monday'"):
        draw_today(workbook, a=ALICIA)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda sheet: sheet.delete_cols(1), "'Today' has lost its hidden first column"),
        (lambda sheet: sheet.delete_cols(headings(sheet)["Decision"]), "'Today' has no heading 'Decision' any more"),
        (lambda sheet: setattr(sheet["I5"], "value", "Decision"), "'Today' has the heading 'Decision' twice"),
    ],
)
def test_headings_that_cannot_be_trusted_stop_it_before_it_writes(workbook, person, path, spoil, sentence):
    person.changes(lambda book: spoil(book["Today"]))
    before = path.read_bytes()

    with pytest.raises(NeedsHuman, match=sentence):
        workbook.draw(LAYOUT, [SheetRows("Today", {"a": ALICIA}), SheetRows("Blocked", {})], as_at="10:00")

    assert path.read_bytes() == before


HELD = {"Pupil ID": "P7", "Hold messages until": "2026-12-04", "Hold owner": "DS"}


def taken_in(path):
    """A row typed in Vulnerable pupils, coloured green in its first cell, and taken in."""
    workbook, person = LocalWorkbook(path), Person(path)
    workbook.draw(SAFEGUARDING, [], as_at="09:45")
    person.adds_a_row("Vulnerable pupils", HELD)
    person.changes(lambda book: setattr(book["Vulnerable pupils"]["B6"], "fill", GREEN))
    rows = {"P7": {**HELD, "Pupil": "Alicia Test", "Year": "7"}}
    workbook.draw(SAFEGUARDING, [SheetRows("Vulnerable pupils", rows, (TypedAnswer(HELD, "", "P7"),))], as_at="09:50")
    return load_workbook(path)["Vulnerable pupils"]


def test_a_row_that_was_taken_in_looks_like_the_others(path):
    page = taken_in(path)

    for column in SAFEGUARDING.sheet("Vulnerable pupils").columns:
        cell = cell_of(page, "P7", column.header)
        assert cell.border.left.style == "thin", column.header
        assert cell.protection.locked is (column.editor is Editor.SYSTEM), column.header


def test_a_date_typed_as_text_is_a_date_once_it_was_taken_in(path):
    cell = cell_of(taken_in(path), "P7", "Hold messages until")

    assert (cell.value.date(), cell.number_format) == (dt.date(2026, 12, 4), "dd/mm/yyyy")
    assert read_held(path) == {"P7": HELD}


def read_held(path):
    return next(sheet.rows for sheet in LocalWorkbook(path).read(SAFEGUARDING) if sheet.sheet == "Vulnerable pupils")


def test_the_colour_of_a_row_that_was_taken_in_stays(path):
    page = taken_in(path)

    assert cell_of(page, "P7", "Pupil ID").fill.fgColor.rgb == GREEN.fgColor.rgb
    assert cell_of(page, "P7", "Pupil").fill.fgColor.rgb == "00FFFFFF"


def test_a_date_that_people_typed_before_is_drawn_as_a_date(path):
    rows = {"P7": {"Pupil ID": "P7", "Hold messages until": "2026-12-04", "Hold owner": "2026-12-04"}}
    LocalWorkbook(path).draw(SAFEGUARDING, [SheetRows("Vulnerable pupils", rows)], as_at="09:45")

    page = load_workbook(path)["Vulnerable pupils"]
    assert cell_of(page, "P7", "Hold messages until").value.date() == dt.date(2026, 12, 4)
    assert cell_of(page, "P7", "Hold owner").value == "2026-12-04"


def test_a_morning_with_every_pupil_away_is_drawn_and_read_back(tmp_path):
    rows = {f"P{n:04}|2026-11-23|AM": {"Pupil": f"Test {n}", "Code": "N"} for n in range(1264)}
    workbook, person = LocalWorkbook(tmp_path / "Attendance.xlsx"), Person(tmp_path / "Attendance.xlsx")
    workbook.draw(ATTENDANCE, [SheetRows("Today", rows)], as_at="09:45")
    person.sorts("Today", "Pupil")
    person.types("Today", "P0777|2026-11-23|AM", "Reason given", "ill")

    half = {key: row for number, (key, row) in enumerate(rows.items()) if number % 2}
    workbook.draw(ATTENDANCE, [SheetRows("Today", half)], as_at="09:50")

    today = next(sheet for sheet in workbook.read(ATTENDANCE) if sheet.sheet == "Today")
    assert len(today.rows) == 632
    assert today.rows["P0777|2026-11-23|AM"]["Reason given"] == "ill"
    assert pupils(person) == sorted(f"Test {n}" for n in range(1, 1264, 2))
