"""What a morning in Microsoft 365 asks of the service: requests, seconds and memory, beside the same morning in files.

    python -m bench.microsoft_morning

Runs of first-day contact, at 09:45 to plan and at 09:55 to send, as processes of the command line: a school's very
first morning, the morning after, and a run that finds nothing new. Through azure-identity and msgraph-sdk over TLS to
the Microsoft 365 of pretence, and the same over a folder. The school, the tenant and its clock are made up; the client
is the real one. A real service takes some tenths of a second for each round trip, so they are the figure that counts.
What stands in batches is counted besides: Microsoft's limits are about that. Then how long a mailbox's quota keeps
messages waiting, see `paced`.
"""

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.backlog import PURPOSE, Words, proposal
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailer import GraphMailer
from firstbell.composition.exports import confirm_columns
from firstbell.demo.exports_at import export_up_to
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.school import make_school
from firstbell.demo.school_toml import OUTGOING
from firstbell.mailboxes import mailbox_for
from firstbell.quota import pace
from firstbell.records import Quota
from firstbell.settings import EnvironmentSecrets, Microsoft365Settings, Settings, load_settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.microsoft.apps import Person
from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school import CHANNEL, CLIENT_ID, OURS, school_tenant
from firstbell.testing.microsoft.school_folder import WEBHOOK_SECRET, make_app_certificate, outgoing_of
from firstbell.testing.microsoft.server import Running, running
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.sending import send_due

ROOT = Path(__file__).parents[1]
PUPILS, FIXED, AN_EMAIL = 300, 12, 2
# A run that is done may leave work for a person.
DONE = frozenset({0, 1})
PLANNING = dt.datetime(2026, 11, 23, 9, 45, tzinfo=ZONE)
LATER, NEXT_DAY = dt.timedelta(minutes=10), dt.timedelta(days=1)
RUNS = {
    "the first morning": (PLANNING, PLANNING + LATER),
    "the next morning": (PLANNING + NEXT_DAY, PLANNING + NEXT_DAY + LATER),
    "nothing new": (PLANNING + NEXT_DAY + LATER + dt.timedelta(minutes=2),),
}
# What each operation is for, by the first pattern that is found in it.
FOR = {
    "e-mails": r"^POST /users/",
    "mailboxes": r"/users/",
    "channel": r"/teams/|/powerautomate/",
    "restricted folders": r"/items/root:/[^:]*$|/permissions|/invite$|/children$",
    "finding workbooks": r"^GET /drives/.*/root:",
    "work in Excel": r"/workbook/",
    "whole files": r"/content$|/download/",
}
MAILBOXES = tuple(f"attendance{n}@example.org" for n in range(1, 5))


@dataclass(frozen=True, slots=True)
class Process:
    """One run of first-day contact: what it took."""

    seconds: float
    mib: float


@dataclass
class Cloud:
    """The tenant that listens, and the school's folder."""

    tenant: Tenant
    clock: FakeClock
    folder: Path


def export(folder: Path, at: dt.datetime) -> tuple[Person, ...]:
    """A school of pretence in a new folder, with what it has exported by a moment; its staff."""
    folder.mkdir()
    school = make_school(at.date(), pupils=PUPILS)
    export_up_to(folder, school, make_morning(school), at.astimezone(dt.UTC))
    return tuple(Person(person.email, person.name, person.role) for person in school.staff.office)


@contextlib.contextmanager
def in_the_cloud(folder: Path) -> Iterator[Cloud]:
    """The school's folder with settings for a tenant that listens."""
    staff = export(folder, PLANNING)
    clock = FakeClock(PLANNING)
    tenant = school_tenant(clock.now, certificates=(make_app_certificate(folder),), staff=staff)
    with running(Sandbox(tenant, ROUTES), folder) as server:
        confirm_columns(load_settings(settings_for(server, folder)))
        hook = tenant.channels[CHANNEL].hook(server.url)
        os.environ[f"FIRSTBELL_SECRET_{WEBHOOK_SECRET.upper()}"] = hook  # noqa: TID251 - for the processes that run
        yield Cloud(tenant, clock, folder)


