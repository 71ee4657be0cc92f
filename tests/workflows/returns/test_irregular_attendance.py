"""What a run of absence leaves over is for a person to judge, once, until there is something new."""

import datetime as dt

from rules.calendar import Half, Session
from tests.workflows.returns.kinds_and_days import (
    ATTENDANCE,
    AWAY,
    FRIDAY_13,
    FRIDAY_20,
    FRIDAY_27,
    ILL,
    IRREGULAR,
    MONDAY_2,
    SEPTEMBER_7,
    SEPTEMBER_25,
)


def test_one_session_of_illness_breaks_the_run_and_a_person_looks_at_the_rest(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_the_mark("ALICIA", ILL, Session(dt.date(2026, 11, 9), Half.AM))

    story.when_the_returns_run(FRIDAY_13)

    row = story.row(IRREGULAR)
    assert story.rows(ATTENDANCE) == []
    assert "19 sessions of unauthorised absence" in row["Why"]
    assert "a person must judge whether the pupil fails to attend regularly" in row["Why"]
    assert "The longest continuous absence is 5 school days" in row["Why"]


def test_below_the_schools_number_nobody_is_asked_to_judge(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 4)
    story.given_the_mark("ALICIA", AWAY, Session(dt.date(2026, 11, 9), Half.AM))

    assert story.when_the_returns_run(FRIDAY_13).returns_open == 0


def test_an_absence_with_a_return_of_its_own_is_not_named_twice(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 4)

    story.when_the_returns_run(FRIDAY_13)

    assert story.rows(IRREGULAR) == []
    assert len(story.rows(ATTENDANCE)) == 1


def test_what_else_was_missed_is_judged_beside_it_and_says_so(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 5)

    story.when_the_returns_run(FRIDAY_13)

    assert "20 sessions of them have an attendance return of their own" in story.row(IRREGULAR)["Why"]
    assert len(story.rows(ATTENDANCE)) == 1


def test_an_absence_that_goes_on_is_named_again_at_the_authoritys_interval(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 40)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 1  # twenty days alone

    story.when_the_returns_run(dt.date(2026, 12, 4))

    row = story.row(IRREGULAR)
    assert (row["Due"], row["Time left"]) == ("2026-12-11", "5 school days")


def test_a_judgement_holds_until_there_is_something_new(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 6)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(IRREGULAR, Decision="decline")

    reports = [story.when_the_returns_run(day) for day in (dt.date(2026, 10, 2), FRIDAY_20)]
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 23))
    later = story.when_the_returns_run(FRIDAY_27)

    assert [report.returns_open for report in reports] == [0, 0]
    assert later.returns_open == 1
    assert len(story.keys(IRREGULAR)) == 2
