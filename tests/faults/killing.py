"""Real processes, killed at any moment and started again until the morning is done; counted at the far end.

A process is `sending_run.py`: the real way out over a real SQLite store, and one of three ways to a real recipient.
"""

import functools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from connectors.store_sql import open_store
from firstbell.ports import Store
from firstbell.records import Proposal, State
from tests.faults.far_ends import FarEnd, HttpService, OutboxFolder, SmtpService
from tests.faults.sending_run import SCHOOL, START, planned, purpose_of, sign

ROOT = Path(__file__).parents[2]
MESSAGES = 12
# From the moment a run is at work.
KILL_AFTER = (0.005, 0.25)
SETTLED_WITHIN = 8
NOT_ALL = {State.HELD, State.RELEASING, State.SENDING}


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: its far end, its share of the kills, and what it may do at worst."""

    far_end: Callable[[Path], AbstractContextManager[FarEnd]]
    share: int
    may_repeat: bool = False
    may_hold: bool = False
    runs: int = 1


WAYS = {
    "outbox on disk": Way(OutboxFolder, 35),
    "outbox on disk, two runs": Way(OutboxFolder, 15, runs=2),
    "mail service over HTTP": Way(HttpService, 30),
    "SMTP, may come twice": Way(SmtpService, 10, may_repeat=True),
    "SMTP, never twice": Way(SmtpService, 10, may_hold=True),
}


@dataclass
class Tally:
    """What became of the messages of many mornings."""

    messages: int = 0
    kills: int = 0
    lost: int = 0
    twice: int = 0
    held: int = 0
    seconds: float = 0.0

    def is_kept(self, way: str) -> bool:
        """Whether the way kept what it promises."""
        rules = WAYS[way]
        return self.lost == 0 and (self.twice == 0 or rules.may_repeat) and (self.held == 0 or rules.may_hold)


class Nursery:
    """A process that has imported everything and forks a run whenever it is asked to."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.sending_run"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)

    def start(self, *told: object) -> int:
        """The process id of a new run, which is at work."""
        return int(self._say(*told))

    def wait(self, process_id: int) -> int:
        """How a run ended: 0, or less the signal that killed it."""
        return int(self._say("wait", process_id))

    def _say(self, *told: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(*told, sep="\t", file=self._process.stdin, flush=True)
        return self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


@dataclass
class Killing:
    """Mornings of killed runs, one after the other, over one way out."""

    way: str
    nursery: Nursery
    chance: random.Random
    tally: Tally

    def morning(self, folder: Path, kills: int) -> None:
        """Kill runs until the morning is done or enough were killed; then let it come to its end, and count."""
        with WAYS[self.way].far_end(folder) as far_end:
            _plan(self.way, folder)
            minute = 0
            while self.tally.kills < kills and _is_unfinished(folder):
                minute += 1
                self._kill(folder, far_end, minute)
            self._bring_to_an_end(folder, far_end, minute)
            self._count(folder, far_end)

    def stopped_morning(self, folder: Path) -> None:
        """A run is stopped for longer than its lease while another comes and goes; then it wakes and goes on."""
        with WAYS[self.way].far_end(folder) as far_end:
            _plan(self.way, folder)
            sleeper = self._start(folder, far_end, 0)
            time.sleep(self.chance.uniform(*KILL_AFTER))
            os.kill(sleeper, signal.SIGSTOP)
            self.nursery.wait(self._start(folder, far_end, 11))
            os.kill(sleeper, signal.SIGCONT)
            self.nursery.wait(sleeper)
            self._bring_to_an_end(folder, far_end, 11)
            self._count(folder, far_end)

    def _bring_to_an_end(self, folder: Path, far_end: FarEnd, minute: int) -> None:
        """Runs that nobody kills, each later than every wait, until nothing is left that another could settle."""
        for calm in range(1, 60):
            assert self.nursery.wait(self._start(folder, far_end, minute + 7 * calm)) == 0
            if not _is_unfinished(folder) and (calm > SETTLED_WITHIN or not _has_doubts(folder)):
                return

    def _start(self, folder: Path, far_end: FarEnd, minute: int) -> int:
        return self.nursery.start(self.way, folder, far_end.address, minute)

    def _kill(self, folder: Path, far_end: FarEnd, minute: int) -> None:
        """Start what runs at once, and kill all of it a moment later."""
        runs = [self._start(folder, far_end, minute) for _ in range(WAYS[self.way].runs)]
        time.sleep(self.chance.uniform(*KILL_AFTER))
        for run in runs:
            os.kill(run, signal.SIGKILL)
        self.tally.kills += sum(self.nursery.wait(run) == -signal.SIGKILL for run in runs)

    def _count(self, folder: Path, far_end: FarEnd) -> None:
        told = Counter(far_end.told())
        with closing(open_store(folder / "firstbell.db", SCHOOL)) as store:
            assert store.ledger.verify() == ()
            proposals = store.proposals.find(purpose=purpose_of(self.way))
        self.tally.messages += len(proposals)
        self.tally.twice += sum(number - 1 for number in told.values())
        self.tally.held += sum(p.state is State.UNKNOWN for p in proposals)
        self.tally.lost += sum(_is_lost(proposal, told) for proposal in proposals)


def kill_again_and_again(way: str, kills: int, *, seed: int = 7, say: Callable[[int], None] = lambda _: None) -> Tally:
    """Mornings of killed runs until so many have been killed."""
    chance, tally, started = random.Random(seed), Tally(), time.perf_counter()  # noqa: S311 - moments, no secret
    with Nursery() as nursery:
        while tally.kills < kills:
            with tempfile.TemporaryDirectory() as folder:
                Killing(way, nursery, chance, tally).morning(Path(folder), kills)
            say(tally.kills)
    tally.seconds = time.perf_counter() - started
    return tally


def _plan(way: str, folder: Path) -> None:
    messages = planned(way, MESSAGES)
    with closing(_store(folder)) as store:
        store.proposals.add(messages, at=START, actor="Firstbell")
        sign(store, messages)


def _store(folder: Path) -> Store:
    """A new store in the folder."""
    (folder / "firstbell.db").write_bytes(_empty_store())
    return open_store(folder / "firstbell.db", SCHOOL)


@functools.cache
def _empty_store() -> bytes:
    """The file of a store with nothing in it: migrating afresh for every morning would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder) / "empty.db", SCHOOL).close()
        return (Path(folder) / "empty.db").read_bytes()


def _is_unfinished(folder: Path) -> bool:
    with closing(open_store(folder / "firstbell.db", SCHOOL)) as store:
        return bool(store.proposals.find(states=NOT_ALL))


def _has_doubts(folder: Path) -> bool:
    with closing(open_store(folder / "firstbell.db", SCHOOL)) as store:
        return bool(store.proposals.find(states=[State.UNKNOWN]))


def _is_lost(proposal: Proposal, told: Counter[str]) -> bool:
    """Whether it never went, though nobody was asked to decide."""
    return proposal.state is not State.UNKNOWN and told[proposal.address.reveal()] == 0
