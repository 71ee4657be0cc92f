"""Real files, real threads, real kills: exactly one run wins, and what is on disk always makes sense."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.ports import Store
from firstbell.records import State
from firstbell.testing.store_conformance import NINE, TEN, a_proposal

RUNS = 4
KILLS = 10

# Takes the same proposals from held to releasing and back, for ever.
MOVER = """
import sys
from connectors.store_sql import open_store
from firstbell.records import State
from firstbell.testing.store_conformance import TEN, a_proposal
store = open_store(sys.argv[1], "st-example")
keys = [a_proposal(pupil=f"pupil-{n}").key for n in range(5)]
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    dispatch = f"dispatch-{turn}"
    if store.proposals.move(keys, State.HELD, State.RELEASING, at=TEN, actor="AB", reason="go", dispatch_key=dispatch):
        store.proposals.record_draft(dispatch, f"draft-{turn}", at=TEN)
    store.proposals.move(keys, State.RELEASING, State.HELD, at=TEN, actor="AB", reason="back")
"""


@pytest.fixture
def file(tmp_path: Path, empty_store_file: Path) -> Path:
    shutil.copy(empty_store_file, tmp_path / "store.db")
    return tmp_path / "store.db"


def test_of_many_runs_moving_the_same_message_exactly_one_wins(file):
    messages = [a_proposal(pupil=f"pupil-{number}") for number in range(20)]
    with closing(open_store(file, "st-example")) as store:
        store.proposals.add(messages, at=NINE, actor="planner")
        winners = compete(file, [message.key for message in messages])

        assert [len(runs) for runs in winners.values()] == [1] * len(messages)
        assert len(store.ledger.entries(kind="message.held")) == len(messages)
        assert store.ledger.verify() == ()


def compete(file: Path, keys: list[str]) -> dict[str, list[int]]:
    """Let several runs move every key, each in an order of its own; who was told that it moved which."""
    winners: dict[str, list[int]] = {key: [] for key in keys}
    start = threading.Barrier(RUNS)

    def run(number: int) -> None:
        with closing(open_store(file, "st-example")) as store:
            order = random.Random(number).sample(keys, len(keys))  # noqa: S311 - no secret
            start.wait()
            for key in order:
                if store.proposals.move([key], State.PROPOSED, State.HELD, at=TEN, actor=f"run {number}", reason="go"):
                    winners[key].append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return winners


def test_of_many_runs_taking_a_lease_exactly_one_gets_it(file):
    got: list[bool] = []
    start = threading.Barrier(RUNS)

    def run() -> None:
        with closing(open_store(file, "st-example")) as store:
            start.wait()
            got.append(store.desk.take_lease("chase", now=NINE, seconds=60))

    threads = [threading.Thread(target=run) for _ in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * (RUNS - 1) + [True]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_killed_at_any_moment_leaves_a_store_that_makes_sense(file, root):
    with closing(open_store(file, "st-example")) as store:
        messages = [a_proposal(pupil=f"pupil-{number}") for number in range(5)]
        store.proposals.add(messages, at=NINE, actor="planner")
        store.proposals.move([each.key for each in messages], State.PROPOSED, State.HELD, at=NINE, actor="A", reason="")
    delays = random.Random(23)  # noqa: S311 - no secret

    for _ in range(KILLS):
        killed_after(delays.uniform(0.0, 0.15), file, root)
        with closing(open_store(file, "st-example")) as store:
            assert_makes_sense(store)

    with closing(open_store(file, "st-example")) as store:
        assert len(store.ledger.entries(kind="message.releasing")) > KILLS


def killed_after(seconds: float, file: Path, root: Path) -> None:
    """Start a run, and kill it so long after its first word."""
    command = [sys.executable, "-c", MOVER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)


def assert_makes_sense(store: Store) -> None:
    """The chain holds, all five moved together, and every state is the one the ledger tells of last."""
    assert store.ledger.verify() == ()
    proposals = store.proposals.find()
    assert len({(each.state, each.dispatch_key, each.draft_id) for each in proposals}) == 1
    told = {entry.facts["key"]: entry.facts["new"] for entry in store.ledger.entries() if "new" in entry.facts}
    assert told == {each.key: each.state for each in proposals}
