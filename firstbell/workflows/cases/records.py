"""What is on record of cases: steps tried, notices, decisions and thresholds found, read from the ledger.

The ledger is the log of decisions: ids, dates and the words of drop-downs, each with who and when; never free words.
The last entry about a row is what holds; one whose date was cleared holds for nothing.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.ports import Ledger
from firstbell.records import LedgerEntry
from firstbell.workflows.cases.letter_stages import Contract
from rules.penalty_notices.notices import NoticeIssued

STEP, NOTED, NOTICE, DECIDED = "step.tried", "case.noted", "notice.recorded", "notice.decided"
MET, UNDONE = "threshold.met", "threshold.undone"
NO_DECISION = "none"
type ParentAndChild = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StepTried:
    """A step that somebody wrote down: the kind of step and of outcome, in the words of the drop-downs."""

    on: dt.date
    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice that somebody wrote down, by the key of its row."""

    row: str
    contact_id: str
    issued_on: dt.date
    withdrawn_on: dt.date | None

    def as_notice(self) -> NoticeIssued:
        """The notice as the rules take it."""
        return NoticeIssued(self.issued_on, withdrawn=self.withdrawn_on is not None)


@dataclass(frozen=True, slots=True)
class Noted:
    """How the meeting and the contract of a case stand, as a person recorded it this school year."""

    meeting: str = ""
    contract: Contract = Contract.NOT_AGREED


@dataclass(frozen=True, slots=True)
class CaseRecords:
    """Everything on record, by pupil; `decisions` by pupil and contact, oldest first."""

    steps: Mapping[str, tuple[StepTried, ...]]
    noted: Mapping[str, Noted]
    notices: Mapping[str, tuple[NoticeLine, ...]]
    decisions: Mapping[ParentAndChild, tuple[LedgerEntry, ...]]
    thresholds: Mapping[str, tuple[LedgerEntry, ...]]

    def notices_of(self, pupil_id: str, contact_id: str) -> tuple[NoticeLine, ...]:
        """The notices that one parent had for one child."""
        return tuple(line for line in self.notices.get(pupil_id, ()) if line.contact_id == contact_id)

    def standing_decision(self, pupil_id: str, contact_id: str) -> str:
        """What was decided last about one parent and child; a threshold that was undone since takes it away."""
        undone = max((e.number for e in self.thresholds.get(pupil_id, ()) if e.kind == UNDONE), default=0)
        since = [e.facts["decision"] for e in self.decisions.get((pupil_id, contact_id), ()) if e.number > undone]
        return since[-1] if since else NO_DECISION


def read_case_records(ledger: Ledger, year_began: dt.date) -> CaseRecords:
    """Gather what is on record: steps, meetings and contracts of this school year, everything else of any time."""
    return CaseRecords(
        steps=_steps(_last_of_each_row(ledger, STEP), year_began),
        noted={e.pupil_id: _noted(e) for e in ledger.entries(kind=NOTED) if e.pupil_id and _is_since(e, year_began)},
        notices=_notices(_last_of_each_row(ledger, NOTICE)),
        decisions=_by_parent_and_child(ledger.entries(kind=DECIDED)),
        thresholds=read_thresholds(ledger),
    )


def _last_of_each_row(ledger: Ledger, kind: str) -> list[LedgerEntry]:
    return list({entry.facts["row"]: entry for entry in ledger.entries(kind=kind)}.values())


def _steps(entries: list[LedgerEntry], year_began: dt.date) -> dict[str, tuple[StepTried, ...]]:
    found: dict[str, tuple[StepTried, ...]] = {}
    for entry in entries:
        on = _date(entry.facts["on"])
        if on is not None and on >= year_began:
            step = StepTried(on, entry.facts["what"], entry.facts["outcome"])
            found[entry.pupil_id or ""] = (*found.get(entry.pupil_id or "", ()), step)
    return {pupil_id: tuple(sorted(steps, key=lambda step: step.on)) for pupil_id, steps in found.items()}


def _notices(entries: list[LedgerEntry]) -> dict[str, tuple[NoticeLine, ...]]:
    found: dict[str, tuple[NoticeLine, ...]] = {}
    for entry in entries:
        issued = _date(entry.facts["issued_on"])
        if issued is not None:
            withdrawn = _date(entry.facts["withdrawn_on"])
            line = NoticeLine(entry.facts["row"], entry.facts["parent"], issued, withdrawn)
            found[entry.pupil_id or ""] = (*found.get(entry.pupil_id or "", ()), line)
    return found


def _noted(entry: LedgerEntry) -> Noted:
    return Noted(entry.facts["meeting"], Contract(entry.facts["contract"] or Contract.NOT_AGREED))


def _is_since(entry: LedgerEntry, year_began: dt.date) -> bool:
    return entry.at.date() >= year_began


def _by_parent_and_child(entries: tuple[LedgerEntry, ...]) -> dict[ParentAndChild, tuple[LedgerEntry, ...]]:
    found: dict[ParentAndChild, tuple[LedgerEntry, ...]] = {}
    for entry in entries:
        who = (entry.pupil_id or "", entry.facts["parent"])
        found[who] = (*found.get(who, ()), entry)
    return found


def read_thresholds(ledger: Ledger) -> dict[str, tuple[LedgerEntry, ...]]:
    """Each finding that the threshold was met, or is no longer, by pupil and oldest first."""
    found: dict[str, tuple[LedgerEntry, ...]] = {}
    entries = (*ledger.entries(kind=MET), *ledger.entries(kind=UNDONE))
    for entry in sorted(entries, key=lambda entry: entry.number):
        found[entry.pupil_id or ""] = (*found.get(entry.pupil_id or "", ()), entry)
    return found


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
