"""A morning of some schools from the timer to the families: `firstbell serve`, killed at random and started again.

The host is the real command in a process of its own, its schools' tenants are in another. After every kill it is
started with a clock that is eleven minutes on, when the queue shows again what the killed one had taken and the claims
of its runs are over.
"""

import contextlib
import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from firstbell.cli.serve import FILE
from firstbell.demo.morning import ZONE
from tests.faults.outside import Aim, Outside, Ways, outside_of
from tests.faults.school_morning import DAY, ROOT

ALERT = "Safeguarding case"
# Where it matters most, and a host is surely killed.
PLACES = {
    "before a draft is made": Aim(r"^POST .*/messages$", to_a_family=True),
    "when a draft is made, and its id not recorded": Aim(r"^POST .*/messages$", is_done=True, to_a_family=True),
    "before what is drafted is sent": Aim(r"^POST .*/send$", to_a_family=True),
    "when it is sent, and not written down": Aim(r"^POST .*/send$", is_done=True, to_a_family=True),
    "before a card is posted": Aim("^POST /powerautomate", says=ALERT),
    "when a card is posted, and not written down": Aim("^POST /powerautomate", is_done=True, says=ALERT),
}
SENDS, CARDS = tuple(PLACES)[:4], tuple(PLACES)[4:]


class Stage(NamedTuple):
    """A time at which the host is looked at, where it is killed `surely`, and how often by chance at most before it is
    left to come to its end. What could not be struck is left for the next stage.
    """

    at: dt.time
    by_chance: int = 0
    surely: tuple[str, ...] = ()


def a_day(chance: random.Random, hold_minutes: int) -> tuple[Stage, ...]:
    """A morning from seven, that ends before noon: nobody takes the afternoon's registers.

    The cards are posted as the messages are planned, and each kill takes eleven minutes of the hold.
    """
    is_long, sends = hold_minutes == LONG_HOLD, tuple(chance.sample(SENDS, len(SENDS)))
    return (
        Stage(dt.time(7), 1),
        Stage(dt.time(9, 15), 1),
        Stage(dt.time(9, 45), 0 if is_long else 1, CARDS if is_long else ()),
        Stage(dt.time(10, 30) if is_long else dt.time(10), 1, sends),
        Stage(dt.time(10, 45), 1),
        Stage(dt.time(11, 30)),
        Stage(dt.time(11, 45)),
    )


HOLD, LONG_HOLD, LATE = 10, 25, 45  # minutes
KILLED_AFTER = (0.8, 6.0)  # seconds
AIMED = 0.7  # of the kills by chance; the others come at a moment
# At which requests, and at the how-manieth of them at most.
AT_REQUEST = {
    "": 160,
    r"^POST .*/send$": 24,
    r"^POST .*/messages$": 24,
    r"^POST /powerautomate": 6,
    r"^POST .*\$batch$": 12,
    r"Session$": 6,
    r"^PUT ": 4,
}
HIDDEN = dt.timedelta(minutes=11)
QUARTER = dt.timedelta(minutes=15)
# What is seen again later than this is at work now; sooner comes what was put back to be tried again.
AT_WORK = dt.timedelta(minutes=3)
MORE_TRIES = 6  # at the end, for what a busy service left on the queue
STANDS_STILL = 15  # seconds without a request: the host waits for a moment that a killed one need not wait for
UNHEARD = 60  # seconds in which a host must come up


