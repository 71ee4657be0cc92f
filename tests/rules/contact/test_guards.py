"""Each guard alone, and which of two is the one staff read."""

import datetime as dt
import itertools

import pytest

from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.guards import GUARDS, Guard, Situation, guard_against

MONDAY = dt.date(2026, 11, 23)
FACTS = {
    "session": Session(MONDAY, Half.AM),
    "as_of": MONDAY,
    "code": AttendanceCode.UNEXPLAINED,
    "minutes_old": 30,
    "may_be_old_minutes": 30,
    "elsewhere": (),
    "sensitive_hold_until": None,
    "already_told_by_mis": False,
    "is_on_roll": True,
    "is_school_session": True,
    "session_has_ended": False,
    "age_years": 17,
}
# What makes each guard apply when nothing else does.
FAULTS = {
    Guard.NOT_ON_ROLL: {"is_on_roll": False},
    Guard.NO_SESSION: {"is_school_session": False},
    Guard.STALE: {"minutes_old": 31},
    Guard.NOT_TAKEN: {"code": None},
    Guard.NOT_UNEXPLAINED: {"code": AttendanceCode.LATE_BEFORE_CLOSE},
    Guard.ELSEWHERE: {"elsewhere": ("trip",)},
    Guard.SENSITIVE_HOLD: {"sensitive_hold_until": MONDAY},
    Guard.ADULT: {"age_years": 18},
    Guard.TOLD_BY_MIS: {"already_told_by_mis": True},
    Guard.SESSION_OVER: {"session_has_ended": True},
}


def guarded(**changes):
    return guard_against(Situation(**{**FACTS, **changes}))


def test_an_unexplained_absence_with_nothing_against_it_may_be_told():
    assert guarded() is None


@pytest.mark.parametrize(("guard", "fault"), list(FAULTS.items()))
def test_each_guard_stops_by_itself_and_says_why(guard, fault):
    found = guarded(**fault)

    assert found is not None
    assert found.guard is guard
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(Guard, 2)))
def test_of_two_guards_the_earlier_one_is_read(first, second):
    found = guarded(**{**FAULTS[second], **FAULTS[first]})

    assert found is not None
    assert found.guard is first


def test_the_table_holds_every_guard_in_order():
    assert list(GUARDS) == list(Guard)


@pytest.mark.parametrize("code", [code for code in AttendanceCode if code is not AttendanceCode.UNEXPLAINED])
def test_any_code_but_n_stops_the_message(code):
    found = guarded(code=code)

    assert found is not None
    assert found.guard is Guard.NOT_UNEXPLAINED


@pytest.mark.parametrize("minutes_old", [None, -1, 31])
def test_data_of_unknown_age_or_from_the_future_is_too_old(minutes_old):
    found = guarded(minutes_old=minutes_old)

    assert found is not None
    assert found.guard is Guard.STALE


@pytest.mark.parametrize("minutes_old", [0, 30])
def test_data_up_to_the_set_age_is_used(minutes_old):
    assert guarded(minutes_old=minutes_old) is None


def test_a_hold_that_ended_yesterday_holds_no_longer():
    assert guarded(sensitive_hold_until=MONDAY - dt.timedelta(days=1)) is None


def test_a_pupil_on_two_lists_is_told_of_with_both():
    found = guarded(elsewhere=("trip", "music lesson"))

    assert found is not None
    assert "trip and music lesson" in found.sentence


def test_a_held_pupil_is_still_called_about_and_a_trip_pupil_is_not():
    assert Guard.SENSITIVE_HOLD.needs_a_call
    assert not Guard.ELSEWHERE.needs_a_call
