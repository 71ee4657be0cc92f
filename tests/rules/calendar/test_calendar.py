import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from rules.calendar import BeyondCalendar, Closure, first_of_school_year, last_of_school_year, school_year_of
from rules.calendar.runs import runs_of_school_days

CALENDAR = example_calendar()
DAYS = st.dates(CALENDAR.first, CALENDAR.last)


def day(text):
    return dt.date.fromisoformat(text)


@given(DAYS, st.integers(1, 40))
def test_the_nth_school_day_after_is_n_school_days_later(start, count):
    try:
        found = CALENDAR.school_day_after(start, count)
    except BeyondCalendar:
        assert CALENDAR.school_days_between(start, CALENDAR.last) < count
    else:
        assert CALENDAR.is_school_day(found)
        assert CALENDAR.school_days_between(start, found) == count


@given(DAYS)
def test_a_day_is_a_school_day_or_has_a_reason_why_not(any_day):
    assert CALENDAR.is_school_day(any_day) == (CALENDAR.why_closed(any_day) is None)


@given(DAYS, DAYS)
def test_school_weeks_count_on_without_the_holidays(one, other):
    earlier, later = sorted([one, other])
    mondays = {d - dt.timedelta(days=d.weekday()) for d in CALENDAR.school_days(CALENDAR.first, later)}

    assert CALENDAR.school_week(earlier) <= CALENDAR.school_week(later)
    assert CALENDAR.school_week(later) == len(mondays | {m for m in CALENDAR.school_weeks if m <= later}) - 1


def test_half_term_is_skipped_by_school_weeks():
    assert CALENDAR.school_week(day("2026-11-02")) - CALENDAR.school_week(day("2026-10-19")) == 1


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("2026-11-27", "it is an INSET day"),
        ("2026-05-04", "it is a bank holiday"),
        ("2026-10-28", "it is a school holiday"),
        ("2026-11-28", "it is a weekend"),
        ("2026-12-01", "the school is closed: a burst pipe"),
        ("2028-01-10", "the date lies outside the school's calendar"),
    ],
)
def test_it_says_why_there_is_no_session(when, why):
    pipe = Closure(day("2026-12-01"), "a burst pipe")

    assert example_calendar([day("2026-11-27")], [pipe]).why_closed(day(when)) == why


def test_working_days_pass_over_bank_holidays_and_not_over_school_holidays():
    assert CALENDAR.working_day_after(day("2026-05-01"), 1) == day("2026-05-05")
    assert CALENDAR.working_day_after(day("2026-10-23"), 1) == day("2026-10-26")


def test_calendar_days_run_through_weekends_and_holidays():
    assert CALENDAR.calendar_day_after(day("2026-10-22"), 5) == day("2026-10-27")


def test_a_working_day_past_the_calendar_is_refused():
    with pytest.raises(BeyondCalendar, match="add the next terms"):
        CALENDAR.working_day_after(CALENDAR.last, 1)


@pytest.mark.parametrize(("when", "year"), [("2026-07-31", 2025), ("2026-08-01", 2026), ("2027-01-04", 2026)])
def test_the_absence_collection_counts_its_year_from_august(when, year):
    assert school_year_of(day(when)) == year


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ("2026-07-31", "2025-08-01", "2026-07-31"),
        ("2026-08-01", "2026-08-01", "2027-07-31"),
        ("2027-01-04", "2026-08-01", "2027-07-31"),
    ],
)
def test_that_year_runs_from_the_first_of_august_to_the_last_of_july(when, first, last):
    assert first_of_school_year(day(when)) == day(first)
    assert last_of_school_year(day(when)) == day(last)


@pytest.mark.parametrize(
    ("when", "covered"), [("2026-04-12", False), ("2026-04-13", True), ("2027-07-23", True), ("2027-07-24", False)]
)
def test_it_covers_the_first_day_of_its_first_term_to_the_last_of_its_last(when, covered):
    assert CALENDAR.covers(day(when)) is covered


def test_school_days_and_sessions_have_both_their_ends_inside():
    thursday, monday = day("2026-10-22"), day("2026-11-02")

    assert CALENDAR.school_days(thursday, monday) == (thursday, day("2026-10-23"), monday)
    assert [str(session) for session in CALENDAR.sessions(monday, monday)] == ["Mon 2 Nov 2026 AM", "Mon 2 Nov 2026 PM"]


def test_the_day_itself_is_not_among_the_days_after_it():
    assert CALENDAR.school_day_after(day("2026-11-02"), 1) == day("2026-11-03")
    assert CALENDAR.school_day_after(day("2026-11-01"), 1) == day("2026-11-02")
    assert CALENDAR.school_days_between(day("2026-11-02"), day("2026-11-02")) == 0
    assert CALENDAR.school_days_between(day("2026-11-03"), day("2026-11-02")) == 0


def test_the_last_school_day_can_be_counted_to_and_the_one_after_it_is_refused():
    assert CALENDAR.school_day_after(day("2027-07-21"), 2) == CALENDAR.last
    with pytest.raises(BeyondCalendar, match=r"^3 school days after 21 July 2027 lies past 23 July 2027"):
        CALENDAR.school_day_after(day("2027-07-21"), 3)


def test_the_last_working_day_can_be_counted_to():
    assert CALENDAR.working_day_after(day("2027-07-22"), 1) == CALENDAR.last


def test_a_closure_for_one_year_group_closes_the_school_for_no_other_and_not_as_a_whole():
    pipe = Closure(day("2026-12-01"), "a burst pipe", frozenset({"7"}))
    calendar = example_calendar(closures=[pipe])

    assert [calendar.is_school_day(pipe.on, year) for year in ("7", "9", None)] == [False, True, True]


def test_a_day_beside_the_calendar_is_no_school_day():
    assert not CALENDAR.is_school_day(day("2026-04-12"))
    assert not CALENDAR.is_school_day(day("2027-07-24"))


@pytest.mark.parametrize("after_a_term", ["2026-07-23", "2027-03-26"])
def test_the_weekday_after_a_terms_last_day_is_holiday(after_a_term):
    assert CALENDAR.why_closed(day(after_a_term)) == "it is a school holiday"


def test_before_the_first_school_week_there_is_none():
    assert CALENDAR.school_week(day("2026-04-12")) == -1
    assert CALENDAR.school_week(day("2026-04-13")) == CALENDAR.school_week(day("2026-04-19")) == 0


def test_calendars_are_equal_whatever_was_asked_of_one_before():
    asked = example_calendar()
    asked.school_days_of("9")

    assert asked == example_calendar()
    assert repr(asked) == repr(example_calendar())


def test_runs_of_school_days_bridge_weekends_and_break_at_a_missing_day():
    days = [day(text) for text in ("2026-10-22", "2026-10-23", "2026-11-02", "2026-11-04")]

    assert [len(run) for run in runs_of_school_days(days, CALENDAR, None)] == [3, 1]
