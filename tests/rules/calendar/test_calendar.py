import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from rules.calendar import BeyondCalendar, Closure, school_year_of
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


def test_a_working_day_past_the_calendar_is_refused():
    with pytest.raises(BeyondCalendar, match="add the next terms"):
        CALENDAR.working_day_after(CALENDAR.last, 1)


@pytest.mark.parametrize(("when", "year"), [("2026-07-31", 2025), ("2026-08-01", 2026), ("2027-01-04", 2026)])
def test_the_absence_collection_counts_its_year_from_august(when, year):
    assert school_year_of(day(when)) == year


def test_runs_of_school_days_bridge_weekends_and_break_at_a_missing_day():
    days = [day(text) for text in ("2026-10-22", "2026-10-23", "2026-11-02", "2026-11-04")]

    assert [len(run) for run in runs_of_school_days(days, CALENDAR, None)] == [3, 1]
