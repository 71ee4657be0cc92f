"""The sickness return: fifteen days together, over the year, or expected."""

import datetime as dt

import pytest

from firstbell.workflows.jobs.first_day_contact import first_day_contact
from tests.workflows.returns.kinds_and_days import (
    AT_A_CLINIC,
    FRIDAY_13,
    FRIDAY_20,
    FRIDAY_27,
    ILL,
    MONDAY_2,
    MONDAY_23,
    SEPTEMBER_7,
    SEPTEMBER_25,
    SICKNESS,
)


def test_a_clinics_note_on_the_first_day_makes_the_return_due_at_once(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")

    story.when_the_returns_run(MONDAY_23)

    assert (story.row(SICKNESS)["Due"], story.row(SICKNESS)["State"]) == ("2026-11-23", "proposed")
    assert "expected to be reached" in story.row(SICKNESS)["Why"]
    noted = story.row("expected illness")
    assert noted["Pupil"] == "Example, Alicia"
    assert noted["Firstbell says"].startswith("Expected to be ill until 18 December 2026")


def test_one_return_is_enough_for_the_spell_that_was_expected(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(SICKNESS, Decision="approve", Sent_on="2026-11-23")

    reports = [story.when_the_returns_run(day) for day in (FRIDAY_27, dt.date(2026, 12, 18))]

    assert [report.returns_open for report in reports] == [0, 0]
    assert len(story.keys(SICKNESS)) == 1


def test_an_expected_return_keeps_its_key_when_the_days_have_come(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 10)
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 10)
    story.when_somebody_expects_an_illness("2026-12-04")
    story.when_the_returns_run(MONDAY_23)

    story.when_the_returns_run(dt.date(2026, 12, 4))

    assert len(story.keys(SICKNESS)) == 1
    assert story.row(SICKNESS)["Due"] == "2026-11-23"


def test_a_no_to_what_was_expected_is_no_answer_to_what_has_come(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 16)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(SICKNESS, Decision="decline")
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 0

    story.when_the_returns_run(dt.date(2026, 12, 11))

    assert [row["State"] for row in story.rows(SICKNESS)] == ["proposed", "declined"]


def test_the_note_may_be_written_in_the_returns_own_row_and_taken_back(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)

    story.when_somebody_decides(SICKNESS, **{"Ill_until_(expected)": "2026-12-04"})
    story.when_the_returns_run(FRIDAY_27)

    assert story.row(SICKNESS)["State"] == "withdrawn"  # ten school days only
    assert story.rows("expected illness") == []


def test_a_pupil_who_is_back_early_is_expected_to_be_ill_no_longer(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 3)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)

    story.when_the_returns_run(FRIDAY_27)

    assert story.row(SICKNESS)["State"] == "withdrawn"
    assert story.row("expected illness")["Why"].startswith("The pupil has been in school since")


def test_days_that_add_up_bring_one_return_and_the_next_minor_illness_none(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 10)
    story.given_alicia_missed(ILL, MONDAY_2, 5)
    story.when_the_returns_run(FRIDAY_13)
    assert "reached over the year" in story.row(SICKNESS)["Why"]
    story.when_somebody_decides(SICKNESS, Decision="approve", Sent_on="2026-11-13")

    story.given_alicia_missed(ILL, MONDAY_23, 2)
    report = story.when_the_returns_run(FRIDAY_27)

    assert (report.returns_open, len(story.keys(SICKNESS))) == (0, 1)


def test_the_draft_of_one_spell_tells_of_no_other_illness(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 2)
    story.given_alicia_missed(ILL, MONDAY_2, 15)
    for day in (SEPTEMBER_25, FRIDAY_13, FRIDAY_20):
        story.when_the_returns_run(day)
    story.when_somebody_decides(SICKNESS, Decision="approve")
    story.when_the_returns_run(FRIDAY_20)

    (page,) = story.drafts().values()
    assert "30 sessions" in page
    assert "September" not in page


def test_a_second_long_spell_is_returned_though_the_first_was_declined(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 15)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(SICKNESS, Decision="decline")
    story.given_alicia_missed(ILL, MONDAY_2, 15)

    story.when_the_returns_run(FRIDAY_13)
    story.when_the_returns_run(FRIDAY_20)

    assert [row["State"] for row in story.rows(SICKNESS)] == ["proposed", "declined"]


def test_medical_appointments_bring_no_sickness_return(story):
    story.given_alicia_missed(AT_A_CLINIC, MONDAY_2, 15)

    assert story.when_the_returns_run(FRIDAY_20).returns_open == 0


@pytest.mark.parametrize(
    ("pupil_id", "until", "initials", "refusal"),
    [
        ("NOBODY", "2026-12-18", "AO", "No pupil with this Pupil ID"),
        ("ALICIA", "", "AO", "In a row of your own"),
        ("ALICIA", "2026-11-01", "AO", "has passed"),
        ("ALICIA", "2026-12-18", "", "Type your initials"),
    ],
)
def test_an_expected_illness_that_can_not_be_taken_in_says_why(story, pupil_id, until, initials, refusal):
    story.when_the_returns_run(FRIDAY_20)
    story.when_somebody_expects_an_illness(until, initials=initials, pupil_id=pupil_id)

    story.when_the_returns_run(MONDAY_23)

    (row,) = [row for row in story.attendance.sees("LA returns") if refusal in row.get("Firstbell says", "")]
    assert "Return" not in row
    assert story.store.ledger.entries(kind="illness.expected") == ()


def test_a_row_taken_in_by_a_run_that_does_not_draw_the_sheet_is_taken_in_once(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23, first_day_contact)

    story.when_the_returns_run(MONDAY_23)

    assert len(story.store.ledger.entries(kind="illness.expected")) == 1
    assert "Expected to be ill until 18 December 2026" in story.row("expected illness")["Firstbell says"]
