"""A backlog drained: the mornings of many schools, each message through the whole way out, and memory that stays flat.

Run: python -m bench.backlog [--schools N] [--messages N]
England's 24,000 schools with 100 messages each are `--schools 24000`; the default is a fortieth of that.
"""

import argparse
import dataclasses
import datetime as dt
import gc
import hashlib
import time
from pathlib import Path

from firstbell.records import Message, Proposal, State
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_mailer import FakeMailer
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.morning_story import SETTINGS, THIS_MORNING
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.sending import send_due
from rules.contact.purposes import Purpose
from rules.people import Personal

NINE = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
PURPOSE = Purpose.FIRST_DAY_ABSENCE
# What each message costs whatever the program: six ledger entries, each sealed with SHA-256.
ENTRIES_A_MESSAGE, BYTES_AN_ENTRY = 6, 400
SAMPLES = 10


class Words:
    """A letter that is still true, with a page of text."""

    def objection(self, proposal: Proposal) -> str | None:  # noqa: ARG002 - true of every message
        return None

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        first = members[0]
        return Message(key, PURPOSE, first.address, "Attendance", Personal("x" * 900), Personal(""), first.send_before)


def proposal(school: str, number: int) -> Proposal:
    pupil = f"P{number:04}"
    return Proposal(
        key=proposal_key(school, pupil, THIS_MORNING, PURPOSE, "mother"),
        purpose=PURPOSE,
        session=THIS_MORNING,
        subject_id=pupil,
        recipient_id="mother",
        address=Personal(f"{pupil.lower()}@example.net"),
        group=pupil,
        state=State.HELD,
        reason="not marked in",
        planned_at=NINE,
        release_at=NINE,
        send_before=NINE + dt.timedelta(hours=3),
    )


def drain(school: str, messages: int) -> int:
    """One school's morning; how many messages went."""
    clock, store, mailer = FakeClock(NINE), FakeStore(school), FakeMailer()
    store.proposals.add([proposal(school, number) for number in range(messages)], at=NINE, actor="Firstbell")
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(Office))
    office = Office(**nothing | {"settings": SETTINGS, "store": store, "mailer": mailer, "clock": clock})  # type: ignore[arg-type]
    send_due(office, PURPOSE, Words())
    return len(mailer.sent)


def resident_mib() -> float:
    """How much memory this process holds, as Linux tells; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def sealing_seconds(messages: int) -> float:
    """How long SHA-256 alone takes for the entries of so many messages."""
    entry, started = b"x" * BYTES_AN_ENTRY, time.process_time()
    for _ in range(messages * ENTRIES_A_MESSAGE):
        hashlib.sha256(entry).hexdigest()
    return time.process_time() - started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--schools", type=int, default=600)
    options.add_argument("--messages", type=int, default=100)
    asked = options.parse_args()
    went, memory, started = 0, [], time.process_time()
    for number in range(asked.schools):
        went += drain(f"school-{number}", asked.messages)
        if number % max(1, asked.schools // SAMPLES) == 0:
            gc.collect()
            memory.append(resident_mib())
    seconds = time.process_time() - started
    if went != asked.schools * asked.messages:
        raise SystemExit(f"only {went} of {asked.schools * asked.messages} messages went")
    print(f"{'messages drained':<44}{went:>12,}")
    print(f"{'messages a second of one processor':<44}{went / seconds:>12,.0f}")
    print(f"{'beside SHA-256 of their ledger entries':<44}{seconds / sealing_seconds(went):>12.0f} x")
    print(f"{'memory after the first school, and at most':<44}{memory[0]:>8.0f} MiB{max(memory):>8.0f} MiB")


if __name__ == "__main__":
    main()