@dataclass
class Tally:
    """What became of many mornings."""

    mornings: int = 0
    starts: int = 0
    kills: int = 0
    waits: int = 0
    faults: int = 0
    requests: int = 0
    messages: int = 0
    by_phone: int = 0
    set_aside: int = 0
    stopped_on_its_way: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class ServedMorning:
    """The host of a folder of schools, and the outside of them; `program` is a module that is run as one."""

    folder: Path
    outside: Outside
    chance: random.Random
    tally: Tally
    program: str = "firstbell"

    def __post_init__(self) -> None:
        self.now = dt.datetime.combine(DAY, dt.time(6, 59, 30), tzinfo=ZONE).astimezone(dt.UTC)
        self._environment = {**os.environ, **self.outside.secrets(), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self._logs: list[Path] = []

    def play(self, stages: tuple[Stage, ...], kills: int) -> None:
        """At every stage: kill the host surely and by chance, and then let it come to its end."""
        self._calm()  # makes the queue; the first tick is the next
        surely: list[str] = []
        for stage in stages:
            at = dt.datetime.combine(DAY, stage.at, tzinfo=ZONE).astimezone(dt.UTC)
            self.now = max(at, _quarter_after(self.now))
            surely += stage.surely
            is_at_its_end = self._strike(surely)
            for _ in range(self.chance.randint(min(stage.by_chance, 1), stage.by_chance)):
                if self.tally.kills < kills:
                    is_at_its_end = not self._killed(self._aim())
            if not is_at_its_end:
                self._calm()
        for _ in range(MORE_TRIES):
            if self._rows("SELECT queue FROM messages"):
                self.now += HIDDEN
                self._calm()

    def _strike(self, surely: list[str]) -> bool:
        """Kill the host at one place after the other; whether it came to its end before it came to the next."""
        while surely:
            if not self._killed(PLACES[surely[0]]):
                return True
            self.tally.struck[surely.pop(0)] += 1
        return False

    def _aim(self) -> Aim | None:
        """A request at which to kill; none, to kill at a moment."""
        if self.chance.random() >= AIMED:
            return None
        what, most = self.chance.choice(list(AT_REQUEST.items()))
        return Aim(what, self.chance.randint(1, most), is_done=self.chance.random() < 0.5)

    def _killed(self, aim: Aim | None) -> bool:
        """Start the host and kill it, at a moment or at a request; False where it came to its end before that."""
        with self._host() as host:
            if aim is None:
                self._wait_for(self._chance_to_be_killed, host)
            else:
                self.outside.kill_at(host.pid, aim)
                self._wait_until_quiet(host)
            is_killed = aim is None or self.outside.has_struck()
            host.kill()
            host.wait()
        if is_killed:
            self.tally.kills += 1
            self.tally.killed_at[self.outside.last_asked()] += 1
        self.now += HIDDEN if is_killed else dt.timedelta(seconds=30)
        return is_killed

    def _chance_to_be_killed(self) -> bool:
        time.sleep(self.chance.uniform(*KILLED_AFTER))
        return True

    def _calm(self) -> None:
        """Let the host do all that can be done now; stopped politely or by force, for there is no difference."""
        with self._host() as host:
            if not self._wait_until_quiet(host):
                self.tally.waits += 1
            host.send_signal(signal.SIGKILL if self.chance.random() < 0.5 else signal.SIGINT)
            host.wait()
        self.now += dt.timedelta(seconds=30)

    @contextlib.contextmanager
    def _host(self) -> Iterator[subprocess.Popen[bytes]]:
        self.outside.it_is(self.now)
        at, began = f"{self.now.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}", time.perf_counter()
        command = [sys.executable, "-u", "-m", self.program, "serve", "--config", str(self._schools), "--port", "0"]
        self._logs.append(self.folder / f"host-{len(self._logs)}.log")
        with self._logs[-1].open("wb") as log:
            pipes = {"stdout": log, "stderr": subprocess.STDOUT}
            host = subprocess.Popen([*command, "--at", at], cwd=self.folder, env=self._environment, **pipes)
            try:
                yield host
            finally:
                host.kill()
                host.wait()
        self.tally.starts += 1
        self.now += dt.timedelta(seconds=time.perf_counter() - began)

    @property
    def _schools(self) -> Path:
        return self.folder / "schools"

    def _wait_until_quiet(self, host: subprocess.Popen[bytes]) -> bool:
        """Until the timers have fired, the queues are empty or the process is dead; False where it stands still."""
        heard, since, began = 0, time.perf_counter(), time.perf_counter()
        while host.poll() is None:
            if self._is_quiet():
                return True
            if (now_heard := self.outside.requests()) != heard:
                heard, since = now_heard, time.perf_counter()
            if time.perf_counter() - since > STANDS_STILL and time.perf_counter() - began > UNHEARD / 2:
                return False
            time.sleep(0.1)
        return True

    def _wait_for(self, end, host) -> None:
        while host.poll() is None and not end():
            pass

    def _is_quiet(self) -> bool:
        """Whether every timer has fired at its last tick, and no message is at work or could be taken."""
        now = self.outside.moment()
        return all(last >= tick for last, tick in self._ticks(now)) and not self._waiting(now)

    def _ticks(self, now: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """When each timer fired last, and when it should have."""
        fired = dict(self._rows("SELECT name, last_at FROM timers"))
        for name, past in (("schools_clock", 0), ("watchdog_clock", 7)):
            last = dt.datetime.fromtimestamp(fired.get(name, 0) / 1000, dt.UTC)
            yield last, _quarter_before(now - dt.timedelta(minutes=past)) + dt.timedelta(minutes=past)

    def _waiting(self, now: dt.datetime) -> int:
        soon, late = (int(each.timestamp() * 1000) for each in (now, now + AT_WORK))
        waiting = "visible_at <= ? OR (visible_at > ? AND dequeue_count > 0)"  # what is left for later was never taken
        return sum(number for (number,) in self._rows(f"SELECT count(*) FROM messages WHERE {waiting}", soon, late))  # noqa: S608

    def _rows(self, query: str, *values: int) -> list[tuple]:
        """Of the queue's file; none where it has not been made, or the host was killed while it made it."""
        with contextlib.suppress(sqlite3.OperationalError), closing(self._queue()) as connection:
            return connection.execute(query, values).fetchall()
        return []

    def _queue(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._schools / FILE}?mode=rw", timeout=10, uri=True)

    def wrong(self) -> Iterator[str]:
        """What is wrong at the end: in the queue, in what the host said, and at each school."""
        yield from (f"left on {queue}" for (queue,) in self._rows("SELECT queue FROM messages"))
        queue = b"".join(file.read_bytes() for file in self._schools.glob(f"{FILE}*")).decode("latin1")
        said = "".join(log.read_text(encoding="utf-8") for log in self._logs)
        yield from (f"personal on the queue: {word}" for word in self.outside.personal_in(queue))
        yield from (f"personal in what the host said: {word}" for word in self.outside.personal_in(said))
        yield from (f"a traceback in {log.name}" for log in self._logs if "Traceback" in log.read_text("utf-8"))
        for school, outcome in self.outside.outcomes().items():
            self.tally.by_phone += outcome.by_phone
            self.tally.messages += outcome.messages
            self.tally.set_aside += outcome.set_aside
            self.tally.stopped_on_its_way += outcome.stopped_on_its_way
            yield from (f"{school}: {what}: {found}" for what, found in outcome.wrong.items())


def play_served(
    folder: Path,
    seed: int,
    schools: int,
    tally: Tally,
    *,
    kills: int = 0,
    stages: tuple[Stage, ...] = (),
    ways: Ways | None = None,
    program: str = "firstbell",
) -> list[str]:
    """A morning of some schools by a seed, every other one a bad day; what is wrong at its end.

    `kills` is how many come by chance at most. Stages and ways are drawn where they are not given.
    """
    chance, seeds = random.Random(seed), tuple(range(1, schools + 1))  # noqa: S311 - moments, no secret
    ways = ways or Ways(chance.choice((HOLD, LONG_HOLD)), chance.choice((0, LATE)))
    with outside_of(folder / "schools", seeds, ways) as outside:
        ordered = outside.goes_wrong(1000 * seed) if seed % 2 else 0
        morning = ServedMorning(folder, outside, chance, tally, program)
        morning.play(stages or a_day(chance, ways.hold_minutes), tally.kills + kills)
        tally.mornings += 1
        tally.faults += ordered - outside.faults_left()
        tally.requests += outside.requests()
        return list(morning.wrong())


def _quarter_before(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def _quarter_after(moment: dt.datetime) -> dt.datetime:
    return _quarter_before(moment) + QUARTER
