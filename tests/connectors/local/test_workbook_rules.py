"""What a drawn sheet allows, offers and shows by itself: locks, drop-downs, tones, notes, print set-up, chart."""

import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from connectors._xlsx.heights import fit_height, room_in
from connectors._xlsx.styles import CELLS, HEADINGS, TONES
from connectors.local.workbook import LocalWorkbook
from firstbell.records import SheetRows
from firstbell.testing.workbook_conformance import LAYOUT
from firstbell.testing.workbook_person import Person, cell_of, header_row, headings
from sheets_templates import Tone
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.attendance.morning import MESSAGE_TONES
from sheets_templates.safeguarding import SAFEGUARDING

SUMMARY = {
    "away": {"What": "Away", "Number": 93, "Of": 1264},
    "n": {"What": "No reason yet", "Number": 21, "Of": 93},
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The Attendance workbook with two lines in Summary and one in Today, drawn twice."""
    path = tmp_path_factory.mktemp("drawn") / "Attendance.xlsx"
    today = {"a": {"Pupil": "Alicia Test", "Code": "N", "Message": "sent"}}
    for _ in range(2):
        LocalWorkbook(path).draw(ATTENDANCE, [SheetRows("Summary", SUMMARY), SheetRows("Today", today)], as_at="09:45")
    return path


@pytest.fixture
def path(drawn, tmp_path):
    """A copy of what was drawn, to change and to draw in."""
    return Path(shutil.copy(drawn, tmp_path))


@pytest.fixture(scope="module")
def book(drawn):
    """What was drawn, to look at."""
    return load_workbook(drawn)


def luminance(colour):
    """Relative luminance of a hex colour, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "background"), [*TONES.values(), *HEADINGS.values(), *CELLS.values()])
