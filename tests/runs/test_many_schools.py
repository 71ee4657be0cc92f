"""Many schools in the time that there is: in order, side by side, and where it stopped."""

import datetime as dt
import threading

import pytest

from firstbell.errors import NeedsHuman
from firstbell.runs import many_schools
from firstbell.runs.many_schools import Looking, from_key
from firstbell.testing.fake_clock import FakeClock

KEYS = [f"school-{number:03}" for number in range(10)]


@pytest.fixture(autouse=True)
def _small_lots(monkeypatch):
    monkeypatch.setattr(many_schools, "AT_ONCE", 3)


def test_what_is_found_comes_in_the_order_of_the_keys():
    looking = Looking(str.upper, FakeClock())

    assert list(looking.each(KEYS)) == [key.upper() for key in KEYS]
    assert looking.stopped_at == ""


def test_schools_are_looked_at_side_by_side():
    together = threading.Barrier(3, timeout=10)  # breaks unless three wait for each other

    assert list(Looking(lambda _: together.wait() >= 0, FakeClock()).each(KEYS[:3])) == [True] * 3


@pytest.mark.parametrize(("seconds", "looked_at", "stopped_at"), [(1, 3, KEYS[3]), (3, 9, KEYS[9]), (4, 10, "")])
def test_no_further_lot_is_begun_when_the_time_is_over(seconds, looked_at, stopped_at):
    clock = FakeClock()
    looking = Looking(str.upper, clock, clock.now() + dt.timedelta(seconds=seconds))

    found = []
    for each in looking.each(KEYS):
        found.append(each)
        clock.advance(seconds=1 if len(found) % 3 == 0 else 0)

    assert (len(found), looking.stopped_at) == (looked_at, stopped_at)


def test_going_on_where_it_stopped_looks_at_each_school_once():
    assert [*KEYS[:4], *from_key(KEYS, KEYS[4])] == KEYS


@pytest.mark.parametrize(("first", "found"), [("", 10), ("school-0075", 2), ("zoo", 0)])
def test_the_key_to_begin_with_need_not_be_a_school(first, found):
    assert len(from_key(KEYS, first)) == found


def test_what_goes_wrong_is_raised():
    def look(_key):
        raise NeedsHuman("look", "here")

    with pytest.raises(NeedsHuman):
        list(Looking(look, FakeClock()).each(KEYS))
