"""Who has a case, and who may see it."""

import dataclasses
import datetime as dt

from firstbell.records import PersonsCell
from firstbell.testing.fake_folders import OpenFolders
from firstbell.testing.morning_story import SETTINGS
from sheets_templates.cases import CASES_WORKBOOK
from tests.workflows.cases.case_story import CASE, FOLDER, ILL, STEP, CaseStory

ADA, DEE = SETTINGS.person("AO"), SETTINGS.person("DS")


def test_a_pupil_absent_enough_has_a_case_with_a_draft_and_nobody_else_has(absent):
    row = absent.case()

    assert [each["Pupil ID"] for each in absent.cases.sees("Cases")] == ["ALICIA"]
    assert (row["Stage"], row["State"], row["Draft"]) == ("no letter yet", "draft", "1")
    assert row["Document"] == f"{FOLDER}-support_letter.html"
    assert row["Why"].startswith(
        "Missed 16 of 104 possible sessions (15.4%), 0 unauthorised. The next step is a letter"
    )
    assert "Draft 1. Nobody has approved" in absent.letter()


def test_the_workbook_and_the_letters_open_only_for_those_the_settings_name(absent):
    folders = absent.office.folders

    assert folders.access("Attendance cases") == {ADA.email, DEE.email}
    assert folders.access(FOLDER) == {ADA.email, DEE.email}


def test_no_case_is_drawn_and_no_letter_drafted_where_the_folder_can_not_be_closed():
    story = CaseStory()
    story.office = dataclasses.replace(story.office, folders=OpenFolders())
    story.given_absences(ILL, dt.date(2026, 9, 7), 8)

    report = story.week()

    assert story.office.cases_workbook.read(CASES_WORKBOOK) == ()
    assert [need.split(":")[0] for need in report.needs] == [
        "The Attendance cases workbook could not be brought up to date",
        "1 letter could not be drafted",
    ]
    assert not any(folder == FOLDER for folder, _ in story.office.folders.documents)


def test_without_a_signer_and_readers_no_letter_is_drafted_and_the_sheet_says_so():
    story = CaseStory(settings=SETTINGS)
    story.given_absences(ILL, dt.date(2026, 9, 7), 8)

    report = story.week()

    assert story.case()["State"] == "not set up"
    assert story.case()["Why"].endswith("No letter is drafted until letters.signed_by and letters.readers are set.")
    assert (report.letters, report.needs) == (0, ())
    assert story.entries("paper.proposed") == ()


def test_in_the_first_days_of_a_year_a_percentage_opens_no_case(cases_story):
    cases_story.now_it_is(dt.date(2026, 9, 10))
    cases_story.given_absences(ILL, dt.date(2026, 9, 7), 1)

    cases_story.week()

    assert cases_story.cases.sees("Cases") == []


def test_a_pupil_on_the_hold_list_gets_no_draft_and_no_approval(absent):
    absent.store.desk.save_cells(
        [PersonsCell("Safeguarding", "Vulnerable pupils", "ALICIA", "Hold messages until", "2026-11-27")]
    )
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()

    row = absent.case()
    assert "hold list" in row["Why"]
    assert row["State"] == "not due"
    assert row["Firstbell says"].startswith("This letter is not due")
    assert absent.entries("paper.approved") == ()


def test_staff_open_a_case_by_writing_down_a_step(cases_story):
    cases_story.given_absences(ILL, dt.date(2026, 9, 7), 1)
    cases_story.week()
    cases_story.cases.adds_a_row("Steps tried", STEP)

    cases_story.week()

    assert "Letters begin at 10%" in cases_story.case()["Why"]
