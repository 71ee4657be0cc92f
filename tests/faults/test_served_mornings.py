"""The morning from the timer to the families, by a host that is killed and started again."""

import datetime as dt
import re
import sys

import pytest

from tests.faults.outside import Ways
from tests.faults.served import CARDS, HOLD, LATE, LONG_HOLD, PLACES, SENDS, Stage, Tally, play_served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL to send")
SEED, SCHOOLS = 2, 1
# The share of `make torture` that fits in every test run. The office writes when the first message is on its way.
STAGES = (
    Stage(dt.time(9, 45), surely=CARDS),
    Stage(dt.time(10, 30), surely=SENDS),
    Stage(dt.time(11, 15)),
)


def test_a_host_killed_at_every_send_and_card_tells_each_family_once(tmp_path, let_out):
    tally = Tally()

    wrong = play_served(tmp_path, SEED, SCHOOLS, tally, stages=STAGES, ways=Ways(LONG_HOLD, LATE))

    let_out("output of a command", *(log.read_text(encoding="utf-8") for log in tmp_path.glob("host-*.log")))
    assert wrong == []
    assert tally.struck == dict.fromkeys(PLACES, 1)
    assert tally.stopped_on_its_way == 1
    assert tally.messages >= 15


def test_a_morning_in_which_a_family_is_told_twice_is_called_wrong(tmp_path):
    tally, stages = Tally(), (Stage(dt.time(9, 45)), Stage(dt.time(10), surely=SENDS[-1:]))

    wrong = play_served(
        tmp_path, SEED, SCHOOLS, tally, stages=stages, ways=Ways(HOLD, 0), program="tests.faults.planted_host"
    )

    assert tally.struck == {SENDS[-1]: 1}
    (families,) = (each for each in wrong if "families" in each)
    assert re.fullmatch(r"school-1: families: \['told twice: first_day_absence \d+'\]", families)
