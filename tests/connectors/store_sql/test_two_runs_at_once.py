"""Real stores, real threads, real kills: exactly one run wins, and what is kept always makes sense."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.ports import Store
from firstbell.records import State
from firstbell.testing.store_conformance.samples import MONDAY, MONDAY_AM, NINE, TEN, a_proposal, save, walk
from rules.codes import AttendanceCode as Code

RUNS = 4
KILLS = 10
ENTRIES = 15

# Takes the same proposals from held to releasing and back, for ever, and counts its turns aloud.
MOVER = """
import json, sys
from connectors.store_sql import open_server_store, open_store
from firstbell.records import State
from firstbell.settings import StoreSettings
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.store_conformance.samples import TEN, a_proposal
where = json.loads(sys.argv[1])
if "file" in where:
    store = open_store(where["file"], where["school"])
else:
    store = open_server_store(StoreSettings(**where["server"]), FakeSecrets(**where["secrets"]), where["school"])
keys = [a_proposal(pupil=f"pupil-{n}").key for n in range(5)]
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    dispatch = f"dispatch-{turn}"
    if store.proposals.move(keys, State.HELD, State.RELEASING, at=TEN, actor="AB", reason="go", dispatch_key=dispatch):
        store.proposals.record_draft(dispatch, f"draft-{turn}", at=TEN)
    print(turn, flush=True)
    store.proposals.move(keys, State.RELEASING, State.HELD, at=TEN, actor="AB", reason="back")
"""


@dataclass(frozen=True)
class Place:
    """Where one school's store is: how a run in this process opens it, and what a run in another is told."""

    open: Callable[[], Store]
    told: dict[str, object]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path: Path, empty_store_file: Place) -> Place:
    if request.param == "sqlite":
        file = tmp_path / "store.db"
        shutil.copy(empty_store_file, file)
        return Place(lambda: open_store(file, "st-example"), {"file": str(file), "school": "st-example"})
    server = request.getfixturevalue("server")
    school, settings = server.new_school(), server.settings()
    secrets = {settings.password_secret: server.secrets.secret(settings.password_secret).current}
    told = {"server": settings.model_dump(mode="json"), "secrets": secrets, "school": school}
    return Place(lambda: server.open(school), told)


def test_of_many_runs_moving_the_same_message_exactly_one_wins(place):
    messages = [a_proposal(pupil=f"pupil-{number}") for number in range(20)]
    with closing(place.open()) as store:
        store.proposals.add(messages, at=NINE, actor="planner")
        winners = compete(place, [message.key for message in messages])

        assert [len(runs) for runs in winners.values()] == [1] * len(messages)
        assert len(store.ledger.entries(kind="message.held")) == len(messages)
        assert store.ledger.verify() == ()


def compete(place: Place, keys: list[str]) -> dict[str, list[int]]:
    """Let several runs move every key, each in an order of its own; who was told that it moved which."""
    winners: dict[str, list[int]] = {key: [] for key in keys}

    def run(number: int) -> None:
        with closing(place.open()) as store:
            for key in random.Random(number).sample(keys, len(keys)):  # noqa: S311 - no secret
                if store.proposals.move([key], State.PROPOSED, State.HELD, at=TEN, actor=f"run {number}", reason="go"):
                    winners[key].append(number)

    at_once(*(lambda number=number: run(number) for number in range(RUNS)))
    return winners


def test_of_many_runs_taking_a_lease_exactly_one_gets_it(place):
    got: list[bool] = []

    def take() -> None:
        with closing(place.open()) as store:
            got.append(store.desk.take_lease("chase", now=NINE, seconds=60))

    at_once(*[take] * RUNS)

    assert sorted(got) == [False] * (RUNS - 1) + [True]


def at_once(*actions: Callable[[], object]) -> None:
    """Do these in threads of their own that start together."""
    start = threading.Barrier(len(actions))

    def act(action: Callable[[], object]) -> None:
        start.wait()
        action()

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_entries_that_many_runs_append_make_one_chain_without_a_gap(place):
    def append() -> None:
        with closing(place.open()) as store:
            for number in range(ENTRIES):
                store.ledger.append("note", at=NINE, actor="AB", facts={"number": str(number)})

    at_once(*[append] * RUNS)

    with closing(place.open()) as store:
        assert [entry.number for entry in store.ledger.entries()] == list(range(1, RUNS * ENTRIES + 1))
        assert store.ledger.verify() == ()


def test_runs_that_plan_the_same_messages_add_each_once(place):
    planned = [a_proposal(pupil=f"pupil-{number}") for number in range(20)]
    added: list[str] = []

    def plan() -> None:
        with closing(place.open()) as store:
            added.extend(each.key for each in store.proposals.add(planned, at=NINE, actor="planner"))

    at_once(*[plan] * RUNS)

    assert sorted(added) == sorted(each.key for each in planned)


def test_a_draft_is_recorded_by_one_of_many_runs(place):
    with closing(place.open()) as store:
        walk(store, a_proposal(), State.HELD, State.RELEASING)
    won: list[str] = []

    def record(draft: str) -> None:
        with closing(place.open()) as store:
            if store.proposals.record_draft("dispatch-1", draft, at=TEN):
                won.append(draft)

    at_once(*(lambda draft=f"draft-{number}": record(draft) for number in range(RUNS)))

    with closing(place.open()) as store:
        assert [each.draft_id for each in store.proposals.find()] == won
        assert len(won) == 1


def test_marks_saved_by_runs_at_once_are_each_one_amendment(place):
    with closing(place.open()) as store:
        save(store, *((f"pupil-{number}", MONDAY_AM, Code.UNEXPLAINED) for number in range(RUNS)))

    def amend(number: int) -> None:
        with closing(place.open()) as store:
            save(store, (f"pupil-{number}", MONDAY_AM, Code.ILLNESS), ("pupil-0", MONDAY_AM, Code.ILLNESS))

    at_once(*(lambda number=number: amend(number) for number in range(RUNS)))

    with closing(place.open()) as store:
        assert sorted(each.pupil_id for each in store.registers.mark_changes(MONDAY, MONDAY)) == [
            f"pupil-{number}" for number in range(RUNS)
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_killed_at_any_moment_leaves_a_store_that_makes_sense(place, root):
    with closing(place.open()) as store:
        messages = [a_proposal(pupil=f"pupil-{number}") for number in range(5)]
        store.proposals.add(messages, at=NINE, actor="planner")
        store.proposals.move([each.key for each in messages], State.PROPOSED, State.HELD, at=NINE, actor="A", reason="")
    chance = random.Random(23)  # noqa: S311 - no secret

    for _ in range(KILLS):
        killed_after(chance.randint(1, 4), chance.uniform(0.0, 0.02), place, root)
        with closing(place.open()) as store:
            assert_makes_sense(store)

    with closing(place.open()) as store:
        assert len(store.ledger.entries(kind="message.releasing")) > KILLS


def killed_after(turns: int, seconds: float, place: Place, root: Path) -> None:
    """Start a run, and kill it so long after so many turns."""
    command = [sys.executable, "-c", MOVER, json.dumps(place.told)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(1 + turns)]
        assert said[0] == b"ready"
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)


def assert_makes_sense(store: Store) -> None:
    """The chain holds, all five moved together, and every state is the one the ledger tells of last."""
    assert store.ledger.verify() == ()
    proposals = store.proposals.find()
    assert len({(each.state, each.dispatch_key, each.draft_id) for each in proposals}) == 1
    told = {entry.facts["key"]: entry.facts["new"] for entry in store.ledger.entries() if "new" in entry.facts}
    assert told == {each.key: each.state for each in proposals}
