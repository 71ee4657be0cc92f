"""The sheets of the week: percentages, lines, shaded numbers, and nothing lost when they are drawn again."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles.colors import Color

from connectors._xlsx.styles import HEAT, INK
from connectors.local.workbook import LocalWorkbook
from firstbell.records import SheetRows
from firstbell.testing.workbook_person import Person, cell_of
from sheets_templates import Kind, WorkbookLayout
from sheets_templates.attendance import ATTENDANCE, watch

WEEKS = {f"w{n}": {"Week": f"w/c {n} Sep 2026", "Attendance": Decimal(n) / 10} for n in (952, 941, 930)}
DAYS = {f"Year {n}": {"Year": f"Year {n}"} | dict.fromkeys(watch.WEEKDAYS, Decimal(90 + n)) for n in (7, 8)}
GROUPS = {
    "all": {"Group": "Whole school", "Pupils": 1264, "Attendance": Decimal("93.1")},
    "small": {"Group": "Looked after", "Pupils": "fewer than 6"},
}
WATCHED = {
    "b": {"Rank": 1, "Pupil": "Fakename, Basil", "Attendance": Decimal("48.9"), "Band": "severe"},
    "a": {"Rank": 2, "Pupil": "Testy-Oneby, Anna", "Attendance": Decimal(92), "Band": "at risk"},
}
SHEETS = {"Trends": WEEKS, "Weekdays": DAYS, "Cohorts": GROUPS, "Watch list": WATCHED}
OF_THE_WEEK = ("Watch list", "Punctuality", "Patterns", "Trends", "Weekdays", "Cohorts", "LA returns")


def draw(path, **changes):
    sheets = [SheetRows(sheet, rows) for sheet, rows in {**SHEETS, **changes}.items()]
    LocalWorkbook(path).draw(ATTENDANCE, sheets, as_at="09:45")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The sheets of the week, drawn twice."""
    path = tmp_path_factory.mktemp("drawn") / "Attendance.xlsx"
    for _ in range(2):
        draw(path)
    return path


@pytest.fixture
def path(drawn, tmp_path):
    """A copy of what was drawn, to change and to draw in."""
    return Path(shutil.copy(drawn, tmp_path))


@pytest.fixture(scope="module")
def book(drawn):
    """What was drawn, to look at."""
    return load_workbook(drawn)


def scales(page):
    return [(str(area.sqref), rule.colorScale) for area in page.conditional_formatting for rule in area.rules]


def test_a_percentage_is_a_number_with_one_decimal_and_its_sign(book):
    cell = cell_of(book["Watch list"], "b", "Attendance")

    assert (cell.value, cell.data_type, cell.number_format) == (48.9, "n", r"0.0\%")


def test_a_whole_percentage_drawn_again_changes_no_byte(path):
    before = path.read_bytes()

    draw(path)

    assert path.read_bytes() == before


def test_a_percentage_that_somebody_made_text_is_a_number_again(path):
    Person(path).types("Watch list", "a", "Attendance", "92")

    draw(path)

    assert cell_of(load_workbook(path)["Watch list"], "a", "Attendance").data_type == "n"


def test_the_line_is_there_once_straight_and_over_every_week(book):
    (line,) = book["Trends"]._charts

    assert line.tagname == "lineChart"
    assert line.series[0].val.numRef.f == "'Trends'!$C$6:$C$8"
    assert line.series[0].cat.numRef.f == "'Trends'!$B$6:$B$8"
    assert not line.series[0].smooth


def test_the_line_grows_with_the_weeks_where_people_moved_it(path):
    def move(book):
        book["Trends"]._charts[0].anchor._from.row = 30

    Person(path).changes(move)
    draw(path, Trends={**WEEKS, "w4": {"Week": "w/c 28 Sep 2026", "Attendance": Decimal(91)}})

    (line,) = load_workbook(path)["Trends"]._charts
    assert line.anchor._from.row == 30
    assert line.series[0].val.numRef.f == "'Trends'!$C$6:$C$9"


def test_bars_begin_at_nothing_and_a_group_too_small_has_none(book):
    (bars,) = book["Cohorts"]._charts

    assert bars.tagname == "barChart"
    assert (bars.y_axis.scaling.min, bars.y_axis.scaling.max) == (0, pytest.approx(93.1 * 1.15))
    assert cell_of(book["Cohorts"], "small", "Pupils").value == "fewer than 6"
    assert cell_of(book["Cohorts"], "small", "Attendance").value is None


