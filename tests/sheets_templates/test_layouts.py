"""All workbooks as data: every heading is told apart, explained and wide enough, and says who fills it in."""

from itertools import chain

import pytest

from rules.codes import AttendanceCode
from sheets_templates import Editor, Kind
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.columns import SAYS
from sheets_templates.safeguarding import SAFEGUARDING

SHEETS = [*ATTENDANCE.sheets, *SAFEGUARDING.sheets, *CASES_WORKBOOK.sheets]
every_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
FORBIDDEN_IN_SHEET_NAMES = set(r"[]:*?/\'")
EXCEL_LONGEST_SHEET_NAME = 31


def test_the_attendance_sheets_stand_in_the_order_of_a_morning_then_of_a_week():
    assert [sheet.name for sheet in ATTENDANCE.sheets] == [
        "Summary",
        "Today",
        "Queue",
        "Phone list",
        "Registers to chase",
        "Unexplained (N)",
        "Codes to check",
        "Watch list",
        "Punctuality",
        "Patterns",
        "Trends",
        "Weekdays",
        "Cohorts",
        "LA returns",
        "Changes",
        "Contact log",
        "Health",
        "Codes and rules",
    ]


def test_the_safeguarding_team_has_sheets_of_its_own():
    assert [sheet.name for sheet in SAFEGUARDING.sheets] == [
        "Alerts",
        "Vulnerable pupils",
        "Non-contact",
        "Told outside agencies",
    ]


def test_cases_have_sheets_of_their_own_which_tutors_do_not_read():
    assert [sheet.name for sheet in CASES_WORKBOOK.sheets] == ["Cases", "Steps tried", "Notices", "Notice decisions"]
    assert not {sheet.name for sheet in ATTENDANCE.sheets} & {sheet.name for sheet in CASES_WORKBOOK.sheets}


def test_no_two_sheets_of_any_workbook_share_a_name():
    names = [sheet.name for sheet in SHEETS]

    assert len(set(names)) == len(names), "what an edit does is looked up by the sheet's name"


@every_sheet
def test_excel_takes_the_sheet_name(sheet):
    assert len(sheet.name) <= EXCEL_LONGEST_SHEET_NAME
    assert not FORBIDDEN_IN_SHEET_NAMES & set(sheet.name)


@every_sheet
def test_no_heading_stands_twice_even_in_another_case(sheet):
    headers = [column.header.casefold() for column in sheet.columns]

    assert len(set(headers)) == len(headers)


@every_sheet
def test_every_heading_and_sheet_is_explained_in_a_sentence(sheet):
    texts = [sheet.purpose, sheet.empty_text, *(column.note for column in sheet.columns)]

    assert [text for text in texts if not text.endswith(".")] == []


@every_sheet
def test_every_column_is_wide_enough_for_each_word_of_its_heading_and_each_choice(sheet):
    for column in sheet.columns:
        words = max(len(word) for word in column.header.split())
        choice = max((len(choice) for choice in column.choices), default=0)
        assert column.width >= max(words, choice), column.header


@every_sheet
def test_choices_are_different_and_never_blank(sheet):
    for column in sheet.columns:
        assert len(set(column.choices)) == len(column.choices), column.header
        assert all(choice.strip() == choice != "" for choice in column.choices), column.header


@every_sheet
def test_where_people_type_firstbell_answers_in_the_last_column(sheet):
    is_typed_in = bool(sheet.people_columns or sheet.typed_columns)

    assert (SAYS in sheet.columns) is is_typed_in
    assert not is_typed_in or sheet.columns[-1] is SAYS


@every_sheet
def test_only_sheets_that_take_rows_have_columns_to_type_in_new_rows(sheet):
    assert sheet.people_add_rows or not any(column.is_typed_in_new_rows for column in sheet.columns)


@every_sheet
def test_a_chart_shows_numbers_against_words(sheet):
    kinds = {column.header: column.kind for column in sheet.columns}

    assert sheet.chart is None or kinds[sheet.chart.values] in {Kind.WHOLE_NUMBER, Kind.PERCENT}
    assert sheet.chart is None or kinds[sheet.chart.labels] is Kind.TEXT


@every_sheet
def test_what_is_shaded_together_is_percentages_side_by_side(sheet):
    places = [place for place, column in enumerate(sheet.columns) if column.header in sheet.heat]

    assert {sheet.columns[place].kind for place in places} <= {Kind.PERCENT}
    assert len(places) == len(sheet.heat)
    assert not places or places == list(range(places[0], places[-1] + 1))


def test_every_code_can_be_chosen():
    (column,) = (column for column in ATTENDANCE.sheet("Today").columns if column.header == "Code to record")

    assert set(column.choices) == {code.value for code in AttendanceCode}
    assert len(column.choices) == 34


def test_reasons_codes_and_what_the_safeguarding_team_writes_are_restricted():
    restricted = {column.header for column in chain(*(sheet.columns for sheet in SHEETS)) if column.is_restricted}

    assert {
        "Reason given",
        "Code to record",
        "Why urgent",
        "What was done",
        "Address to block",
        "Parent",
        "In words",
    } <= restricted


def test_rows_people_add_say_which_columns_to_type():
    typed = {sheet.name: [column.header for column in sheet.typed_columns] for sheet in SHEETS if sheet.people_add_rows}

    assert typed == {
        "LA returns": [
            "Pupil ID",
            "Decision",
            "Sent on",
            "Ill or prevented?",
            "Enquired with the LA?",
            "Ill until (expected)",
            "Initials",
        ],
        "Vulnerable pupils": ["Pupil ID", "Hold messages until", "Hold owner"],
        "Non-contact": ["Pupil ID", "Address to block", "Initials"],
        "Told outside agencies": ["Pupil ID", "Agency", "Told at", "Told by"],
        "Steps tried": ["Pupil ID", "Date", "What was done", "In words", "Outcome", "Initials"],
        "Notices": ["Pupil ID", "Contact ID", "Issued on", "Withdrawn on", "Initials"],
    }


def test_initials_go_with_every_sheet_where_the_office_decides():
    for name in ("Today", "Queue", "Phone list", "Registers to chase", "Unexplained (N)", "Codes to check"):
        (column,) = (column for column in ATTENDANCE.sheet(name).columns if column.header == "Initials")
        assert column.editor is Editor.PEOPLE


def test_each_sheet_of_the_week_that_people_decide_in_has_a_column_to_sign():
    signed = {"Watch list": "Owner", "Patterns": "Initials", "LA returns": "Initials"}

    for name, header in signed.items():
        assert header in [column.header for column in ATTENDANCE.sheet(name).people_columns]


def test_every_sheet_of_cases_is_signed():
    assert all("Initials" in [column.header for column in sheet.people_columns] for sheet in CASES_WORKBOOK.sheets)
