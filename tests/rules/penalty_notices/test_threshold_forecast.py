"""How far the national threshold is, and when each session leaves the window of ten school weeks."""

import datetime as dt

import pytest

from firstbell.testing.calendars import example_calendar
from rules.calendar import Half, Session
from rules.codes import AttendanceCode, byte_of
from rules.penalty_notices.forecast import threshold_forecast, threshold_undone
from rules.penalty_notices.national_threshold import national_threshold
from rules.registers import RegisterSpan
from rules.school_age import ALWAYS, NEVER

CALENDAR = example_calendar()
UNAUTHORISED, N = AttendanceCode.UNAUTHORISED, AttendanceCode.UNEXPLAINED


def a_register(*entries):
    sessions = tuple(Session(day, half) for day, half, _ in entries)
    return RegisterSpan("ALICIA", sessions, bytes(byte_of(code) for *_, code in entries))


def both(day, code=UNAUTHORISED):
    return (day, Half.AM, code), (day, Half.PM, code)


def test_eight_sessions_leave_two_to_go():
    days = [dt.date(2026, 11, day) for day in (9, 10, 11, 12)]
    span = a_register(*(entry for day in days for entry in both(day)))

    found = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 11, 13))

    assert found.sessions_to_go == 2
    assert not found.finding.is_met
    assert found.finding.sentence == (
        "8 sessions in the window, 2 to go to the national threshold. Mon 9 Nov 2026 AM leaves it on 1 February 2027."
    )


@pytest.mark.parametrize("sessions", [10, 11])
def test_at_ten_sessions_none_is_to_go_and_a_person_must_consider_it(sessions):
    days = [dt.date(2026, 11, day) for day in (9, 10, 11, 12, 13, 16)]
    span = a_register(*[entry for day in days for entry in both(day)][:sessions])

    found = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 11, 20))

    assert found.sessions_to_go == 0
    assert found.finding.is_met
    assert f"{sessions} sessions in the window: the national threshold is met, so a person" in found.finding.sentence


def test_with_nothing_in_the_window_nothing_is_said_of_leaving_it():
    found = threshold_forecast(a_register(), CALENDAR, ALWAYS, dt.date(2026, 11, 13))

    assert found.finding.sentence == "0 sessions in the window, 10 to go to the national threshold."


def test_the_sentence_names_the_session_that_leaves_first():
    span = a_register(*both(dt.date(2026, 9, 7)), *both(dt.date(2026, 11, 9)))

    found = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 11, 13))

    assert found.finding.sentence.endswith("Mon 7 Sep 2026 AM leaves it on 23 November 2026.")


def test_a_session_leaves_after_ten_school_weeks_holidays_skipped():
    span = a_register(*both(dt.date(2026, 9, 7)))

    found = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 9, 11))

    assert {on for _, on in found.leaves} == {dt.date(2026, 11, 23)}


def test_the_day_a_session_leaves_is_the_first_on_which_it_no_longer_counts():
    span = a_register(*both(dt.date(2026, 9, 7)))

    before = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 11, 20))
    after = threshold_forecast(span, CALENDAR, ALWAYS, dt.date(2026, 11, 23))

    assert (before.sessions_to_go, after.sessions_to_go) == (8, 10)


@pytest.mark.parametrize(
    ("day", "leaves_on"), [(dt.date(2027, 5, 4), dt.date(2027, 7, 19)), (dt.date(2027, 5, 10), None)]
)
def test_a_session_that_leaves_past_the_last_school_week_of_the_calendar_has_no_date(day, leaves_on):
    found = threshold_forecast(a_register(*both(day)), CALENDAR, ALWAYS, day)

    assert {on for _, on in found.leaves} == {leaves_on}
    assert ("where the calendar ends; add the next terms" in found.finding.sentence) is (leaves_on is None)


def test_an_n_makes_it_provisional_and_explaining_it_undoes_that():
    day = dt.date(2026, 11, 9)
    with_n = threshold_forecast(a_register(*both(day, N)), CALENDAR, ALWAYS, day)
    explained = threshold_forecast(a_register(*both(day, AttendanceCode.ILLNESS)), CALENDAR, ALWAYS, day)

    assert with_n.is_provisional
    assert "N is among them and may yet be explained." in with_n.finding.sentence
    assert not explained.is_provisional
    assert "N is among them" not in explained.finding.sentence
    assert explained.sessions_to_go == 10


def test_outside_compulsory_school_age_nothing_is_forecast():
    day = dt.date(2026, 11, 9)

    found = threshold_forecast(a_register(*both(day, N)), CALENDAR, NEVER, day)

    assert found.finding.outcome == "not applicable"
    assert (found.sessions_to_go, found.leaves, found.is_provisional) == (10, (), False)


def test_the_forecast_agrees_with_the_threshold_on_what_is_in_the_window():
    span = a_register(*both(dt.date(2026, 9, 4)), *both(dt.date(2026, 11, 2)), *both(dt.date(2026, 11, 16)))
    as_of = dt.date(2026, 11, 20)

    found = threshold_forecast(span, CALENDAR, ALWAYS, as_of)

    assert len(found.leaves) == national_threshold(span, CALENDAR, ALWAYS, as_of).sessions_in_window == 4


def test_a_threshold_met_by_ns_is_undone_when_they_are_explained():
    days = [dt.date(2026, 11, day) for day in (9, 10, 11, 12)]
    friday, as_of = dt.date(2026, 11, 13), dt.date(2026, 11, 20)
    kept = [entry for day in days for entry in both(day)]
    was = national_threshold(a_register(*kept, *both(friday, N)), CALENDAR, ALWAYS, as_of)
    now = national_threshold(a_register(*kept, *both(friday, AttendanceCode.ILLNESS)), CALENDAR, ALWAYS, as_of)

    found = threshold_undone(friday, now)

    assert threshold_undone(friday, was) is None
    assert found.outcome == "not met"
    assert "met provisionally on 13 November 2026 and is no longer" in found.sentence


def test_a_threshold_met_again_on_a_later_day_says_so():
    later = [entry for day in (16, 17, 18, 19, 20) for entry in both(dt.date(2026, 11, day))]
    now = national_threshold(a_register(*later), CALENDAR, ALWAYS, dt.date(2026, 11, 23))

    found = threshold_undone(dt.date(2026, 11, 13), now)

    assert found.is_met
    assert "it was met on 20 November 2026" in found.sentence