def test_the_weekdays_are_shaded_together_once_with_their_numbers_in_sight(book):
    ((area, scale),) = scales(book["Weekdays"])

    assert area.split() == [f"{letter}6:{letter}7" for letter in "CDEFG"]
    assert [colour.rgb[2:] for colour in scale.color] == list(HEAT)
    assert {end.type for end in scale.cfvo} == {"min", "max"}
    assert cell_of(book["Weekdays"], "Year 7", "Friday").value == 97


def test_the_shading_follows_the_days_when_people_move_a_column(path):
    def swap(book):
        page = book["Weekdays"]
        for row in range(1, 8):
            page.cell(row, 2).value, page.cell(row, 3).value = page.cell(row, 3).value, page.cell(row, 2).value

    Person(path).changes(swap)
    draw(path)

    ((area, _),) = scales(load_workbook(path)["Weekdays"])
    assert area.split() == [f"{letter}6:{letter}7" for letter in "BDEFG"]


@pytest.mark.parametrize("colour", ["FFF8696B", Color(theme=4)], ids=["plain", "of the theme"])
def test_a_scale_of_colours_somebody_made_stays(path, colour):
    theirs = ColorScaleRule(start_type="min", start_color=colour, end_type="max", end_color="FF63BE7B")
    Person(path).changes(lambda book: book["Weekdays"].conditional_formatting.add("C6:C7", theirs))

    draw(path)

    first, ours = scales(load_workbook(path)["Weekdays"])
    assert (first[0], first[1].color[1].rgb) == ("C6:C7", "FF63BE7B")
    assert ours[1].color[1].rgb == f"FF{HEAT[1]}"


def luminance(parts):
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parts(colour):
    return [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]


@pytest.mark.parametrize("step", range(11))
def test_numbers_can_be_read_on_every_shade(step):
    shade = [(low * (10 - step) + high * step) / 10 for low, high in zip(*map(parts, HEAT), strict=True)]

    assert (luminance(shade) + 0.05) / (luminance(parts(INK)) + 0.05) >= 7


def test_what_was_owed_stays_with_its_pupil_through_a_sort_and_a_new_drawing(path):
    person = Person(path)
    for column, text in {"Owed action": "ring gran", "Owner": "PT", "By": "2026-11-30"}.items():
        person.types("Watch list", "a", column, text)
    person.sorts("Watch list", "Band")

    draw(path, **{"Watch list": {**WATCHED, "a": {**WATCHED["a"], "Rank": 1}}})

    (read,) = (sheet for sheet in LocalWorkbook(path).read(ATTENDANCE) if sheet.sheet == "Watch list")
    assert read.rows["a"] == {"Owed action": "ring gran", "Owner": "PT", "By": "2026-11-30"}
    assert set(read.rows["b"].values()) == {""}
    assert [row["Rank"] for row in person.sees("Watch list")] == ["1", "1"]
    assert [row["Band"] for row in person.sees("Watch list")] == ["at risk", "severe"]


@pytest.mark.parametrize("name", OF_THE_WEEK)
def test_no_text_in_a_sheet_of_the_week_becomes_a_formula(tmp_path, name):
    layout = ATTENDANCE.sheet(name)
    row = {column.header: "=1+1" for column in layout.columns if column.kind is not Kind.PERCENT}
    for _ in range(2):
        LocalWorkbook(tmp_path / "A.xlsx").draw(ATTENDANCE, [SheetRows(name, {"k": row})], as_at="09:45")

    page = load_workbook(tmp_path / "A.xlsx")[name]
    assert {cell_of(page, "k", header).data_type for header in row} == {"s"}


def test_a_workbook_from_before_these_sheets_gets_them_in_their_places(tmp_path):
    path = tmp_path / "Attendance.xlsx"
    older = tuple(sheet for sheet in ATTENDANCE.sheets if sheet.name not in OF_THE_WEEK)
    today = SheetRows("Today", {"a": {"Pupil": "Testy-Oneby, Anna"}})
    LocalWorkbook(path).draw(WorkbookLayout("Attendance", "The office", older), [today], as_at="09:45")
    Person(path).types("Today", "a", "Reason given", "dentist")

    draw(path, Today=today.rows)

    names = load_workbook(path).sheetnames
    assert [name for name in names if name != "Firstbell lists"] == [sheet.name for sheet in ATTENDANCE.sheets]
    assert Person(path).sees("Today")[0]["Reason given"] == "dentist"
