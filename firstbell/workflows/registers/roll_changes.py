"""Who has come onto the roll and who has left it, since the roll was read last: entries of the ledger, without names.

A leaving date in the MIS, or a pupil who is gone from a complete roll, means that a person has taken the name off; it
is never Firstbell's doing. A pupil missing from a half-read roll is only noted, and settled by the next complete one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from firstbell.ports import Ledger
from firstbell.records import LedgerEntry, Roll
from firstbell.workflows.office import Office
from rules.calendar import first_of_school_year
from rules.people import Pupil

JOINED, LEFT, MISSING, BACK = "roll.joined", "roll.left", "roll.missing", "roll.back"
BY_DATE, BY_SIGHT = "date in the MIS", "seen in the roll"


@dataclass(frozen=True, slots=True)
class RollChange:
    """One pupil's change. `day` is the MIS's own date, or (`is_seen_only`) the day on which it was seen."""

    kind: str
    pupil_id: str
    day: dt.date
    year_group: str
    is_seen_only: bool = False


@dataclass(frozen=True, slots=True)
class RollHistory:
    """Every change of the roll that the ledger knows, by pupil, in order."""

    changes: Mapping[str, tuple[RollChange, ...]]

    def last(self, pupil_id: str) -> RollChange | None:
        return next(reversed(self.changes.get(pupil_id, ())), None)

    def joined(self) -> Iterator[RollChange]:
        """The last joining of each pupil."""
        for changes in self.changes.values():
            yield from [change for change in changes if change.kind == JOINED][-1:]

    def left(self) -> Iterator[RollChange]:
        """The last leaving of each pupil, unless the pupil was found on the roll again."""
        for changes in self.changes.values():
            told = [change for change in changes if change.kind in {LEFT, BACK}][-1:]
            yield from (change for change in told if change.kind == LEFT)


def roll_history(ledger: Ledger) -> RollHistory:
    """Read the changes of the roll back from the ledger."""
    entries = sorted((e for k in (JOINED, LEFT, MISSING, BACK) for e in ledger.entries(kind=k)), key=_number)
    found: dict[str, list[RollChange]] = defaultdict(list)
    for entry in entries:
        facts, pupil_id = entry.facts, entry.pupil_id or ""
        day, is_seen_only = dt.date.fromisoformat(facts["day"]), facts["known_by"] == BY_SIGHT
        found[pupil_id].append(RollChange(entry.kind, pupil_id, day, facts["year_group"], is_seen_only))
    return RollHistory({pupil_id: tuple(changes) for pupil_id, changes in found.items()})


def _number(entry: LedgerEntry) -> int:
    return entry.number


def record_roll_changes(office: Office, before: Roll | None, after: Roll) -> None:
    """Write down who came and who went. Safe to repeat; the first roll ever read makes no joiners."""
    if before is None:
        return
    compared = Comparison(office, before, after, roll_history(office.store.ledger), office.today())
    for change in compared.changes():
        facts = {
            "day": change.day.isoformat(),
            "known_by": BY_SIGHT if change.is_seen_only else BY_DATE,
            "year_group": change.year_group,
        }
        now = office.clock.now()
        office.store.ledger.append(change.kind, at=now, actor="Firstbell", facts=facts, pupil_id=change.pupil_id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The roll as it was saved, and as the MIS gives it now."""

    office: Office
    before: Roll
    after: Roll
    history: RollHistory
    today: dt.date

    def changes(self) -> Iterator[RollChange]:
        """What is new, and was not written down before."""
        found = [*self._of_those_there(), *self._of_those_gone()]
        yield from (change for change in found if not self._is_known(change))

    def _is_known(self, change: RollChange) -> bool:
        """A run that was killed before it saved the roll sees the same again, perhaps on a later day."""
        last = self.history.last(change.pupil_id)
        is_same = last is not None and last.kind == change.kind
        return is_same and (last == change or change.is_seen_only)

    def _of_those_there(self) -> Iterator[RollChange]:
        was = {pupil.id: pupil for pupil in self.before.pupils}
        for pupil in self.after.pupils:
            before = was.get(pupil.id)
            yield from self._appeared(pupil) if before is None else self._redated(pupil, before)

    def _appeared(self, pupil: Pupil) -> Iterator[RollChange]:
        last, since = self.history.last(pupil.id), pupil.on_roll_from
        is_back = last is not None and last.kind == LEFT and (since is None or since <= last.day)
        if is_back or (last is not None and last.kind == MISSING):
            yield self._change(BACK, pupil, None)
        elif self._is_new(pupil):
            yield self._change(JOINED, pupil, since)

    def _is_new(self, pupil: Pupil) -> bool:
        """Not somebody who has long been here: an earlier roll was half read, or named fewer pupils."""
        since, until = pupil.on_roll_from, pupil.on_roll_to
        if (since and since < first_of_school_year(self.today)) or (until and until < self.today):
            return False
        return self.before.is_complete or not self._has_marks(pupil.id)

    def _has_marks(self, pupil_id: str) -> bool:
        calendar = self.office.mis.calendar()
        span = self.office.store.registers.span(pupil_id, calendar.first, self.today)
        return any(True for _ in span.marked())

    def _redated(self, pupil: Pupil, before: Pupil) -> Iterator[RollChange]:
        """A leaving date that was entered, moved or taken back; a first day that was moved."""
        last = self.history.last(pupil.id)
        if pupil.on_roll_to != before.on_roll_to:
            kind = LEFT if pupil.on_roll_to else BACK
            yield self._change(kind, pupil, pupil.on_roll_to)
        elif last and last.kind == JOINED and pupil.on_roll_from not in {None, last.day}:
            yield self._change(JOINED, pupil, pupil.on_roll_from)

    def _of_those_gone(self) -> Iterator[RollChange]:
        there = {pupil.id for pupil in self.after.pupils}
        gone = [pupil for pupil in self.before.pupils if pupil.id not in there and pupil.on_roll_to is None]
        kind = LEFT if self.after.is_complete else MISSING
        yield from (self._change(kind, pupil, None) for pupil in gone)
        if self.after.is_complete:
            for pupil_id in self.history.changes.keys() - there:
                last = self.history.last(pupil_id)
                if last and last.kind == MISSING:
                    yield RollChange(LEFT, pupil_id, self.today, last.year_group, is_seen_only=True)

    def _change(self, kind: str, pupil: Pupil, day: dt.date | None) -> RollChange:
        return RollChange(kind, pupil.id, day or self.today, pupil.year_group, is_seen_only=day is None)
