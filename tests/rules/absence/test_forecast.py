"""How many sessions lead across ten per cent, both ways, and by which date."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.vectors import read_vectors
from rules.absence.forecast import absence_forecast, is_over_the_line
from rules.calendar import Closure
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.findings import Outcome
from rules.parameters import parameter
from rules.registers import RegisterSpan

CALENDAR = example_calendar()
MONDAY = dt.date(2026, 11, 2)
PRESENT, ILL = byte_of(AttendanceCode.PRESENT_MORNING), byte_of(AttendanceCode.ILLNESS)
NUMBERS = ("missed_to_persistent", "persistent_on", "attended_to_recover", "recovers_on")
VECTORS = read_vectors(
    Path(__file__).with_name("forecast.yaml"),
    given={"missed", "of", "calendar_ends"},
    expect={*NUMBERS, "sentence"},
)


def a_register(missed, possible, first=MONDAY):
    """Alicia's register with so many sessions missed, the missed ones first."""
    sessions = CALENDAR.sessions(first, CALENDAR.last)[:possible]
    return RegisterSpan("Alicia", sessions, bytes([ILL] * missed + [PRESENT] * (possible - missed)))


def cut_off(calendar, last):
    """The same calendar, known only to a date."""
    terms = [replace(term, last=min(term.last, last)) for term in calendar.terms if term.first <= last]
    return replace(calendar, terms=tuple(terms), _days={})


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_forecast(vector):
    span, expect = a_register(vector["missed"], vector["of"]), vector["expect"]
    calendar = cut_off(CALENDAR, vector.get("calendar_ends", CALENDAR.last))

    found = absence_forecast(span, calendar, "9", span.sessions[-1].date)

    assert {name: getattr(found, name) for name in NUMBERS} == {name: expect.get(name) for name in NUMBERS}
    assert expect.get("sentence", found.finding.sentence) == found.finding.sentence
    assert found.finding.parameters == (parameter("absence/persistent_absence").on(MONDAY),)


def test_a_pupil_without_a_possible_session_has_no_forecast():
    found = absence_forecast(RegisterSpan("Alicia", (), b""), CALENDAR, "9", MONDAY)

    assert found.finding.outcome is Outcome.INSUFFICIENT_DATA
    assert [getattr(found, name) for name in NUMBERS] == [None] * 4


def test_sessions_of_the_school_year_before_are_no_part_of_it():
    last_summer, this_autumn = a_register(20, 20, dt.date(2026, 7, 1)), a_register(0, 18)
    both = RegisterSpan("Alicia", last_summer.sessions + this_autumn.sessions, last_summer.marks + this_autumn.marks)
    as_of = this_autumn.sessions[-1].date

    assert absence_forecast(both, CALENDAR, "9", as_of) == absence_forecast(this_autumn, CALENDAR, "9", as_of)


def test_sessions_of_the_school_year_after_lie_beyond_the_forecast():
    span = a_register(0, 2, dt.date(2026, 7, 20))

    found = absence_forecast(span, CALENDAR, "9", dt.date(2026, 7, 22))

    assert "none left this school year" in found.finding.sentence


def test_a_day_on_which_the_year_group_stays_at_home_is_passed_over():
    calendar = example_calendar(closures=[Closure(dt.date(2026, 11, 13), "mock interviews", frozenset({"9"}))])
    span = a_register(0, 18)

    found = {year: absence_forecast(span, calendar, year, dt.date(2026, 11, 12)).persistent_on for year in ("8", "9")}

    assert found == {"8": dt.date(2026, 11, 13), "9": dt.date(2026, 11, 16)}


def test_marks_after_the_day_asked_are_not_known_yet():
    span = a_register(2, 40)

    found = absence_forecast(span, CALENDAR, "9", dt.date(2026, 11, 13))

    assert found.counts.possible == 20
    assert found.recovers_on == dt.date(2026, 11, 16)


@pytest.mark.parametrize(
    ("missed", "possible", "is_over"), [(0, 0, False), (28, 280, True), (28, 281, False), (27, 280, False)]
)
def test_the_line_is_reached_by_whole_numbers_and_never_without_a_session(missed, possible, is_over):
    assert is_over_the_line(missed, possible, 10) is is_over


@given(
    st.lists(st.sampled_from([PRESENT, PRESENT, PRESENT, ILL, NO_MARK]), min_size=1, max_size=350), st.integers(0, 20)
)
def test_the_forecast_equals_walking_ahead_session_by_session(marks, known_days):
    sessions = CALENDAR.sessions(dt.date(2026, 9, 3), CALENDAR.last)[: len(marks)]
    as_of = sessions[-1].date
    calendar = cut_off(CALENDAR, as_of + dt.timedelta(days=known_days))

    found = absence_forecast(RegisterSpan("Alicia", sessions, bytes(marks)), calendar, "9", as_of)

    assert tuple(getattr(found, name) for name in NUMBERS) == walked(marks, calendar, as_of)


def walked(marks, calendar, as_of):
    """One session after the other, as one would with a pencil."""
    missed, possible = marks.count(ILL), len(marks) - marks.count(NO_MARK)
    if possible == 0:
        return None, None, None, None
    began_over = missed * 10 >= possible
    for number, session in enumerate(calendar.sessions(as_of + dt.timedelta(days=1), calendar.last, "9"), start=1):
        possible += 1
        missed += not began_over
        if (missed * 10 >= possible) is not began_over:
            there = (number, session.date)
            return (None, None, *there) if began_over else (*there, None, None)
    return None, None, None, None
