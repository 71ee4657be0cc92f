"""Real processes over a real store and real servers on loopback, killed and stopped at any moment."""

import random
import signal
import sys

import pytest

from tests.faults.killing import WAYS, Killing, Nursery, Tally, kill_again_and_again

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")
# The share of `make torture` that fits in every test run.
KILLS, STOPS = 40, 2
ONCE = ("outbox on disk", "mail service over HTTP")


@pytest.mark.parametrize("way", WAYS)
def test_killed_again_and_again_each_way_keeps_what_it_promises(way):
    tally = kill_again_and_again(way, KILLS * WAYS[way].share // 100)

    assert tally.kills >= KILLS * WAYS[way].share // 100
    assert tally.messages > 0
    assert tally.is_kept(way), tally


@pytest.mark.parametrize("way", ONCE)
def test_a_run_stopped_past_its_lease_sends_nothing_a_second_time_when_it_wakes(way, tmp_path):
    assert hasattr(signal, "SIGSTOP")
    chance, tally = random.Random(5), Tally()  # noqa: S311 - moments, no secret

    with Nursery() as nursery:
        for number in range(STOPS):
            folder = tmp_path / str(number)
            folder.mkdir()
            Killing(way, nursery, chance, tally).stopped_morning(folder)

    assert tally.messages == STOPS * 12
    assert (tally.lost, tally.twice, tally.held) == (0, 0, 0)