def test_every_pair_of_colours_can_be_read_by_people_who_see_little_contrast(text, background):
    light, dark = sorted((luminance(text), luminance(background)), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 7


def test_every_sheet_is_protected_without_a_password_and_people_may_still_work(book):
    for sheet in ATTENDANCE.sheets:
        protection = book[sheet.name].protection
        assert protection.sheet
        assert protection.password is None
        forbidden = {protection.autoFilter, protection.formatCells, protection.insertColumns, protection.objects}
        assert forbidden == {False}


def test_peoples_cells_are_unlocked_and_ours_are_locked(book):
    names = [column.header for column in ATTENDANCE.sheet("Today").columns]

    unlocked = [name for name in names if not cell_of(book["Today"], "a", name).protection.locked]

    assert unlocked == ["Reason given", "Code to record", "Initials"]


def test_a_cell_that_was_pasted_locked_is_unlocked_again(path):
    Person(path).changes(lambda book: setattr(cell_of(book["Today"], "a", "Reason given"), "style", "Normal"))

    LocalWorkbook(path).draw(ATTENDANCE, [SheetRows("Today", {"a": {"Pupil": "Alicia Test"}})], as_at="09:50")

    assert not cell_of(load_workbook(path)["Today"], "a", "Reason given").protection.locked


def test_below_the_last_row_people_may_type_only_where_rows_may_be_added(tmp_path):
    path = tmp_path / "Safeguarding.xlsx"
    LocalWorkbook(path).draw(SAFEGUARDING, [], as_at="09:45")

    sheet = load_workbook(path)["Non-contact"]
    free = [
        name
        for name, place in headings(sheet).items()
        if not sheet.column_dimensions[sheet.cell(1, place).column_letter].protection.locked
    ]
    assert free == ["Pupil ID", "Address to block", "Initials"]


def test_the_key_column_is_hidden(book):
    assert all(book[sheet.name].column_dimensions["A"].hidden for sheet in ATTENDANCE.sheets)


def test_every_column_with_choices_has_its_drop_down_once(book):
    for sheet in ATTENDANCE.sheets:
        rules = book[sheet.name].data_validations.dataValidation
        assert [rule.errorTitle for rule in rules] == [column.header for column in sheet.columns if column.choices]


def test_a_drop_down_offers_every_code(book):
    (rule,) = book["Today"].data_validations.dataValidation
    sheet, area = next(book.defined_names[rule.formula1].destinations)

    offered = [row[0].value for row in book[sheet][area]]
    assert offered == [choice for column in ATTENDANCE.sheet("Today").columns for choice in column.choices]
    assert str(rule.sqref) == "J6"
    assert book[sheet].sheet_state == "veryHidden"


def equals(highlight):
    return ",".join(f'$H6="{value}"' for value in highlight.values)


def test_tones_follow_the_words_and_are_there_once(book):
    formulas = [rule.formula[0] for each in book["Today"].conditional_formatting for rule in each.rules]

    assert formulas == [
        'AND(N("Firstbell")=0,OR($F6="N"))',
        f'AND(N("Firstbell")=0,OR({equals(MESSAGE_TONES[0])}))',
        f'AND(N("Firstbell")=0,OR({equals(MESSAGE_TONES[1])}))',
        f'AND(N("Firstbell")=0,OR({equals(MESSAGE_TONES[2])}))',
        f'AND(N("Firstbell")=0,OR({equals(MESSAGE_TONES[3])}))',
    ]
    fills = [rule.dxf.fill.bgColor.rgb for each in book["Today"].conditional_formatting for rule in each.rules]
    assert fills == [f"00{TONES[tone][1]}" for tone in (Tone.CAUTION, *Tone)]


def test_every_heading_carries_its_note_and_peoples_are_marked_in_words(book):
    for layout in ATTENDANCE.sheets:
        sheet = book[layout.name]
        row = header_row(sheet)
        for column in layout.columns:
            cell = sheet.cell(row, headings(sheet)[column.header])
            assert cell.comment.text == column.note
            marker = sheet.cell(row - 1, cell.column).value
            assert (marker == "type here ▼") is (column in layout.people_columns)


def test_above_the_rows_stand_title_purpose_and_when_it_was_true(book):
    lines = [book["Today"].cell(row, 2).value for row in (1, 2, 3)]

    assert lines == ["Away today", ATTENDANCE.sheet("Today").purpose, "As at 09:45"]


def test_an_empty_sheet_says_so(book):
    assert book["Queue"]["B3"].value == "As at 09:45. No message is waiting."


def test_headings_stay_in_sight_and_are_repeated_on_every_printed_page(book):
    sheet = book["Today"]

    assert sheet.freeze_panes == "B6"
    assert sheet.print_title_rows == "$5:$5"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert (sheet.oddFooter.left.text, sheet.auto_filter.ref) == ("&A", "A5:L6")


def test_the_chart_is_there_once_and_covers_every_row(book):
    (chart,) = book["Summary"]._charts

    assert chart.series[0].val.numRef.f == "'Summary'!$C$6:$C$7"
    assert chart.series[0].cat.numRef.f == "'Summary'!$B$6:$B$7"


def test_the_chart_stays_where_people_moved_it_and_goes_when_there_is_nothing_to_show(path):
    def move(book):
        book["Summary"]._charts[0].anchor._from.row = 30

    Person(path).changes(move)
    workbook = LocalWorkbook(path)
    workbook.draw(ATTENDANCE, [SheetRows("Summary", SUMMARY)], as_at="09:50")
    assert load_workbook(path)["Summary"]._charts[0].anchor._from.row == 30

    workbook.draw(ATTENDANCE, [SheetRows("Summary", {})], as_at="09:55")
    assert load_workbook(path)["Summary"]._charts == []


def test_long_text_makes_its_row_higher_and_excel_may_still_fit_it(tmp_path):
    path = tmp_path / "Trial.xlsx"
    LocalWorkbook(path).draw(LAYOUT, [SheetRows("Today", {"a": {"Pupil": "Alicia " * 12}})], as_at="09:45")

    assert load_workbook(path)["Today"].row_dimensions[6].height > 60
    with zipfile.ZipFile(path) as archive:
        assert b"customHeight" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Alicia Test", 1),
        ("Ring Ms Illi: still ill, till Friday.", 2),
        ("MMMMMMMMMMMMMMMMMMMM", 2),
        ("one\ntwo\n\nfour", 4),
        ("word " * 8 + "a-word-that-is-far-longer-than-its-column", 4),
        ("", 1),
    ],
)
def test_a_row_is_as_high_as_its_words_need(text, lines):
    page = Workbook().active
    page.column_dimensions["A"].width = 20
    page["A1"] = text

    fit_height(page, 1, room_in(page, [1]))

    assert page.row_dimensions[1].height == 15 * lines + 3
