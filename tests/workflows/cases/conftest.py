"""Alicia, absent more and more, in a workbook in memory and in one on disk."""

import datetime as dt

import pytest

from connectors.local.workbook import LocalWorkbook
from firstbell.testing.workbook_person import Person
from tests.workflows.cases.case_story import CASE, ILL, UNAUTHORISED, CaseStory


@pytest.fixture(params=["in memory", "on disk"])
def cases_story(request, tmp_path):
    """The same story with the cases workbook in memory and as a real file."""
    if request.param == "in memory":
        return CaseStory()
    path = tmp_path / "Attendance cases.xlsx"
    return CaseStory(workbook=LocalWorkbook(path), person=Person(path))


@pytest.fixture
def absent(cases_story):
    """Alicia was ill for eight days: persistently absent, and nowhere near a notice."""
    cases_story.given_absences(ILL, dt.date(2026, 11, 9), 8)
    cases_story.week()
    return cases_story


@pytest.fixture
def truant(cases_story):
    """Alicia was away without leave for six days, so that the threshold is met."""
    cases_story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 6)
    cases_story.week()
    return cases_story


@pytest.fixture
def at_the_notice(truant):
    """Every kind of support was offered to Alicia's family and the threshold is met: a notice to improve is due."""
    truant.given_papers("support_letter", "support_meeting", "attendance_contract_offer")
    truant.week()
    truant.types("Cases", CASE, Meeting="held", Contract="agreed and not kept", Initials="AO")
    truant.week()
    return truant
