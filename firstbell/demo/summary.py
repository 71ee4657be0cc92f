"""What a headteacher wants to know at the end of the demo, counted from the store and not from the script."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from firstbell.composition.places import CHANNEL, OUTBOX
from firstbell.demo.play import FILES
from firstbell.records import Proposal, State
from firstbell.workflows.office import Office
from rules.contact.purposes import Purpose

TOLD = (State.SENT, State.DELIVERED, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Summary:
    """What was counted, with its figure, the state of the ledger, and what to open."""

    lines: tuple[tuple[str, int], ...]
    ledger: str
    open_these: tuple[tuple[Path, str], ...]


def summary_of(office: Office, folder: Path) -> Summary:
    """Look at the office as the morning left it."""
    proposals = office.store.proposals.find()
    return Summary(_lines(office, proposals), _ledger(office), _open_these(folder))


def _lines(office: Office, proposals: tuple[Proposal, ...]) -> tuple[tuple[str, int], ...]:
    first_day = [p for p in proposals if p.purpose is Purpose.FIRST_DAY_ABSENCE]
    states = Counter(p.state for p in first_day)
    messages = {p.dispatch_key for p in first_day if p.state in TOLD}
    pupils = {p.subject_id for p in first_day if p.state in TOLD}
    corrections = {p.dispatch_key for p in proposals if p.purpose is Purpose.IN_SCHOOL_CORRECTION and p.state in TOLD}
    reminders = [p for p in proposals if p.purpose is Purpose.REGISTER_CHASE and p.state in TOLD]
    escalations = [p for p in proposals if p.purpose is Purpose.REGISTER_ESCALATION and p.state in TOLD]
    questions = [p for p in proposals if p.purpose is Purpose.LESSON_QUESTION and p.state in TOLD]
    alerts = office.store.ledger.entries(kind="alert.raised")
    acknowledged = office.store.ledger.entries(kind="alert.acknowledged")
    return (
        ("Reminders to teachers whose register was missing", len(reminders)),
        ("Heads of department told after the reminders", len(escalations)),
        ("Teachers asked about a lesson mark that contradicts the register", len(questions)),
        ("Pupils whose parents were told", len(pupils)),
        ("Messages to parents, each sent once", len(messages)),
        ("Recalled before they went: a mark changed, or a trip list came", states[State.RECALLED]),
        ("Stopped by a person in the workbook", states[State.STOPPED]),
        ("Blocked by a guard: a person telephones instead", states[State.BLOCKED]),
        ("Short notes to parents: in school after all", len(corrections)),
        ("Safeguarding alerts, without a name on any card", len(alerts)),
        ("Alerts acknowledged so far", len(acknowledged)),
    )


def _ledger(office: Office) -> str:
    faults = office.store.ledger.verify()
    entries = office.store.ledger.entries()
    return f"holds: {len(entries)} entries, each chained to the last" if not faults else f"{len(faults)} faults found"


def _open_these(folder: Path) -> tuple[tuple[Path, str], ...]:
    return (
        (folder / FILES["Attendance"], "the office's workbook"),
        (folder / FILES["Safeguarding"], "the safeguarding team's workbook"),
        (folder / FILES["Attendance cases"], "the cases and their letters, for the few named"),
        (folder / OUTBOX / "index.html", "every message that went"),
        (folder / CHANNEL / "channel.html", "the safeguarding channel"),
        (folder / "Restricted" / "reports" / "governors.html", "the summary for governors"),
    )
