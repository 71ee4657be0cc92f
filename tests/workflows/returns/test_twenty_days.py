"""Twenty days of absence are answered by people, and delete nobody."""

import datetime as dt

from rules.calendar import Half, Session
from tests.workflows.returns.kinds_and_days import AWAY, DELETION, FRIDAY_20, FRIDAY_27, LATE, MONDAY_2, TWENTY_DAYS


def test_twenty_days_are_answered_by_people_and_never_end_in_a_deletion(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 25)
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 2
    assert "a person must judge" in story.row(TWENTY_DAYS)["Why"]

    story.when_somebody_decides(TWENTY_DAYS, **{"Ill_or_prevented?": "no", "Enquired_with_the_LA?": "yes"})
    report = story.when_the_returns_run(dt.date(2026, 12, 4))

    row = story.row(TWENTY_DAYS)
    assert (row["State"], report.returns_open) == ("answered", 1)
    assert "No grounds are known" in row["Why"]
    assert row["Why"].endswith("Nobody is deleted: a person decides.")
    assert story.rows(DELETION) == []


def test_one_answer_leaves_twenty_days_open(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.when_the_returns_run(FRIDAY_27)

    story.when_somebody_decides(TWENTY_DAYS, **{"Ill_or_prevented?": "yes"})
    story.when_the_returns_run(FRIDAY_27)

    row = story.row(TWENTY_DAYS)
    assert (row["State"], row["Firstbell says"]) == ("proposed", "Noted: one answer is open.")
    assert "There are grounds to believe" in row["Why"]


def test_there_is_nothing_to_approve_at_twenty_days(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.when_the_returns_run(FRIDAY_27)

    story.when_somebody_decides(TWENTY_DAYS, Decision="approve")
    story.when_the_returns_run(FRIDAY_27)

    assert "nothing to send at twenty days" in story.row(TWENTY_DAYS)["Firstbell says"]


def test_a_late_arrival_among_the_twenty_days_asks_for_no_enquiries(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.given_the_mark("ALICIA", LATE, Session(FRIDAY_20, Half.PM))

    story.when_the_returns_run(FRIDAY_27)

    assert story.rows(TWENTY_DAYS) == []
