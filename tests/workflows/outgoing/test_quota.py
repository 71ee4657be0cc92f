"""When a mailbox that has sent what it may is worth going on with."""

import datetime as dt

import pytest

from firstbell.quota import take, worth_going_on_at
from firstbell.records import Quota

NOW = dt.datetime(2026, 11, 23, 9, 55, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at_once", "a_minute", "seconds"),
    [
        (30, 30, 60),  # Exchange's: a minute brings thirty
        (30, 60, 30),  # full again sooner
        (1, 1, 60),
        (1, 60, 1),
        (1000, 30, 60),  # never waits to be full for longer than a minute
        (30, 10_000, 0.18),
    ],
)
def test_it_is_when_the_bucket_is_full_again_or_after_a_minute(at_once, a_minute, seconds):
    quota, full_at, there_is_one_at = Quota("office@hill.example", at_once, a_minute), None, None
    while there_is_one_at is None:
        taken = take(full_at, quota, NOW)
        full_at, there_is_one_at = taken.full_at, taken.go_on_at

    assert (worth_going_on_at(there_is_one_at, quota) - NOW).total_seconds() == pytest.approx(seconds, abs=0.001)


def test_it_is_never_before_there_is_one():
    slow = Quota("office@hill.example", 1, 1)

    assert worth_going_on_at(NOW, slow) >= NOW
