"""The morning from the timer to the families, by a host that is killed and started again."""

import datetime as dt
import sys

import pytest

from tests.faults.served import Tally, play_served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL to send")
SEED, SCHOOLS, KILLS = 2, 1, 3
# The share of `make torture` that fits in every test run.
STAGES = ((dt.time(9, 45), 1), (dt.time(10), 2), (dt.time(10, 30), 0), (dt.time(10, 45), 0))


def test_a_host_killed_at_random_tells_each_family_once(tmp_path, let_out):
    tally = Tally()

    wrong = play_served(tmp_path, SEED, SCHOOLS, tally, kills=KILLS, stages=STAGES)

    let_out("output of a command", *(log.read_text(encoding="utf-8") for log in tmp_path.glob("host-*.log")))
    assert wrong == []
    assert tally.kills == KILLS
    assert tally.messages >= 15
