"""How many sessions lead across ten per cent, both ways, and by which date."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from rules.absence.bands import BandLabel, band_of
from rules.absence.counts import SessionCounts, count_sessions
from rules.absence.forecast import absence_forecast, is_over_the_line
from rules.calendar import SchoolCalendar, Term
from rules.codes import AttendanceCode, byte_of
from rules.registers import RegisterSpan

CALENDAR = example_calendar()
MONDAY = dt.date(2026, 11, 2)
PRESENT, ILL = byte_of(AttendanceCode.PRESENT_MORNING), byte_of(AttendanceCode.ILLNESS)


def a_register(absent, possible):
    """A span from Monday 2 November with so many sessions missed, the missed ones first."""
    sessions = CALENDAR.sessions(MONDAY, CALENDAR.last)[:possible]
    return RegisterSpan("ALICIA", sessions, bytes([ILL] * absent + [PRESENT] * (possible - absent)))


@pytest.mark.parametrize(
    ("absent", "possible", "missed", "on"),
    [
        (0, 18, 2, dt.date(2026, 11, 13)),  # 2 of 20 is exactly ten per cent
        (0, 20, 3, dt.date(2026, 11, 17)),  # 2 of 22 is below it, 3 of 23 above
        (1, 20, 2, dt.date(2026, 11, 16)),
    ],
)
def test_missing_the_next_sessions_reaches_ten_per_cent_on_a_date(absent, possible, missed, on):
    span = a_register(absent, possible)

    found = absence_forecast(span, CALENDAR, "9", span.sessions[-1].date)

    assert (found.missed_to_persistent, found.persistent_on) == (missed, on)
    assert found.attended_to_recover is None


def test_a_pupil_at_exactly_ten_per_cent_recovers_with_the_next_session():
    span = a_register(2, 20)

    found = absence_forecast(span, CALENDAR, "9", span.sessions[-1].date)

    assert found.finding.is_met
    assert (found.attended_to_recover, found.recovers_on) == (1, dt.date(2026, 11, 16))


def test_what_can_not_be_left_behind_before_the_calendar_ends_is_said():
    calendar = SchoolCalendar("Short", "2026-27", (Term("Autumn 2", MONDAY, dt.date(2026, 11, 20)),))
    span = a_register(20, 20)

    found = absence_forecast(span, calendar, "9", dt.date(2026, 11, 13))

    assert found.attended_to_recover is None
    assert "where the calendar ends" in found.finding.sentence


def test_a_pupil_without_a_possible_session_has_no_forecast():
    found = absence_forecast(RegisterSpan("ALICIA", (), b""), CALENDAR, "9", MONDAY)

    assert found.finding.outcome == "insufficient data"


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_forecast_equals_walking_ahead_session_by_session(absent, more):
    possible = absent + more
    span = a_register(absent, possible)
    as_of = span.sessions[-1].date
    ahead = CALENDAR.sessions(as_of + dt.timedelta(days=1), CALENDAR.last, "9")

    found = absence_forecast(span, CALENDAR, "9", as_of)

    if found.finding.is_met:
        attended = found.attended_to_recover or len(ahead)
        assert is_over_the_line(absent, possible + attended - 1, 10)
        assert found.attended_to_recover is None or not is_over_the_line(absent, possible + attended, 10)
    else:
        missed = found.missed_to_persistent
        assert is_over_the_line(absent + missed, possible + missed, 10)
        assert not is_over_the_line(absent + missed - 1, possible + missed - 1, 10)
        assert found.persistent_on == ahead[missed - 1].date


@pytest.mark.parametrize(
    ("absent", "possible", "label"),
    [
        (0, 0, BandLabel.NO_DATA),
        (4, 100, BandLabel.ON_TRACK),
        (5, 100, BandLabel.AT_RISK),
        (9, 100, BandLabel.AT_RISK),
        (10, 100, BandLabel.PERSISTENT),
        (28, 281, BandLabel.AT_RISK),
        (49, 100, BandLabel.PERSISTENT),
        (50, 100, BandLabel.SEVERE),
    ],
)
def test_the_band_is_read_off_whole_numbers(absent, possible, label):
    counts = counted(absent, possible)

    assert band_of(counts, MONDAY, 5, 20).label is label


def test_a_percentage_of_few_sessions_is_called_early():
    assert band_of(counted(2, 19), MONDAY, 5, 20).is_early
    assert "too early" in band_of(counted(2, 19), MONDAY, 5, 20).finding.sentence
    assert not band_of(counted(2, 20), MONDAY, 5, 20).is_early


def counted(absent, possible) -> SessionCounts:
    return count_sessions(bytes([ILL] * absent + [PRESENT] * (possible - absent)))
