"""Sessions and dates as people read them, and in their order."""

import datetime as dt

import pytest

from rules.calendar.sessions import Half, Session, both_sessions, in_words, weekday_in_words

MORNING, AFTERNOON = both_sessions(dt.date(2026, 1, 5))


def test_a_session_is_read_with_its_weekday_and_a_short_month():
    assert [str(MORNING), str(AFTERNOON)] == ["Mon 5 Jan 2026 AM", "Mon 5 Jan 2026 PM"]
    assert str(Session(dt.date(2026, 12, 18), Half.PM)) == "Fri 18 Dec 2026 PM"


@pytest.mark.parametrize(
    ("day", "plain", "with_weekday"),
    [
        (dt.date(2026, 1, 5), "5 January 2026", "Monday 5 January"),
        (dt.date(2026, 11, 22), "22 November 2026", "Sunday 22 November"),
        (dt.date(2026, 12, 18), "18 December 2026", "Friday 18 December"),
    ],
)
def test_a_date_is_read_in_words(day, plain, with_weekday):
    assert (in_words(day), weekday_in_words(day)) == (plain, with_weekday)


def test_the_halves_of_a_day_have_a_word():
    assert [half.in_words for half in Half] == ["morning", "afternoon"]


def test_sessions_stand_in_the_order_of_their_days_and_mornings_come_first():
    next_morning = Session(dt.date(2026, 1, 6), Half.AM)

    assert sorted([next_morning, AFTERNOON, MORNING]) == [MORNING, AFTERNOON, next_morning]
    assert MORNING.key == "2026-01-05-AM"
