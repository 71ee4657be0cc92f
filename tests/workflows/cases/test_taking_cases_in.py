"""The workbook of cases is taken in whole, whoever has it open and whatever was deleted."""

from firstbell.workflows.jobs.weekly import cases
from tests.workflows.cases.case_story import CASE


def test_cases_can_be_taken_in_without_waiting_for_the_weekly_job(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    cases(absent.office)

    assert absent.case()["State"] == "approved"


def test_while_somebody_has_the_workbook_open_the_week_goes_on_and_says_so(absent):
    absent.cases.opens_it()

    report = absent.week()

    assert any("Attendance cases workbook could not be brought up to date: close" in need for need in report.needs)
    assert absent.attendance.sees("Watch list")


def test_a_row_somebody_deleted_comes_back_with_what_was_typed(absent):
    absent.types("Cases", CASE, Meeting="held", Initials="AO")
    absent.week()
    absent.cases.deletes_a_row("Cases", CASE)

    absent.week()

    assert (absent.case()["Meeting"], absent.case()["Initials"]) == ("held", "AO")