def settings_for(server: Running, folder: Path) -> Path:
    """The school's settings, changed so that all it has is in the tenant that listens."""
    config = folder / "school.toml"
    ours = outgoing_of(server.url, server.certificate_authority)
    config.write_text(config.read_text(encoding="utf-8").replace(OUTGOING, ours), encoding="utf-8", newline="\n")
    return config


def exported_and_run(folder: Path, at: dt.datetime) -> Process:
    """The school exports anew (a register was put right between the runs), and then the job runs."""
    with tempfile.TemporaryDirectory() as name:
        newer = Path(name) / "newer"
        export(newer, at)
        shutil.copytree(newer / "mis", folder / "mis", dirs_exist_ok=True)
    return process(folder, at)


def process(folder: Path, at: dt.datetime) -> Process:
    """Run first-day contact in a process of its own. Raises SystemExit where it failed."""
    command = [sys.executable, "-m", "firstbell", "run", "first-day-contact", "--json"]
    place = ["--config", str(folder / "school.toml"), "--at", f"{at:%Y-%m-%dT%H:%M}"]
    began = time.perf_counter()
    with subprocess.Popen([*command, *place], cwd=ROOT, stdout=subprocess.DEVNULL) as running_one:
        _, status, used = os.wait4(running_one.pid, 0)
        running_one.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
    if running_one.returncode not in DONE:
        raise SystemExit(f"the run at {at:%H:%M} failed")
    return Process(seconds, used.ru_maxrss / 1024)


@dataclass
class Asked:
    """What was asked of the service, by what it was for: round trips, and requests as its limits count them."""

    trips: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(self.trips + other.trips, self.requests + other.requests)


def asked(tenant: Tenant) -> Asked:
    """What was asked since the last time. What a batch held is listed before the batch, each by itself."""
    trips: list[list[str]] = []
    for seen in tenant.seen:
        if seen.held:
            trips[-seen.held :] = [[operation for trip in trips[-seen.held :] for operation in trip]]
        else:
            trips.append([_what_for(seen.operation)])
    tenant.seen.clear()
    return Asked(Counter(trip[0] for trip in trips), Counter(each for trip in trips for each in trip))


def _what_for(operation: str) -> str:
    return next(what for what, pattern in FOR.items() if re.search(pattern, operation))


def mornings(folder: Path) -> None:
    """Every run both ways, and the requests of each."""
    beside = folder / "local"
    export(beside, PLANNING)
    confirm_columns(load_settings(beside / "school.toml"))
    with in_the_cloud(folder / "cloud") as cloud:
        for name, moments in RUNS.items():
            total = Asked()
            for at in moments:
                there = exported_and_run(beside, at)
                cloud.clock.set(at)
                here = exported_and_run(cloud.folder, at)
                found = asked(cloud.tenant)
                total += found
                print(f"{name}, {at:%H:%M}: {found.trips.total()} round trips; {here.seconds:.2f} s", end=", ")
                print(f"{here.seconds / there.seconds:.1f} x the same run over files", end="; ")
                print(f"{here.mib:.0f} MiB, {here.mib / there.mib:.1f} x")
            _tell(total, runs=len(moments))
        if cloud.tenant.violations:
            raise SystemExit("; ".join(cloud.tenant.violations))


def _tell(total: Asked, *, runs: int) -> None:
    """The requests by what they were for, and beside the goal, which is for one run."""
    for what in FOR:
        print(f"    {total.trips[what]:3} round trips, {total.requests[what]:3} requests: {what}")
    emails = total.trips["e-mails"] // AN_EMAIL
    others = total.trips.total() - total.trips["e-mails"]
    goal = FIXED + AN_EMAIL * emails
    print(f"    {others} + {AN_EMAIL} per e-mail, {emails} e-mails, {runs} runs", end="; ")
    print(f"the goal of {FIXED} + {AN_EMAIL} per e-mail is {goal}: {total.trips.total() / goal:.2f} x")


class RunningClock(FakeClock):
    """The time that the work really takes, and the waits between runs, which are skipped."""

    def __init__(self) -> None:
        self._real = time.perf_counter()
        super().__init__()

    def now(self) -> dt.datetime:
        """What was skipped, and what has passed."""
        return super().now() + dt.timedelta(seconds=time.perf_counter() - self._real)

    def skip_to(self, moment: dt.datetime) -> None:
        """Nothing happens until then."""
        self.advance(seconds=max(0.0, (moment - self.now()).total_seconds()))


