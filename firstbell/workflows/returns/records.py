"""Returns to the local authority as the ledger remembers them: proposed, decided, sent, withdrawn, drafted.

The ledger is the only memory of a return. Its entries hold keys, kinds, dates and sentences of the rules, no names.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from firstbell.ports import Ledger
from firstbell.records import LedgerEntry

PROPOSED, WITHDRAWN = "return.proposed", "return.withdrawn"
DECIDED, ANSWERED, DRAFTED = "return.decided", "return.answered", "return.drafted"
YES, NO = "yes", "no"


class ReturnKind(StrEnum):
    """Each duty to tell the local authority, in the words of the sheet."""

    CONTINUOUS = "attendance return"
    IRREGULAR = "attendance return: irregular"
    SICKNESS = "sickness return"
    NEW_PUPIL = "new-pupil return"
    DELETION = "deletion return"
    TWENTY_DAYS = "20 days: enquire with the LA"


class ReturnState(StrEnum):
    """Where a return stands. Withdrawn: it is called for no more. Answered: twenty days a person has looked at."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ANSWERED = "answered"
    SENT = "sent"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({ReturnState.PROPOSED, ReturnState.APPROVED, ReturnState.ANSWERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRecord:
    """One return. `day` lies in the absence it is about, or is the day of the change of the roll; `because` says why.

    `act_by` None: no school day was left before `due_on`. `is_expected`: proposed on an illness still to come.
    `settled_on` is the day of the last step. `may_be_ill` and `enquired` are people's answers at twenty days.
    `document` is the draft in its folder, with the digest of its words and the date it bears; `is_redrawn`: its words
    have changed since it was first drafted.
    """

    key: str
    kind: ReturnKind
    pupil_id: str
    day: dt.date
    due_on: dt.date
    act_by: dt.date | None
    because: str
    is_expected: bool
    settled_on: dt.date
    state: ReturnState = ReturnState.PROPOSED
    decided_by: str = ""
    decided_on: dt.date | None = None
    sent_on: dt.date | None = None
    may_be_ill: bool | None = None
    enquired: bool | None = None
    document: str = ""
    digest: str = ""
    dated: dt.date | None = None
    is_redrawn: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def returns_on_record(ledger: Ledger, zone: ZoneInfo) -> dict[str, ReturnRecord]:
    """Every return there has been, by key, oldest first, as its last entry left it."""
    entries = sorted((e for kind in STEPS for e in ledger.entries(kind=kind)), key=lambda entry: entry.number)
    found: dict[str, ReturnRecord] = {}
    for entry in entries:
        key, day = entry.facts["return"], entry.at.astimezone(zone).date()
        before = found.get(key)
        if before is None:
            found[key] = _proposed(entry, day)
        else:
            found[key] = STEPS[entry.kind](replace(before, settled_on=day), entry)
    return found


def _proposed(entry: LedgerEntry, day: dt.date) -> ReturnRecord:
    facts = entry.facts
    return ReturnRecord(
        key=facts["return"],
        kind=ReturnKind(facts["kind"]),
        pupil_id=entry.pupil_id or "",
        day=dt.date.fromisoformat(facts["day"]),
        due_on=dt.date.fromisoformat(facts["due_on"]),
        act_by=_date(facts["act_by"]),
        because=facts["because"],
        is_expected=facts["expected"] == YES,
        settled_on=day,
    )


def _decided(record: ReturnRecord, entry: LedgerEntry) -> ReturnRecord:
    state, sent_on = ReturnState(entry.facts["state"]), _date(entry.facts["sent_on"])
    return replace(record, state=state, sent_on=sent_on, decided_by=entry.actor, decided_on=record.settled_on)


def _answered(record: ReturnRecord, entry: LedgerEntry) -> ReturnRecord:
    ill, enquired = (_yes_or_no(entry.facts[name]) for name in ("may_be_ill", "enquired"))
    is_answered = ill is not None and enquired is not None
    state = ReturnState.ANSWERED if is_answered else ReturnState.PROPOSED
    return replace(record, may_be_ill=ill, enquired=enquired, state=state, decided_by=entry.actor)


def _withdrawn(record: ReturnRecord, entry: LedgerEntry) -> ReturnRecord:
    return replace(record, state=ReturnState.WITHDRAWN, because=entry.facts["because"])


def _drafted(record: ReturnRecord, entry: LedgerEntry) -> ReturnRecord:
    document, digest, dated = (entry.facts[name] for name in ("document", "digest", "dated"))
    return replace(record, document=document, digest=digest, dated=_date(dated), is_redrawn=bool(record.digest))


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _yes_or_no(text: str) -> bool | None:
    return {YES: True, NO: False}.get(text)


def _as_it_was(record: ReturnRecord, entry: LedgerEntry) -> ReturnRecord:  # noqa: ARG001 - one signature for every step
    """A return is proposed once under its key; a second entry of two runs at once changes nothing."""
    return record


STEPS: dict[str, Callable[[ReturnRecord, LedgerEntry], ReturnRecord]] = {
    PROPOSED: _as_it_was,
    DECIDED: _decided,
    ANSWERED: _answered,
    WITHDRAWN: _withdrawn,
    DRAFTED: _drafted,
}
