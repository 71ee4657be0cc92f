"""Letters are approved by the draft that was read, each step after the one before."""

import datetime as dt

import pytest

from rules.calendar import both_sessions
from tests.workflows.cases.case_story import CASE, FOLDER, FRIDAY, ILL, PRESENT


def test_a_letter_is_approved_by_the_number_of_the_draft_that_was_read(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    report = absent.week()

    row = absent.case()
    assert (row["State"], row["Stage"]) == ("approved", "a letter with an offer of help")
    assert row["Firstbell says"].startswith("Approved by AO. Firstbell does not send it")
    assert "Approved by Ada Office, attendance officer, on 20 November 2026." in absent.letter()
    assert report.letters == 0
    assert absent.mailer.calls == []


def test_absences_since_the_draft_do_not_stand_in_the_way_of_its_approval(absent):
    monday = dt.date(2026, 11, 23)
    for session in both_sessions(monday):
        absent.codes["ALICIA", session] = ILL
    absent.now_it_is(monday)
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()

    assert absent.case()["State"] == "approved"
    assert "has missed 8 days of school this year, up to 20 November 2026" in absent.letter()


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Draft_read": "1"}, "Type your initials"),
        ({"Draft_read": "1", "Initials": "XX"}, "Nobody with these initials"),
        ({"Initials": "AO"}, "Type the number of the draft you have read"),
        ({"Draft_read": "one", "Initials": "AO"}, "Type the number of the draft you have read"),
        ({"Draft_read": "2", "Initials": "AO"}, "Draft 2 is not the one that waits: read draft 1"),
    ],
)
def test_nothing_is_approved_without_initials_or_with_another_number(absent, cells, says):
    absent.types("Cases", CASE, Decision="approve", **cells)

    absent.week()

    assert absent.case()["Firstbell says"].startswith(says)
    assert absent.entries("paper.approved") == ()
    assert "Nobody has approved" in absent.letter()


def test_a_draft_whose_marks_were_amended_is_never_approved_unread(absent):
    for session in both_sessions(dt.date(2026, 11, 9)):
        absent.codes["ALICIA", session] = PRESENT[session.half]
    absent.given_the_day(FRIDAY, "15:31")
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()
    absent.week()

    assert absent.case()["Firstbell says"].startswith("Draft 1 is not the one that waits: read draft 2")
    assert "Draft 2. Nobody has approved" in absent.letter()
    absent.types("Cases", CASE, Draft_read="2")
    absent.week()
    assert absent.case()["State"] == "approved"


def test_the_next_letter_is_approved_in_the_same_row_weeks_later(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")
    absent.week()
    absent.now_it_is(dt.date(2026, 12, 11))
    absent.week()
    assert (absent.case()["State"], absent.case()["Draft"]) == ("draft", "2")

    absent.types("Cases", CASE, Draft_read="2")
    absent.week()

    assert absent.case()["Stage"] == "an invitation to meet"
    assert [entry.facts["purpose"] for entry in absent.entries("paper.approved")] == [
        "support_letter",
        "support_meeting",
    ]


def test_a_meeting_is_noted_before_a_contract_is_offered(absent):
    absent.given_papers("support_letter", "support_meeting")
    absent.week()
    assert "came or declined" in absent.case()["Why"]

    absent.types("Cases", CASE, Meeting="declined", Initials="AO")
    absent.week()

    assert absent.case()["Document"] == f"{FOLDER}-attendance_contract_offer.html"
    assert [entry.facts["meeting"] for entry in absent.entries("case.noted")] == ["declined"]


def test_a_notice_to_improve_is_approved_only_with_its_contents_checked(at_the_notice):
    number = at_the_notice.case()["Draft"]
    at_the_notice.types("Cases", CASE, Decision="approve", Draft_read=number)
    at_the_notice.week()
    says = at_the_notice.case()["Firstbell says"]
    assert says.startswith("Check that the notice holds: the attendance record and the offences;")

    at_the_notice.types("Cases", CASE, Decision="approve, checked")
    at_the_notice.week()

    row = at_the_notice.case()
    assert row["Stage"] == "a notice to improve"
    assert row["Why"] == (
        "A notice to improve runs until 7 January 2027: look at the case again after it. "
        "The improvement period from 27 November 2026 to 7 January 2027 is 42 days; it should be from 3 to 6 weeks."
    )


def test_a_contract_that_is_kept_stops_the_notice(at_the_notice):
    at_the_notice.types("Cases", CASE, Contract="agreed and kept")

    at_the_notice.week()

    assert "contract is being kept" in at_the_notice.case()["Why"]
