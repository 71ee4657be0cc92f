"""The MIS as it was: marks as they stood at a past moment, worked out from the register and its amendments.

An amendment keeps the entry before it and when it was seen, so each mark can be taken back to any moment since. What
was never kept cannot be had back: the roll and contacts are those of the last sync, a register taken late counts as
taken in time, and lists are what the MIS folder still holds for the day.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from firstbell.errors import NeedsHuman
from firstbell.ports import Clock, Mis
from firstbell.records import (
    BesideTheRegister,
    ExpectedElsewhere,
    Lessons,
    MarkChange,
    Marks,
    MisCapabilities,
    RegisterStatus,
    Roll,
    School,
)
from firstbell.workflows.office import Office
from rules.calendar import Half, SchoolCalendar, Session
from rules.codes import AttendanceCode, code_of
from rules.registers import Mark, RegisterSpan


@dataclass(frozen=True)
class RegistersAsTheyStood:
    """The port Mis at the moment its clock shows. `spans` are the registers of now, `changes` what amended them."""

    office: Office
    clock: Clock
    roll_now: Roll
    spans: dict[str, RegisterSpan]
    changes: tuple[MarkChange, ...]

    @property
    def capabilities(self) -> MisCapabilities:
        """Those of the school's MIS."""
        return self.mis.capabilities

    @property
    def mis(self) -> Mis:
        """The school's own MIS, for what does not change from day to day."""
        return self.office.mis

    def school(self) -> School:
        """The school itself."""
        return self.mis.school()

    def calendar(self) -> SchoolCalendar:
        """The school's calendar as it is now."""
        return self.mis.calendar()

    def roll(self) -> Roll:
        """The roll of the last sync, as if it had just been read."""
        return replace(self.roll_now, as_at=self.clock.now())

    def marks(self, first: dt.date, last: dt.date) -> Marks:
        """The marks of these days as they stood at this moment; registers that had not closed hold none."""
        now = self.clock.now()
        then = {(change.pupil_id, change.session): change.original for change in self._undone(now)}
        seen = tuple(
            Mark(pupil_id, session, then.get((pupil_id, session), code))
            for pupil_id, span in self.spans.items()
            for session, code in _entries(span.between(first, last))
            if self._has_closed(session, now)
        )
        return Marks(now, seen)

    def registers(self, day: dt.date) -> tuple[RegisterStatus, ...]:
        """What the MIS still says of that day's registers."""
        return self.mis.registers(day)

    def expected_elsewhere(self, day: dt.date) -> tuple[ExpectedElsewhere, ...]:
        """What the MIS still says of that day's lists."""
        return self.mis.expected_elsewhere(day)

    def beside_the_register(self) -> BesideTheRegister:
        """Nothing: it was not kept, and no message to a family hangs on it."""
        return BesideTheRegister()

    def lessons(self, day: dt.date) -> Lessons:  # noqa: ARG002 - there is none of any day
        """None: lesson marks are not kept."""
        return Lessons()

    def _undone(self, now: dt.datetime) -> Iterator[MarkChange]:
        """Amendments seen later than now, the newest first: of several, the oldest has the last word."""
        return (change for change in reversed(self.changes) if change.seen_at > now)

    def _has_closed(self, session: Session, now: dt.datetime) -> bool:
        day = self.office.settings.day
        closes = day.am.closes if session.half is Half.AM else day.pm.closes
        return self.office.at(session.date, closes) <= now


def registers_as_they_stood(office: Office, clock: Clock, first: dt.date, last: dt.date) -> RegistersAsTheyStood:
    """What is needed to go back to any moment from `first` to `last`. Raises NeedsHuman before the first sync."""
    registers = office.store.registers
    roll = registers.roll()
    if roll is None:
        raise NeedsHuman("there is no roll yet, so there is nothing to replay", "run: firstbell run sync")
    begins = office.mis.calendar().first
    return RegistersAsTheyStood(office, clock, roll, registers.spans(begins, last), registers.mark_changes(first, last))


def _entries(span: RegisterSpan) -> Iterator[tuple[Session, AttendanceCode | None]]:
    return ((session, code_of(byte)) for session, byte in zip(span.sessions, span.marks, strict=True))