class FarAway(Sandbox):
    """A service to which every request takes a while, by the clock alone."""

    def __init__(self, tenant: Tenant, clock: FakeClock, latency: float) -> None:
        super().__init__(tenant, ROUTES)
        self._clock, self._takes = clock, latency

    def answer(self, request: Request) -> Answer:
        """As any, and later."""
        self._clock.advance(seconds=self._takes)
        return super().answer(request)


def paced(folder: Path, emails: int, boxes: tuple[str, ...], latency: float) -> None:
    """How long after the trigger the last of some messages went, beside what the mailboxes' quotas allow.

    Real: the draft and send of every message through the client to the service, which refuses what is over the quota
    by a count of its own; the rounds of sending, with their tokens kept in a store; the time that all of it takes here.
    Modelled: the clock moves on by `latency` with each request, the store is in memory, the waits are skipped, and the
    platform starts the next round at the very moment for which the last one asked. A start takes no time, and the rest
    of the run (reading, drawing) is left out.
    """
    clock = RunningClock()
    start = clock.now()
    tenant = school_tenant(clock.now, certificates=(make_app_certificate(folder),))
    tenant.mail.add(*boxes)
    tenant.apps[CLIENT_ID] = dataclasses.replace(tenant.apps[CLIENT_ID], mailboxes=frozenset(boxes))
    with running(FarAway(tenant, clock, latency), folder) as server:
        settings = _settings(server, folder, boxes)
        store = FakeStore("school")
        waiting = [proposal("school", number) for number in range(emails)]
        waiting = [dataclasses.replace(each, planned_at=start, release_at=start) for each in waiting]
        store.proposals.add(waiting, at=start, actor="Firstbell")
        with Graph(_cloud_of(settings), EnvironmentSecrets()) as graph:
            nothing = dict.fromkeys(field.name for field in dataclasses.fields(Office))
            parts = {"settings": settings, "store": store, "mailer": GraphMailer(graph, boxes), "clock": clock}
            office = Office(**nothing | parts)  # type: ignore[arg-type]
            rounds = 1
            while (go_on_at := send_due(office, PURPOSE, Words()).go_on_at) is not None:
                clock.skip_to(go_on_at)
                rounds += 1
    arrived = sorted(each.at for each in tenant.mail.arrived)
    if len(arrived) != emails:
        raise SystemExit(f"only {len(arrived)} of {emails} messages went")
    most = max(Counter(mailbox_for(each.address, boxes) for each in waiting).values())
    quota = _cloud_of(settings).quota
    bound = max(0, most - quota.at_once) * pace(Quota("", quota.at_once, quota.a_minute)).total_seconds()
    took = (arrived[-1] - start).total_seconds()
    ratio = f"{took / bound:6.3f} x the bound of {bound:.0f} s" if bound else "the quota sets no bound"
    print(f"{emails:4} e-mails, {len(boxes)} mailboxes: the last after {took:6.1f} s in {rounds:3} rounds; {ratio}")


def _settings(server: Running, folder: Path, boxes: tuple[str, ...]) -> Settings:
    config = settings_for(server, folder)
    config.write_text(config.read_text(encoding="utf-8").replace(json.dumps(OURS), json.dumps(boxes)), encoding="utf-8")
    return load_settings(config)


def _cloud_of(settings: Settings) -> Microsoft365Settings:
    if settings.microsoft365 is None:
        raise SystemExit("the settings name no tenant")
    return settings.microsoft365


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mornings(folder)
        for latency in (0.0, 0.3):
            print(f"the quota of 30 at once and 30 a minute, where a request takes {latency:.1f} s more:")
            for emails in (75, 100):
                for boxes in (MAILBOXES[:1], MAILBOXES):
                    place = folder / f"{emails}-{len(boxes)}-{latency}"
                    export(place, PLANNING)
                    paced(place, emails, boxes, latency)


if __name__ == "__main__":
    main()
