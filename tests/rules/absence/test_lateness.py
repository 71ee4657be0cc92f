import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.absence.counts import SessionCounts
from rules.absence.lateness import lateness, mark_for_arrival, register_stays_open_too_long
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.parameters import UnknownParameter
from rules.registers import Mark

MORNING = Session(dt.date(2026, 11, 2), Half.AM)
OPENS, CLOSES = dt.time(8, 45), dt.time(9, 15)
BEST_TO_WORST = [AttendanceCode.PRESENT_MORNING, AttendanceCode.LATE_BEFORE_CLOSE, AttendanceCode.LATE_AFTER_CLOSE]
VECTORS = read_vectors(
    Path(__file__).with_name("lateness.yaml"),
    given={"half", "opens", "closes", "arrived"},
    expect={"mark"},
)


def time(text):
    return dt.time.fromisoformat(text)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_mark_of_an_arrival(vector):
    session = Session(MORNING.date, Half(vector.get("half", "AM")))
    opens, closes = time(vector.get("opens", "08:45")), time(vector.get("closes", "09:15"))
    arrived = time(vector["arrived"])

    assert mark_for_arrival(session, arrived, opens, closes) == vector["expect"]["mark"]


@given(st.times(), st.times())
def test_coming_later_never_earns_a_better_mark(one, other):
    earlier, later = (mark_for_arrival(MORNING, at, OPENS, CLOSES) for at in sorted((one, other)))

    assert BEST_TO_WORST.index(earlier) <= BEST_TO_WORST.index(later)


@pytest.mark.parametrize("closes", [dt.time(8, 45), dt.time(8, 30)])
def test_a_register_that_closes_before_it_opens_is_refused(closes):
    with pytest.raises(ValueError, match=r"opens before it closes, found 08:45 and 08:"):
        mark_for_arrival(MORNING, dt.time(8, 50), OPENS, closes)
    with pytest.raises(ValueError, match="opens before it closes"):
        register_stays_open_too_long(OPENS, closes, MORNING.date)


@pytest.mark.parametrize(
    ("closes", "is_too_long", "words"),
    [
        (dt.time(9, 14), False, "open for 29 minutes, within the 30 allowed"),
        (dt.time(9, 15), False, "open for 30 minutes, within the 30 allowed"),
        (dt.time(9, 15, 30), True, "longer than the 30 allowed"),
        (dt.time(9, 16), True, "open for 31 minutes, longer than the 30 allowed"),
    ],
)
def test_a_register_is_open_for_thirty_minutes_at_most(closes, is_too_long, words):
    found = register_stays_open_too_long(OPENS, closes, MORNING.date)

    assert found.is_met is is_too_long
    assert words in found.sentence
    assert found.parameters[0].parameter == "attendance_register/open_at_most"


def test_how_long_registers_were_open_before_august_2024_is_not_judged():
    with pytest.raises(UnknownParameter):
        register_stays_open_too_long(OPENS, CLOSES, dt.date(2024, 8, 18))


def test_punctuality_is_of_arrivals_on_site_so_a_trip_is_neither_on_time_nor_late():
    counts = SessionCounts(possible=10, attending=8, approved_activity=2, late_before_close=1, late_after_close=2)

    late = lateness(counts)

    assert (late.on_time, late.late_before_close, late.late_after_close) == (5, 1, 2)
    assert late.punctuality_percent == Fraction(500, 8)


def test_a_pupil_who_never_arrived_has_no_punctuality():
    assert lateness(SessionCounts(possible=2, authorised=2)).punctuality_percent is None


def test_minutes_are_summed_where_the_mis_gives_them_and_unknown_where_it_does_not():
    marks = [Mark("Alicia", MORNING, AttendanceCode.LATE_BEFORE_CLOSE, minutes) for minutes in (5, 12, None)]

    assert lateness(SessionCounts(), marks).minutes_late == 17
    assert lateness(SessionCounts(), marks[2:]).minutes_late is None
