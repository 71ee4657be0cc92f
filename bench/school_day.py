"""What one school's day costs: the Graph requests, processor seconds and memory of each of its jobs.

    python -m bench.school_day [PUPILS]

Each job comes as a message from the queue of `firstbell serve`, and runs behind Azure's own worker library over
Microsoft's SDK and TLS. Only that process is measured: the Microsoft 365 of pretence, the MIS and the clocks are in
another. What a request takes in the real service is not in these seconds. The reference is a host that starts, loads
the app, and does nothing.
"""

import asyncio
import contextlib
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, override

from bench.microsoft_morning import Cloud, RunningClock, asked, settings_for
from firstbell.composition.exports import confirm_columns
from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.school import make_school
from firstbell.demo.school_toml import SCHOOL_KEY
from firstbell.runs.due import Job, due_job
from firstbell.runs.schools import PLATFORM, platform_clock
from firstbell.serve.app import ROOT, load_checked
from firstbell.serve.host import Host
from firstbell.serve.host_json import read_host_json
from firstbell.serve.local_queue import LocalQueue, Taken
from firstbell.settings import load_settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school import CHANNEL, school_tenant
from firstbell.testing.microsoft.school_folder import WEBHOOK_SECRET, make_app_certificate
from firstbell.testing.microsoft.server import running
from firstbell.testing.microsoft.tenant import Person

PUPILS, DAY = 1_200, dt.date(2026, 11, 23)
QUEUE, QUARTER, AGAIN = "school-jobs", "a quarter", "again"
LATER = dt.timedelta(seconds=121)  # over the visibilityTimeout of host.json: what a busy service refused comes again
STARTS = 3  # of the reference
MOST_TRIES = 5  # as host.json has it


@dataclass(frozen=True, slots=True)
class Step:
    """A job, or what all timers bring, at a local time; `what` is new then."""

    job: str
    at: dt.time
    what: str = ""


DAYS_JOBS = (
    Step(Job.SYNC, dt.time(7), "the first of all"),
    Step(Job.WATCHDOG, dt.time(7, 7)),
    Step(Job.CHASE, dt.time(9, 15), "two registers missing"),
    Step(Job.FIRST_DAY_CONTACT, dt.time(9, 45), "messages planned"),
    Step(Job.FIRST_DAY_CONTACT, dt.time(10), "messages sent"),
    Step(Job.CHASE, dt.time(10, 15), "nothing new"),
    Step(Job.FIRST_DAY_CONTACT, dt.time(10, 30), "lists change"),
    Step(Job.FIRST_DAY_CONTACT, dt.time(11), "nothing new"),
    Step(Job.FIRST_DAY_CONTACT, dt.time(11, 15), "nothing new"),
    Step(Job.CHASE, dt.time(11, 15), "nothing new"),
    Step(Job.WATCHDOG, dt.time(11, 22), "nothing new"),
    Step(Job.SYNC, dt.time(11, 25), "nothing new"),
    Step(QUARTER, dt.time(11, 30), "timers, shards and jobs"),
    Step(Job.WEEKLY, dt.time(16), "its first week"),
    Step(Job.WEEKLY, dt.time(16, 30), "nothing new"),
    Step(QUARTER, dt.time(19), "nothing is due"),
    Step(Job.SELF_CHECK, dt.time(23, 0)),
    Step(Job.RETENTION, dt.time(23, 5)),
)


HEADINGS = f"{'':44} processor  x start  round trips  requests  e-mails  queue  tries  wall s   MiB"


