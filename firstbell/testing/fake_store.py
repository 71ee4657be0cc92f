"""A store in memory that keeps the promises of the real one; the conformance suite holds both to the same results."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from zoneinfo import ZoneInfo

from firstbell.chain import (
    CUT,
    Head,
    anchor_text,
    chain_faults,
    cut_facts,
    head_after,
    moment_text,
    next_entry,
    oldest_cut,
    read_anchor,
)
from firstbell.job_days import KEPT_FOR, JobDay, Try, day_with
from firstbell.lease import is_held
from firstbell.quota import pace, take
from firstbell.records import LedgerEntry, LedgerFault, MarkChange, Marks, PersonsCell, Proposal, Quota, Roll, State
from firstbell.states import (
    check_step,
    draft_facts,
    entry_kind,
    entry_pupil,
    hold_facts,
    planned_facts,
    step_facts,
    stepped,
)
from rules.calendar.sessions import Session
from rules.codes import AttendanceCode, byte_of
from rules.contact.purposes import Purpose
from rules.people import Personal
from rules.registers import Mark, RegisterSpan

LONDON = ZoneInfo("Europe/London")


class FakeRegisters:
    """The roll and the marks as plain dictionaries."""

    def __init__(self, zone: ZoneInfo, ledger: "FakeLedger") -> None:
        self._zone = zone
        self._ledger = ledger
        self._roll: Roll | None = None
        self._as_at: dt.datetime | None = None
        self._pupils: dict[str, None] = {}
        self._codes: dict[tuple[str, Session], AttendanceCode] = {}
        self._minutes: dict[tuple[str, Session], int] = {}
        self._changes: list[MarkChange] = []

    def save_roll(self, roll: Roll) -> None:
        moment_text(roll.as_at)
        self._roll = roll
        self._pupils |= {pupil.id: None for pupil in roll.pupils}

    def roll(self) -> Roll | None:
        return self._roll

    def save_marks(self, marks: Marks, *, by_name: str, by_role: str, reason: str) -> tuple[MarkChange, ...]:
        moment_text(marks.as_at)
        latest = {(mark.session, mark.pupil_id): mark for mark in marks.marks}
        changes: list[MarkChange] = []
        for (session, pupil_id), mark in sorted(latest.items()):
            original = self._codes.get((pupil_id, session))
            self._write(mark)
            if original not in {None, mark.code}:
                changed_on = marks.as_at.astimezone(self._zone).date()
                changes.append(
                    MarkChange(
                        pupil_id, session, original, mark.code, reason, changed_on, by_name, by_role, marks.as_at
                    )
                )
        self._changes += changes
        self._as_at = marks.as_at if self._as_at is None else max(self._as_at, marks.as_at)
        return tuple(changes)

    def _write(self, mark: Mark) -> None:
        key = (mark.pupil_id, mark.session)
        self._pupils[mark.pupil_id] = None
        self._codes.pop(key, None)
        self._minutes.pop(key, None)
        if mark.code is not None:
            self._codes[key] = mark.code
        if mark.minutes_late is not None:
            self._minutes[key] = mark.minutes_late

    def marks_as_at(self) -> dt.datetime | None:
        return self._as_at

    def span(self, pupil_id: str, first: dt.date, last: dt.date) -> RegisterSpan:
        return self._over(pupil_id, self._sessions(first, last))

    def spans(self, first: dt.date, last: dt.date) -> dict[str, RegisterSpan]:
        sessions = self._sessions(first, last)
        return {pupil_id: self._over(pupil_id, sessions) for pupil_id in self._pupils}

    def _sessions(self, first: dt.date, last: dt.date) -> tuple[Session, ...]:
        return tuple(sorted({session for _, session in self._codes if first <= session.date <= last}))

    def _over(self, pupil_id: str, sessions: tuple[Session, ...]) -> RegisterSpan:
        marks = bytes(byte_of(self._codes.get((pupil_id, session))) for session in sessions)
        return RegisterSpan(pupil_id, sessions, marks)

    def minutes_late(self, first: dt.date, last: dt.date) -> dict[tuple[str, Session], int]:
        return {key: minutes for key, minutes in self._minutes.items() if first <= key[1].date <= last}

    def mark_changes(self, first: dt.date, last: dt.date) -> tuple[MarkChange, ...]:
        return tuple(change for change in self._changes if first <= change.session.date <= last)

    def purge(
        self,
        *,
        sessions_before: dt.date,
        amended_before: dt.date,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> Mapping[str, int]:
        changes = [change for change in self._changes if change.changed_on >= amended_before]
        amended = {change.session for change in changes}
        old = {s for _, s in self._codes if s.date < sessions_before and s not in amended}
        codes = {key: code for key, code in self._codes.items() if key[1] not in old}
        on_roll = {pupil.id for pupil in self._roll.pupils} if self._roll else set()
        staying = on_roll | {pupil_id for pupil_id, _ in codes} | {change.pupil_id for change in changes}
        gone = self._pupils.keys() - staying
        counts = {"amendments": len(self._changes) - len(changes), "sessions": len(old), "pupils": len(gone)}
        if not only_count:
            self._ledger.note_purge(counts, at=at, actor=actor)
            self._changes, self._codes = changes, codes
            self._minutes = {key: late for key, late in self._minutes.items() if key[1] not in old}
            self._pupils = {pupil_id: None for pupil_id in self._pupils if pupil_id not in gone}
        return counts


class FakeLedger:
    """The chain of entries as a list; `stored` and `head` may be tampered with by a test."""

    def __init__(self, school: str) -> None:
        self._school = school
        self.stored: list[LedgerEntry] = []
        self.head = Head()

    def append(
        self, kind: str, *, at: dt.datetime, actor: str, facts: Mapping[str, str], pupil_id: str | None = None
    ) -> LedgerEntry:
        entry = next_entry(self._school, self.head, kind, at=at, actor=actor, facts=facts, pupil_id=pupil_id)
        self.stored.append(entry)
        self.head = head_after(entry)
        return entry

    def entries(
        self, *, pupil_id: str | None = None, kind: str | None = None, since: dt.datetime | None = None
    ) -> tuple[LedgerEntry, ...]:
        return tuple(
            entry
            for entry in self.stored
            if pupil_id in {None, entry.pupil_id}
            and kind in {None, entry.kind}
            and (since is None or entry.at >= since)
        )

    def cut(self, before: dt.datetime, *, at: dt.datetime, actor: str, only_count: bool = False) -> int:
        if before > oldest_cut(at):
            raise ValueError("the years for which the register's entries are kept are not over")
        count = next((n for n, entry in enumerate(self.stored) if entry.at >= before), len(self.stored))
        if count and not only_count:
            facts = cut_facts(head_after(self.stored[count - 1]), before)
            self.append(CUT, at=at, actor=actor, facts=facts)
            del self.stored[:count]
        return count

    def note_purge(self, counts: Mapping[str, int], *, at: dt.datetime, actor: str) -> None:
        """The entry of a purge, when anything went."""
        if any(counts.values()):
            facts = {name: str(count) for name, count in counts.items()}
            self.append("retention.purged", at=at, actor=actor, facts=facts)

    def verify(self, anchor: str | None = None) -> tuple[LedgerFault, ...]:
        kept = None if anchor is None else read_anchor(anchor)
        return chain_faults(self._school, self.stored, self.head, kept)

    def anchor(self) -> str:
        return anchor_text(self.head)


class FakeProposals:
    """Proposals in a dictionary, in the order they were planned."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self._rows: dict[str, Proposal] = {}

    def add(self, proposals: Iterable[Proposal], *, at: dt.datetime, actor: str) -> tuple[Proposal, ...]:
        added = []
        for proposal in proposals:
            if proposal.key not in self._rows:
                self._rows[proposal.key] = proposal
                self._note(entry_kind(proposal.state), proposal, planned_facts(proposal), at, actor)
                added.append(proposal)
        return tuple(added)

    def find(
        self,
        *,
        session: Session | None = None,
        purpose: Purpose | None = None,
        states: Iterable[State] = (),
        dispatch_key: str | None = None,
    ) -> tuple[Proposal, ...]:
        wanted = frozenset(states) or frozenset(State)
        return tuple(
            row
            for row in self._rows.values()
            if session in {None, row.session}
            and purpose in {None, row.purpose}
            and row.state in wanted
            and dispatch_key in {None, row.dispatch_key}
        )

    def move(
        self,
        keys: Sequence[str],
        old: State,
        new: State,
        *,
        at: dt.datetime,
        actor: str,
        reason: str,
        dispatch_key: str | None = None,
        on_dispatch: str | None = None,
        on_draft: str | None = None,
    ) -> bool:
        check_step(old, new, dispatch_key)
        found = (self._rows[key] for key in dict.fromkeys(keys) if key in self._rows)
        rows = [row for row in found if self._may_move(row, old, on_dispatch, on_draft)]
        if len(rows) < len(set(keys)):
            return False
        for before in rows:
            after = stepped(before, new, reason, dispatch_key)
            self._rows[before.key] = after
            self._note(entry_kind(new), before, step_facts(before, after), at, actor)
        return True

    def _may_move(self, row: Proposal, old: State, on_dispatch: str | None, on_draft: str | None) -> bool:
        """The compare of compare-and-set."""
        return row.state is old and on_dispatch in {None, row.dispatch_key} and on_draft in {None, row.draft_id}

    def record_draft(self, dispatch_key: str, draft_id: str, *, at: dt.datetime) -> bool:
        rows = self.find(states={State.RELEASING}, dispatch_key=dispatch_key)
        if not rows or any(row.draft_id is not None for row in rows):
            return False
        for row in rows:
            self._rows[row.key] = replace(row, draft_id=draft_id)
            self._note("message.drafted", row, draft_facts(row, draft_id), at, "firstbell")
        return True

    def hold_until(self, keys: Sequence[str], until: dt.datetime, *, at: dt.datetime, actor: str, reason: str) -> int:
        rows = [row for row in self.find(states={State.HELD}) if row.key in set(keys) and row.release_at != until]
        for row in rows:
            self._rows[row.key] = replace(row, release_at=until)
            self._note("message.held_until", row, hold_facts(row, reason), at, actor)
        return len(rows)

    def purge(
        self,
        *,
        addresses_before: dt.datetime,
        rows_before: dt.datetime,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> Mapping[str, int]:
        staying = {key: row for key, row in self._rows.items() if row.send_before >= rows_before}
        blanked = [key for key, row in staying.items() if row.send_before < addresses_before and row.address]
        counts = {"addresses": len(blanked), "messages": len(self._rows) - len(staying)}
        if not only_count:
            self._rows = staying
            self._blank(blanked)
            self._ledger.note_purge(counts, at=at, actor=actor)
        return counts

    def forget_addresses(self, subject_id: str, *, at: dt.datetime, actor: str) -> int:
        found = [key for key, row in self._rows.items() if row.subject_id == subject_id and row.address]
        self._blank(found)
        self._ledger.note_purge({"addresses": len(found)}, at=at, actor=actor)
        return len(found)

    def _blank(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._rows[key] = replace(self._rows[key], address=Personal(""))

    def _note(self, kind: str, proposal: Proposal, facts: Mapping[str, str], at: dt.datetime, actor: str) -> None:
        self._ledger.append(kind, at=at, actor=actor, facts=facts, pupil_id=entry_pupil(proposal))


class FakeMemory:
    """What every desk of one school shares."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str, str, str], PersonsCell] = {}
        self.leases: dict[str, tuple[int, dt.datetime]] = {}
        self.heartbeats: dict[str, dt.datetime] = {}
        self.job_days: dict[tuple[str, dt.date], JobDay] = {}
        self.owners = count()
        self.full_at: dict[str, dt.datetime] = {}


class FakeDesk:
    """One run's desk over the shared memory; only the run that took a lease can end it."""

    def __init__(self, memory: FakeMemory) -> None:
        self._memory = memory
        self._held: dict[str, int] = {}

    def cells(self, workbook: str) -> tuple[PersonsCell, ...]:
        return tuple(cell for key, cell in sorted(self._memory.cells.items()) if cell.workbook == workbook)

    def save_cells(self, cells: Iterable[PersonsCell]) -> None:
        for cell in cells:
            key = (cell.workbook, cell.sheet, cell.row_key, cell.column)
            self._memory.cells.pop(key, None)
            if cell.value:
                self._memory.cells[key] = cell

    def take_lease(self, job: str, *, now: dt.datetime, seconds: int) -> bool:
        moment_text(now)
        lease = self._memory.leases.get(job)
        if is_held(lease[1] if lease else None, now=now, seconds=seconds):
            return False
        self._held[job] = next(self._memory.owners)
        self._memory.leases[job] = (self._held[job], now + dt.timedelta(seconds=seconds))
        return True

    def end_lease(self, job: str) -> None:
        lease = self._memory.leases.get(job)
        if lease is not None and lease[0] == self._held.get(job):
            del self._memory.leases[job]

    def take_token(self, quota: Quota, *, now: dt.datetime) -> dt.datetime | None:
        taken = take(self._memory.full_at.get(quota.mailbox), quota, now)
        self._memory.full_at[quota.mailbox] = taken.full_at
        return taken.go_on_at

    def return_token(self, quota: Quota) -> None:
        full_at = self._memory.full_at.get(quota.mailbox)
        if full_at is not None:
            self._memory.full_at[quota.mailbox] = full_at - pace(quota)

    def heartbeat(self, job: str, *, at: dt.datetime, due_at: dt.datetime | None, outcome: str) -> None:  # noqa: ARG002 - the port says both; nothing reads them back
        moment_text(at)
        self._memory.heartbeats[job] = max(at, self._memory.heartbeats.get(job, at))

    def last_heartbeat(self, job: str) -> dt.datetime | None:
        return self._memory.heartbeats.get(job)

    def note_try(self, tried: Try) -> None:
        for moment in (tried.began_at, tried.ended_at):
            moment_text(moment)
        days = self._memory.job_days
        days[tried.job, tried.day] = day_with(days.get((tried.job, tried.day)), tried)
        for job, day in list(days):
            if job == tried.job and day < tried.day - KEPT_FOR:
                del days[job, day]

    def job_days(self, day: dt.date) -> tuple[JobDay, ...]:
        return tuple(found for key, found in sorted(self._memory.job_days.items()) if key[1] == day)


class FakeStore:
    """Everything that is remembered for one school, until the test ends."""

    def __init__(self, school: str = "st-example", zone: ZoneInfo = LONDON) -> None:
        self.ledger = FakeLedger(school)
        self.registers = FakeRegisters(zone, self.ledger)
        self.proposals = FakeProposals(self.ledger)
        self._memory = FakeMemory()
        self.desk = FakeDesk(self._memory)

    def another_run(self) -> "FakeStore":
        """The same school's store as a second run opens it."""
        other = FakeStore()
        other.registers, other.ledger, other.proposals = self.registers, self.ledger, self.proposals
        other._memory = self._memory
        other.desk = FakeDesk(self._memory)
        return other

    def close(self) -> None:
        """Nothing to let go of."""
