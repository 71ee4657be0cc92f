import datetime as dt
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.absence.lateness import lateness
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.registers import Mark

MORNING = Session(dt.date(2026, 11, 2), Half.AM)


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
