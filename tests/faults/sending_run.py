"""One run in a process of its own, made to be killed: the real way out over a real store.

Usage: python -m tests.faults.sending_run, and then a line for each run: WAY, FOLDER, ADDRESS, MINUTE, in tabs.
Each line forks a process, so that what is killed is a run at work and not one that imports. "wait PID" tells its end.
"""

import dataclasses
import datetime as dt
import os
import sys
from pathlib import Path

from connectors.local.outbox import LocalOutbox
from connectors.store_sql import open_store
from firstbell.errors import RetryLater
from firstbell.ports import Clock, Mailer, Store
from firstbell.records import Message, Proposal, State
from firstbell.settings import SmtpSettings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.messages import a_message
from firstbell.testing.morning_story import SETTINGS, THIS_MORNING
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import APPROVAL
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.orphan_drafts import discard_orphan_drafts
from firstbell.workflows.outgoing.sending import send_due
from rules.contact.purposes import Purpose
from rules.people import Personal

SCHOOL, OFFICE = "hill", "office@st-example.example.org"
START = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)


STOPPED_POLITELY = 3


class PlainLetter:
    """Says always the same, and nothing speaks against it."""

    def objection(self, _proposal: Proposal) -> str | None:
        return None

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        first = members[0]
        return a_message(key, purpose=first.purpose, to=first.address.reveal(), send_before=first.send_before)


def purpose_of(way: str) -> Purpose:
    """A purpose that is never sent twice in doubt, or one that may be."""
    return Purpose.HALF_TERM_DAYS_MISSED if way.endswith("never twice") else Purpose.FIRST_DAY_ABSENCE


def planned(way: str, number: int) -> list[Proposal]:
    """So many messages, each to a family of its own."""
    purpose = purpose_of(way)
    return [
        Proposal(
            key=proposal_key(SCHOOL, f"P{each:03}", THIS_MORNING, purpose, "mother"),
            purpose=purpose,
            session=THIS_MORNING,
            subject_id=f"P{each:03}",
            recipient_id="mother",
            address=Personal(f"family{each:03}@example.net"),
            group=f"P{each:03}",
            state=State.HELD,
            reason="not marked in",
            planned_at=START,
            release_at=START,
            send_before=START + dt.timedelta(days=1),
        )
        for each in range(number)
    ]


def sign(store: Store, proposals: list[Proposal]) -> None:
    """A named person has approved them all."""
    for proposal in proposals:
        store.ledger.append(APPROVAL, at=START, actor="AO", facts={"key": proposal.key})


def mailer_for(way: str, folder: Path, address: str, clock: Clock) -> Mailer:
    """The adapter of the way."""
    if way.startswith("outbox"):
        return LocalOutbox(folder / "outbox", clock, sender=OFFICE)
    host, _, port = address.partition(":")
    if way.startswith("SMTP"):
        from connectors.smtp import SmtpMailer  # noqa: PLC0415 - each run loads what it uses

        authority = folder / "authority.pem"
        smtp = SmtpSettings(host=host, port=int(port), sender=OFFICE, certificate_authority=authority)
        return SmtpMailer(smtp, FakeSecrets(), clock, timeout_seconds=5.0)
    from tests.faults.http_mailer import HttpMailer  # noqa: PLC0415 - as above

    return HttpMailer(host, int(port))


def main(way: str, folder: Path, address: str, minute: int) -> None:
    """One round of sending at so many minutes past a quarter to ten."""
    clock = FakeClock(START + dt.timedelta(minutes=minute))
    store = open_store(folder / "firstbell.db", SCHOOL, patience=dt.timedelta(seconds=1))
    needed = (field for field in dataclasses.fields(Office) if field.default_factory is dataclasses.MISSING)
    nothing = dict.fromkeys(field.name for field in needed)
    mailer = mailer_for(way, folder, address, clock)
    office = Office(**nothing | {"settings": SETTINGS, "store": store, "mailer": mailer, "clock": clock})
    say(os.getpid())  # what comes now is work
    try:
        send_due(office, purpose_of(way), PlainLetter())
        discard_orphan_drafts(office)
    except RetryLater:
        os._exit(STOPPED_POLITELY)  # the store was locked: whoever has it was stopped
    office.close()


def say(word: object) -> None:
    """A line for whoever kills us."""
    os.write(1, f"{word}\n".encode())


def serve() -> None:
    """Fork a run for each line."""
    from connectors.smtp import SmtpMailer  # noqa: F401, PLC0415 - imported once for all of them
    from tests.faults.http_mailer import HttpMailer  # noqa: F401, PLC0415 - as above

    for line in sys.stdin:
        way, *told = line.rstrip("\n").split("\t")
        if way == "wait":
            say(os.waitstatus_to_exitcode(os.waitpid(int(told[0]), 0)[1]))
        elif os.fork() == 0:
            main(way, Path(told[0]), told[1], int(told[2]))
            os._exit(0)


if __name__ == "__main__":
    serve()
