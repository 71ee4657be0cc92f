"""Registers in memory."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from firstbell.chain import moment_text
from firstbell.records import MarkChange, Marks, Roll
from firstbell.testing.fake_ledger import FakeLedger
from rules.calendar.sessions import Session
from rules.codes import AttendanceCode, byte_of
from rules.registers import Mark, RegisterSpan


class FakeRegisters:
    """The roll and the marks as plain dictionaries."""

    def __init__(self, zone: ZoneInfo, ledger: FakeLedger) -> None:
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
