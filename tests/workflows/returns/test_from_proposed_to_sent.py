"""Returns to the local authority over several weeks: proposed, approved, drafted, sent, and not asked for again."""

import datetime as dt

import pytest

from firstbell.workflows.jobs.weekly import weekly
from tests.workflows.returns.kinds_and_days import (
    ATTENDANCE,
    AWAY,
    FRIDAY_13,
    FRIDAY_20,
    FRIDAY_27,
    HOLIDAY,
    ILL,
    IRREGULAR,
    MONDAY_2,
    NO_REASON,
    SEPTEMBER_7,
    SEPTEMBER_25,
)


def test_a_return_goes_from_proposed_to_sent_and_is_not_asked_for_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    assert story.when_the_returns_run(FRIDAY_13).returns_open == 1
    assert (story.row(ATTENDANCE)["State"], story.row(ATTENDANCE)["Time left"]) == ("proposed", "today")

    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(dt.date(2026, 11, 16))
    assert story.row(ATTENDANCE)["State"] == "approved"
    assert list(story.drafts()) == ["continuous-2026-11-13.html"]

    story.when_somebody_decides(ATTENDANCE, Sent_on="2026-11-17")
    for day in (dt.date(2026, 11, 17), FRIDAY_20, FRIDAY_27):
        assert story.when_the_returns_run(day).returns_open == 0
    assert (story.row(ATTENDANCE)["State"], "Time left" in story.row(ATTENDANCE)) == ("sent", False)
    assert len(story.store.ledger.entries(kind="return.proposed")) == 1


def test_key_and_due_date_stand_while_the_absence_goes_on(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 18)
    story.when_the_returns_run(FRIDAY_13)
    story.when_the_returns_run(FRIDAY_20)

    assert story.keys(ATTENDANCE) == ["ALICIA|attendance return|2026-11-02"]
    assert (story.row(ATTENDANCE)["Due"], story.row(ATTENDANCE)["Time left"]) == ("2026-11-13", "overdue")


def test_a_run_that_turns_out_to_have_begun_earlier_keeps_its_return(story):
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 3), 10)
    story.when_the_returns_run(dt.date(2026, 11, 16))
    story.when_somebody_decides(ATTENDANCE, Decision="approve")

    story.given_alicia_missed(AWAY, MONDAY_2)
    story.when_the_returns_run(FRIDAY_20)

    assert len(story.keys(ATTENDANCE)) == 1
    assert story.row(ATTENDANCE)["State"] == "approved"


def test_a_second_long_absence_is_a_new_return(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 10)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-09-25")

    story.given_alicia_missed(HOLIDAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)

    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["proposed", "sent"]
    assert len(story.keys(ATTENDANCE)) == 2


def test_a_declined_return_stays_declined(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="decline")

    reports = [story.when_the_returns_run(day) for day in (FRIDAY_20, FRIDAY_27)]

    assert [report.returns_open for report in reports] == [0, 0]
    assert story.row(ATTENDANCE)["State"] == "declined"


def test_a_mark_that_becomes_illness_withdraws_the_return_and_says_so(story):
    story.given_alicia_missed(NO_REASON, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(dt.date(2026, 11, 16))

    story.given_alicia_missed(ILL, dt.date(2026, 11, 9))
    story.when_the_returns_run(FRIDAY_20)

    row = story.row(ATTENDANCE)
    assert row["State"] == "withdrawn"
    assert story.row(IRREGULAR)["State"] == "proposed"  # what is left, for a person to judge
    assert row["Why"].startswith("Withdrawn: the register does not call for it any more")
    assert row["Why"].endswith("Do not send the draft.")


def test_what_is_called_for_again_is_a_new_line_to_decide_on(story):
    story.given_alicia_missed(NO_REASON, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.given_alicia_missed(ILL, dt.date(2026, 11, 9))
    story.when_the_returns_run(dt.date(2026, 11, 16))
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 9))

    story.when_the_returns_run(FRIDAY_20)

    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["proposed", "withdrawn"]


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"Sent_on": "2026-11-13"}, "Approve the return"),
        ({"Decision": "approve", "Sent_on": "2026-11-30"}, "'Sent on' lies ahead"),
        ({"Decision": "approve", "Ill_or_prevented?": "no"}, "belong to the rows of twenty days"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(story, cells, refusal):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)

    story.when_somebody_decides(ATTENDANCE, **cells)
    story.when_the_returns_run(FRIDAY_13)

    assert refusal in story.row(ATTENDANCE)["Firstbell says"]
    assert story.row(ATTENDANCE)["State"] == "proposed"


def test_the_weekly_watch_and_the_returns_alone_agree(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    alone = story.when_the_returns_run(FRIDAY_13)
    rows = story.rows()

    watch = story.when_the_returns_run(FRIDAY_13, weekly)

    assert (story.rows(), watch.returns_open) == (rows, alone.returns_open)
    assert watch.needs == alone.needs


def test_a_date_typed_by_mistake_can_be_taken_back(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    story.when_the_returns_run(FRIDAY_13)

    story.when_somebody_decides(ATTENDANCE, Sent_on="")
    story.when_the_returns_run(FRIDAY_13)

    assert story.row(ATTENDANCE)["State"] == "approved"
    assert len(story.drafts()) == 1


def test_a_settled_return_stays_in_sight_for_its_school_year(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 10)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-09-25")
    story.when_the_returns_run(dt.date(2027, 7, 23))
    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["sent"]


def test_a_workbook_that_was_lost_is_drawn_with_what_people_typed(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    story.when_the_returns_run(FRIDAY_13)

    story.attendance.__init__()
    story.when_the_returns_run(FRIDAY_20)

    row = story.row(ATTENDANCE)
    assert (row["Decision"], row["Sent on"], row["Initials"]) == ("approve", "2026-11-13", "AO")
