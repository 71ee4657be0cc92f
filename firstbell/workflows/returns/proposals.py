"""Returns to the local authority: proposed when registers or roll call for one, withdrawn when no longer.

A return keeps its key and its due date from the first run that saw it. It is never sent by itself.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from firstbell.workflows.office import Office
from firstbell.workflows.registers.roll_changes import roll_history
from firstbell.workflows.returns.due import DueReturn, PupilReturns
from firstbell.workflows.returns.expected_illness import ExpectedIllness, expected_illnesses
from firstbell.workflows.returns.records import (
    NO,
    PROPOSED,
    WITHDRAWN,
    YES,
    ReturnKind,
    ReturnRecord,
    ReturnState,
    returns_on_record,
)
from firstbell.workflows.returns.roll_returns import RollReturns
from firstbell.workflows.watch.watching import SchoolWatch
from rules.calendar import first_of_school_year

OF_THE_ROLL = frozenset({ReturnKind.NEW_PUPIL, ReturnKind.DELETION})
# Where an absence has grown together from two, the one that was sent answers for both.
FIRST_LOOKED_AT = (ReturnState.SENT, ReturnState.APPROVED, ReturnState.ANSWERED, ReturnState.PROPOSED)


@dataclass(frozen=True, slots=True)
class OpenReturn:
    """A return that waits for somebody, with what calls for it now."""

    record: ReturnRecord
    due: DueReturn


@dataclass(frozen=True, slots=True)
class ReturnsNow:
    """Every return as it stands: the open ones, the soonest due first, and this school year's settled, latest first."""

    open: tuple[OpenReturn, ...]
    settled: tuple[ReturnRecord, ...]
    expected: tuple[ExpectedIllness, ...]
    needs: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """How many wait for a named person's decision or answers."""
        return sum(each.record.state is ReturnState.PROPOSED for each in self.open)

    def overdue(self, as_of: dt.date) -> int:
        """How many the authority should have had by now."""
        return sum(each.record.due_on < as_of for each in self.open if each.record.kind is not ReturnKind.TWENTY_DAYS)


def propose_returns(office: Office, school: SchoolWatch) -> ReturnsNow:
    """Bring the ledger up to date with every return that is called for now, and say how each stands."""
    known = returns_on_record(office.store.ledger, office.settings.zone)
    roll = RollReturns(roll_history(office.store.ledger), school.calendar, office.settings.returns, school.as_of)
    expected = expected_illnesses(office)
    called_for = _by_key(office, known, [*_of_registers(office, school, known, expected), *roll.returns()])
    for record in known.values():
        if record.is_open and record.key not in called_for:
            _withdraw(office, school, record)
    known = returns_on_record(office.store.ledger, office.settings.zone)
    still = (OpenReturn(known[key], due) for key, due in called_for.items() if known[key].is_open)
    year = first_of_school_year(school.as_of)
    settled = (record for record in known.values() if not record.is_open and record.settled_on >= year)
    return ReturnsNow(
        open=tuple(sorted(still, key=lambda each: (each.record.due_on, each.record.key))),
        settled=tuple(sorted(settled, key=lambda record: (record.settled_on, record.key), reverse=True)),
        expected=tuple(expected.values()),
        needs=roll.needs(),
    )


def as_recorded(office: Office, now: ReturnsNow) -> ReturnsNow:
    """The same returns with what the ledger says of each by now."""
    known = returns_on_record(office.store.ledger, office.settings.zone)
    return replace(now, open=tuple(OpenReturn(known[each.record.key], each.due) for each in now.open))


def _of_registers(
    office: Office, school: SchoolWatch, known: dict[str, ReturnRecord], expected: dict[str, ExpectedIllness]
) -> Iterable[DueReturn]:
    of_pupil = defaultdict(list)
    for record in known.values():
        of_pupil[record.pupil_id].append(record)
    for pupil_id, watch in school.pupils.items():
        ill = expected.get(pupil_id)
        ill_until = None if ill is None or ill.has_ended(watch.register, school.as_of) else ill.until
        yield from PupilReturns(school, watch, of_pupil[pupil_id], ill_until, office.settings.returns).returns()


def _by_key(office: Office, known: dict[str, ReturnRecord], due: list[DueReturn]) -> dict[str, DueReturn]:
    """Each return under the key it was first proposed with; a new one is proposed."""
    found: dict[str, DueReturn] = {}
    for each in due:
        record = next((r for r in _looked_at(known, each) if r.key not in found and _is_about(r, each)), None)
        key = record.key if record else _propose(office, known.keys() | found.keys(), each)
        found[key] = each
    return found


def _looked_at(known: dict[str, ReturnRecord], due: DueReturn) -> list[ReturnRecord]:
    """The pupil's returns of this kind; those that were withdrawn are history, and a declined one comes last."""
    same = [r for r in known.values() if (r.kind, r.pupil_id) == (due.kind, due.pupil_id)]
    return [r for state in (*FIRST_LOOKED_AT, ReturnState.DECLINED) for r in same if r.state is state]


def _is_about(record: ReturnRecord, due: DueReturn) -> bool:
    """Whether it is the same absence. A "no" to what was only expected is none to what has come."""
    if due.kind is ReturnKind.IRREGULAR:
        return record.is_open
    has_come = record.is_expected and not due.is_expected and record.state is ReturnState.DECLINED
    return due.first <= record.day <= due.last and not has_come


def _propose(office: Office, taken: set[str], due: DueReturn) -> str:
    base = f"{due.pupil_id}|{due.kind}|{(due.due_on if due.kind is ReturnKind.IRREGULAR else due.first).isoformat()}"
    key = next(key for n in range(len(taken) + 1) if (key := f"{base}|{n + 1}" if n else base) not in taken)
    facts = {
        "return": key,
        "kind": due.kind.value,
        "day": due.day.isoformat(),
        "due_on": due.due_on.isoformat(),
        "act_by": due.act_by.isoformat() if due.act_by else "",
        "because": due.because,
        "expected": YES if due.is_expected else NO,
    }
    now = office.clock.now()
    office.store.ledger.append(PROPOSED, at=now, actor="Firstbell", facts=facts, pupil_id=due.pupil_id)
    return key


def _withdraw(office: Office, school: SchoolWatch, record: ReturnRecord) -> None:
    facts = {"return": record.key, "because": _no_longer(school, record)}
    now = office.clock.now()
    office.store.ledger.append(WITHDRAWN, at=now, actor="Firstbell", facts=facts, pupil_id=record.pupil_id)


def _no_longer(school: SchoolWatch, record: ReturnRecord) -> str:
    """Why a return that was proposed is called for no more, and what that means."""
    draft = " Do not send the draft." if record.document else ""
    if record.kind in OF_THE_ROLL:
        return f"Withdrawn: the roll does not call for it any more.{draft}"
    if record.pupil_id not in school.pupils:
        return f"Withdrawn: the pupil is not on the roll any more.{draft}"
    return f"Withdrawn: the register does not call for it any more, for a mark was changed or the absence ended.{draft}"
