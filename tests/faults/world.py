"""The world of one simulated morning: a clock, marks, a mail service, a store, and whose turn it is."""

import datetime as dt
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import ClassVar

from firstbell.records import LedgerEntry, Proposal
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_store import FakeLedger, FakeProposals, FakeStore
from tests.faults.gate import Gate
from tests.faults.plan import Plan
from tests.faults.provider import Provider

PAST_THE_LEASE = 11


class UnsealedLedger(FakeLedger):
    """Keeps the entries and not the chain: sealing takes a third of a morning's time, so only some are sealed."""

    def append(self, kind, *, at, actor, facts, pupil_id=None):
        self.stored.append(entry := LedgerEntry(len(self.stored) + 1, at, kind, pupil_id, actor, facts, "", ""))
        return entry


def in_memory(plan: Plan, clock: FakeClock) -> Provider:
    """The mail service of a plan, without any line to it."""
    return Provider(clock, plan.second_send, dt.timedelta(minutes=plan.lag), plan.lag_shows)


class World:
    """What every run of the morning shares, and outlives every run."""

    def __init__(
        self,
        plan: Plan,
        *,
        proposals: type[FakeProposals] = FakeProposals,
        provider: Callable[[Plan, FakeClock], Provider] | None = None,
        is_sealed: bool = True,
    ) -> None:
        self.plan = plan
        self.clock = FakeClock()
        self.store = FakeStore()
        self.store.ledger = FakeLedger("hill") if is_sealed else UnsealedLedger("hill")
        self.store.proposals = proposals(self.store.ledger)
        self.provider = (provider or in_memory)(plan, self.clock)
        self.operations = 0
        self.in_school: dict[int, dt.datetime] = {}
        self.planned: list[Proposal] = []
        self.met: Counter[str] = Counter()
        self.faults: list[str] = []
        self.is_calm = False
        self.baton = Baton() if plan.runs > 1 or "sleep" in plan.faults.values() else None

    def turn(self, gate: Gate) -> str | None:
        """Let the world go on before this call; the fault it meets, if any."""
        if self.is_calm:
            return None
        here = self.operations
        if self.baton is not None and here in self.plan.switches:
            self.operations += 1
            self.baton.hand_over(self.plan.switches[here])
            return self.turn(gate)
        self.operations += 1
        if here in self.plan.changes:
            self.in_school.setdefault(self.plan.changes[here], self.clock.now())
        if here in self.plan.deletions:
            self.met["a person deletes the drafts"] += len(self.provider.drafts)
            for draft_id in list(self.provider.drafts):
                self.provider.discard(draft_id)
        return self.plan.faults.get(here)

    def sleep(self) -> None:
        """The process is stopped, as by SIGSTOP or a laptop's lid, and wakes when later runs have come and gone."""
        self.met["sleep"] += 1
        self.clock.advance(minutes=PAST_THE_LEASE)
        if self.baton is not None:
            self.baton.sleep()


class Baton:
    """Lets several threads run one at a time, in an order that the plan says: the same plan, the same morning."""

    def __init__(self) -> None:
        self._main = threading.Lock()
        self._main.acquire()
        self._workers: list[Worker] = []
        self._ready: list[Worker] = []
        self._asleep: deque[Worker] = deque()
        self._current: Worker | None = None
        self._turn = 0

    def start(self, jobs: list[Callable[[], None]]) -> None:
        self._ready += [Worker.at_work_on(job, self._main) for job in jobs]

    def run(self) -> None:
        """Until every run that is awake has come to its end."""
        while self._ready:
            self._current = self._ready[self._turn % len(self._ready)]
            self._current.go_on()
            self._main.acquire()
            if self._current.is_done:
                self._ready.remove(self._current)

    def wake(self) -> None:
        """The one that slept longest goes on with the next runs."""
        if self._asleep:
            self._ready.append(self._asleep.popleft())

    @property
    def has_sleepers(self) -> bool:
        return bool(self._asleep)

    def hand_over(self, turn: int) -> None:
        """Called by the run that has the baton: another may go on first."""
        if len(self._ready) > 1 and self._current is not None:
            self._turn = turn
            self._current.stop()

    def sleep(self) -> None:
        current = self._current
        if current is None:
            return
        self._ready.remove(current)
        self._asleep.append(current)
        current.stop()


class Worker:
    """A thread that is used again and again: making one for every run would take most of the time."""

    _idle: ClassVar[deque["Worker"]] = deque()

    def __init__(self) -> None:
        self._go, self._job, self._main = threading.Lock(), None, None
        self._go.acquire()
        self.is_done = False
        threading.Thread(target=self._work, daemon=True).start()

    @classmethod
    def at_work_on(cls, job: Callable[[], None], main: threading.Lock) -> "Worker":
        worker = cls._idle.pop() if cls._idle else cls()
        worker._job, worker._main, worker.is_done = job, main, False
        return worker

    def go_on(self) -> None:
        self._go.release()

    def stop(self) -> None:
        """Give the baton back, and wait for the next turn."""
        self._main.release()
        self._go.acquire()

    def _work(self) -> None:
        while True:
            self._go.acquire()
            self._job()
            self.is_done = True
            self._idle.append(self)
            self._main.release()
