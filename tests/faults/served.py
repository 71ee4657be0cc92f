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

from firstbell.cli.serve import FILE
from firstbell.demo.morning import ZONE
from tests.faults.outside import Outside, outside_of
from tests.faults.school_morning import DAY, ROOT

# The story ends at noon: nobody takes the afternoon's registers, and first-day contact rightly refuses to go on then.
# When the host is looked at, and how often it may be killed before it is left to come to its end.
Stages = tuple[tuple[dt.time, int], ...]
A_DAY: Stages = (
    (dt.time(7), 1),
    (dt.time(9, 15), 1),
    (dt.time(9, 45), 2),
    (dt.time(10), 3),
    (dt.time(10, 15), 2),
    (dt.time(10, 30), 1),
    (dt.time(11, 30), 0),
)
KILLED_AFTER = (0.8, 6.0)  # seconds
AIMED = 0.7  # of the kills; the others come at a moment
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
    killed_at: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class ServedMorning:
    """The host of a folder of schools, and the outside of them."""

    folder: Path
    outside: Outside
    chance: random.Random
    tally: Tally

    def __post_init__(self) -> None:
        self.now = dt.datetime.combine(DAY, dt.time(6, 59, 30), tzinfo=ZONE).astimezone(dt.UTC)
        self._environment = {**os.environ, **self.outside.secrets(), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self._logs: list[Path] = []

    def play(self, stages: Stages, kills: int) -> None:
        """At every stage: kill the host some times, and then let it come to its end."""
        self._calm()  # makes the queue; the first tick is the next
        for time_of_day, most in stages:
            at = dt.datetime.combine(DAY, time_of_day, tzinfo=ZONE).astimezone(dt.UTC)
            self.now = max(at, _quarter_after(self.now))
            for _ in range(self.chance.randint(min(most, 1), most)):
                if self.tally.kills < kills:
                    self._killed()
            self._calm()
        for _ in range(MORE_TRIES):
            if self._rows("SELECT queue FROM messages"):
                self.now += HIDDEN
                self._calm()

    def _killed(self) -> None:
        """Start the host and kill it, at a moment or at a request."""
        with self._host() as host:
            if self.chance.random() < AIMED:
                what, most = self.chance.choice(list(AT_REQUEST.items()))
                number, is_done = self.chance.randint(1, most), self.chance.random() < 0.5
                self.outside.kill_at(host.pid, what, number, is_done=is_done)
                self._wait_until_quiet(host)
            else:
                self._wait_for(self._chance_to_be_killed, host)
            self.tally.kills += 1
            host.kill()
            host.wait()
            self.tally.killed_at[self.outside.last_asked()] += 1
        self.now += HIDDEN

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
        command = [sys.executable, "-u", "-m", "firstbell", "serve", "--config", str(self._schools), "--port", "0"]
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
        found = self._rows("SELECT count(*) FROM messages WHERE visible_at <= ? OR visible_at > ?", soon, late)
        return sum(number for (number,) in found)

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
            yield from (f"{school}: {what}: {found}" for what, found in outcome.wrong.items())


def play_served(
    folder: Path, seed: int, schools: int, tally: Tally, *, kills: int, stages: Stages = A_DAY
) -> list[str]:
    """A morning of some schools by a seed, every other one a bad day; what is wrong at its end."""
    chance, seeds = random.Random(seed), tuple(range(1, schools + 1))  # noqa: S311 - moments, no secret
    with outside_of(folder / "schools", seeds) as outside:
        ordered = outside.goes_wrong(1000 * seed) if seed % 2 else 0
        morning = ServedMorning(folder, outside, chance, tally)
        morning.play(stages, tally.kills + kills)
        tally.mornings += 1
        tally.faults += ordered - outside.faults_left()
        tally.requests += outside.requests()
        return list(morning.wrong())


def _quarter_before(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def _quarter_after(moment: dt.datetime) -> dt.datetime:
    return _quarter_before(moment) + QUARTER
