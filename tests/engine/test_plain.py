import datetime as dt

from rules.engine import plain
from rules.engine.frame import frame_of


def test_blobs_of_sessions_become_registers_of_pupils():
    assert plain.registers_of([b"ace", b"bdf"]) == [b"ab", b"cd", b"ef"]


def test_a_pupil_who_came_later_has_no_mark_before():
    assert plain.registers_of([b"\1", b"", b"\1\2"]) == [b"\1\0\1", b"\0\0\2"]


def test_no_sessions_are_no_registers():
    assert plain.registers_of([]) == []


def test_counts_begin_with_the_school_year_and_the_window_does_not(calendar):
    frame = frame_of(calendar, dt.date(2026, 7, 1), dt.date(2026, 9, 9))
    autumn = len(frame.sessions) - frame.counted_from
    row = bytes([21]) * 10 + bytes([1]) * (len(frame.sessions) - 10)

    [found] = plain.figures_of([row], frame)

    assert (found.unauthorised, found.possible) == (0, autumn)
    assert (found.sessions_in_window, found.threshold_met_at) == (10, 9)
