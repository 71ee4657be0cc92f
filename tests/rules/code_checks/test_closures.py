"""A planned closure is for the whole school: worked out over everybody's registers."""

import datetime as dt

import pytest

from rules.calendar import Half, Session
from rules.code_checks.closures import closed_for_some
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.registers import RegisterSpan

MORNING = Session(dt.date(2026, 11, 2), Half.AM)


def school(*codes):
    """A pupil for each code, all of the same morning; `-` is not taken."""
    marks = [NO_MARK if code == "-" else byte_of(AttendanceCode(code)) for code in codes]
    return [RegisterSpan(f"P{n}", (MORNING,), bytes([mark])) for n, mark in enumerate(marks)]


@pytest.mark.parametrize("other", ["/", "I", "N", "U"])
def test_a_closure_while_another_pupil_has_an_ordinary_mark_is_not_the_whole_schools(other):
    assert closed_for_some(school("#", other)) == {MORNING}


@pytest.mark.parametrize("others", [["#"], ["-"], ["Y4"], ["X", "D"], []])
def test_a_closure_stands_while_nobody_could_have_attended(others):
    assert closed_for_some(school("#", *others)) == frozenset()


def test_without_a_closure_there_is_nothing_to_ask():
    assert closed_for_some(school("/", "I")) == frozenset()