class CountingQueue(LocalQueue):
    """Counts what a storage queue would charge for: a put and its end for each message, and takes that found some."""

    operations = 0

    @override
    def put(self, queue: str, bodies: Iterable[str]) -> None:
        told = list(bodies)
        self.operations += len(told)
        super().put(queue, told)

    @override
    def take(self, queue: str, most: int, *, hidden_for: dt.timedelta) -> Sequence[Taken]:
        taken = super().take(queue, most, hidden_for=hidden_for)
        self.operations += bool(taken)
        return taken

    @override
    def finish(self, taken: Taken, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> bool:
        told = [(queue, list(bodies)) for queue, bodies in outputs]
        self.operations += 1 + sum(len(bodies) for _, bodies in told)
        return super().finish(taken, told)

    @override
    def fired(self, timer: str, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        told = [(queue, list(bodies)) for queue, bodies in outputs]
        self.operations += sum(len(bodies) for _, bodies in told)
        super().fired(timer, told)


async def serve_steps(config: Path) -> None:
    """The host's process: a line for each step comes in, and what it took goes out."""
    PLATFORM.place = config
    functions = await load_checked()
    with closing(CountingQueue(config.parent / "queue.db", platform_clock())) as queue:
        host = Host(functions, queue, read_host_json(ROOT / "host.json"), platform_clock(), "", lambda _: None)
        for line in sys.stdin:
            job, at = line.split("\t")
            PLATFORM.ahead += dt.datetime.fromisoformat(at.strip()) - platform_clock().now()
            began, used, operations = time.perf_counter(), _processor(), queue.operations
            if job == QUARTER:
                await host.once()
            elif job != AGAIN:
                queue.put(QUEUE, [due_job(SCHOOL_KEY, job, platform_clock().now()).to_text()])
            await host.drain()
            took = {
                "seconds": time.perf_counter() - began,
                "processor": _processor() - used,
                "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "operations": queue.operations - operations,
                "left": len(queue.bodies(QUEUE)),
            }
            sys.stdout.write(json.dumps(took) + "\n")
            sys.stdout.flush()


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def in_the_cloud(folder: Path, pupils: int) -> Iterator[tuple[Cloud, Exports, list[Moment]]]:
    """A school of so many pupils at the beginning of its day, its tenant, and what will happen."""
    school = make_school(DAY, pupils=pupils)
    moments = [moment for moment in make_morning(school) if moment.at.astimezone(ZONE).date() == DAY]
    clock, exports = RunningClock(), Exports(folder, school)
    clock.set(moments[0].at)
    folder.mkdir()
    exports.write(moments[0].at)
    staff = tuple(Person(person.email, person.name, person.role) for person in school.staff.office)
    tenant = school_tenant(clock.now, certificates=(make_app_certificate(folder),), staff=staff)
    with running(Sandbox(tenant, ROUTES), folder) as server:
        confirm_columns(load_settings(settings_for(server, folder)))
        hook = tenant.channels[CHANNEL].hook(server.url)
        os.environ[f"FIRSTBELL_SECRET_{WEBHOOK_SECRET.upper()}"] = hook  # noqa: TID251 - for the host's process
        yield Cloud(tenant, clock, folder), exports, moments


@contextlib.contextmanager
def host_of(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The host's process, which takes steps."""
    command = [sys.executable, "-m", "bench.school_day", "work", str(folder / "school.toml")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as host:
        yield host
        _pipe(host.stdin).close()


def _pipe(found: IO[str] | None) -> IO[str]:
    if found is None:
        raise SystemExit("the host's process has no pipe")
    return found


@dataclass
class Took:
    """What a step took, over all its tries."""

    seconds: float = 0.0
    processor: float = 0.0
    mib: float = 0.0
    operations: int = 0
    tries: int = 0

    def add(self, told: Mapping[str, Any]) -> None:
        """One more try."""
        self.seconds += told["seconds"]
        self.processor += told["processor"]
        self.mib = told["mib"]
        self.operations += told["operations"]
        self.tries += 1


def taken(host: subprocess.Popen[str], step: Step, clock: FakeClock) -> Took:
    """What the host says that a step took. Raises SystemExit where it failed."""
    took, job = Took(), step.job
    while took.tries < MOST_TRIES:
        print(job, clock.now().isoformat(), sep="\t", file=_pipe(host.stdin), flush=True)
        line = _pipe(host.stdout).readline()
        if not line:
            break
        told = json.loads(line)
        took.add(told)
        if not told["left"]:
            return took
        job = AGAIN
        clock.advance(seconds=LATER.total_seconds())
    raise SystemExit(f"{step.job} at {step.at:%H:%M} failed")


def start_alone(folder: Path) -> float:
    """Processor seconds of a host that loads the app and ends; the least of some."""
    found = []
    for _ in range(STARTS):
        command = [sys.executable, "-m", "bench.school_day", "work", str(folder / "school.toml")]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL) as host:
            _, status, used = os.wait4(host.pid, 0)
            host.returncode = os.waitstatus_to_exitcode(status)
        found.append(used.ru_utime + used.ru_stime)
    return min(found)


def day(folder: Path, pupils: int) -> None:
    """Every step, its figures, and the operations that it asked of Graph."""
    by_step: list[tuple[Step, Counter[str]]] = []
    with in_the_cloud(folder, pupils) as (cloud, exports, moments), ExitStack() as until_done:
        start = start_alone(folder)
        host = until_done.enter_context(host_of(folder))
        print(f"a host of its own that loads the app: {start:.2f} s of processor")
        print(HEADINGS)
        for step in DAYS_JOBS:
            at = dt.datetime.combine(DAY, step.at, tzinfo=ZONE).astimezone(dt.UTC)
            cloud.clock.skip_to(at)
            while moments and moments[0].at <= at:
                exports.play(replace(moments.pop(0), at=at))
            exports.play(Moment(at, "Later."))
            arrived = len(cloud.tenant.mail.arrived)
            took = taken(host, step, cloud.clock)
            found = asked(cloud.tenant)
            by_step.append((step, found.trips))
            name = f"{step.at:%H:%M} {step.job}" + (f", {step.what}" if step.what else "")
            sent = len(cloud.tenant.mail.arrived) - arrived
            print(
                f"{name:44} {took.processor:9.2f} {took.processor / start:8.1f}"
                f" {found.trips.total():11} {found.requests.total():9} {sent:8}"
                f" {took.operations:6} {took.tries:6} {took.seconds:7.1f} {took.mib:5.0f}"
            )
        if cloud.tenant.violations:
            raise SystemExit("; ".join(cloud.tenant.violations))
    for step, trips in by_step:
        print(f"{step.at:%H:%M} {step.job}: " + ", ".join(f"{number} {kind}" for kind, number in trips.most_common()))


def main() -> None:
    if sys.argv[1:2] == ["work"]:
        asyncio.run(serve_steps(Path(sys.argv[2])))
        return
    with tempfile.TemporaryDirectory() as name:
        day(Path(name) / "school", int(sys.argv[1]) if sys.argv[1:] else PUPILS)


if __name__ == "__main__":
    main()
