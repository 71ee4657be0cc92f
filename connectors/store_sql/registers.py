"""The roll and the attendance register in SQL."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.store_sql.amendments import append_changes, read_changes
from connectors.store_sql.engine import Database
from connectors.store_sql.ledger import write_purge
from connectors.store_sql.minutes import read_minutes, write_minutes
from connectors.store_sql.pages import (
    NOTHING,
    amend_page,
    give_positions,
    read_pages,
    read_position,
    read_positions,
    write_pages,
)
from connectors.store_sql.purging import purge_register
from connectors.store_sql.roll import read_roll, write_roll
from connectors.store_sql.tables import schools
from firstbell.records import MarkChange, Marks, Roll
from rules.calendar.sessions import Session
from rules.codes import code_of
from rules.registers import Mark, RegisterSpan

MarksBySession = Mapping[Session, Mapping[str, Mark]]


@dataclass(frozen=True, slots=True)
class Amender:
    """Who amends, why, and when: the words that go on every amendment of one saving."""

    name: str
    role: str
    reason: str
    on: dt.date
    seen_at: dt.datetime


class SqlRegisters:
    """The port Registers. `zone` is the school's, for the date of an amendment."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._school = database.school
        self._zone = zone

    def save_roll(self, roll: Roll) -> None:
        """Replace the roll, in one transaction; pupils no longer on it keep their marks."""
        with self._database.writing() as connection:
            write_roll(connection, self._school, roll)
            give_positions(connection, self._school, (pupil.id for pupil in roll.pupils))

    def roll(self) -> Roll | None:
        """The roll as last saved; None before the first sync."""
        with self._database.reading() as connection:
            return read_roll(connection, self._school)

    def save_marks(self, marks: Marks, *, by_name: str, by_role: str, reason: str) -> tuple[MarkChange, ...]:
        """Write marks in one transaction and return what changed, by session and pupil; see the port.

        The date of an amendment is the school's own date at `marks.as_at`. Of two marks for one pupil and session, the
        later in the list holds.
        """
        on = marks.as_at.astimezone(self._zone).date()
        amender = Amender(by_name, by_role, reason, on, marks.as_at)
        with self._database.writing() as connection:
            self._advance(connection, marks.as_at)
            return self._write(connection, _by_session(marks), amender) if marks.marks else ()

    def _advance(self, connection: sa.Connection, as_at: dt.datetime) -> None:
        here = sa.update(schools).where(schools.c.school == self._school)
        is_newer = sa.or_(schools.c.marks_as_at.is_(None), schools.c.marks_as_at < as_at)
        connection.execute(here.where(is_newer).values(marks_as_at=as_at))

    def _write(self, connection: sa.Connection, marks: MarksBySession, amender: Amender) -> tuple[MarkChange, ...]:
        first, last = min(marks).date, max(marks).date
        write_minutes(connection, self._school, read_minutes(connection, self._school, first, last), marks)
        everyone = dict.fromkeys(pupil_id for by_pupil in marks.values() for pupil_id in by_pupil)
        positions = give_positions(connection, self._school, everyone)
        old = read_pages(connection, self._school, first, last)
        new = {session: amend_page(old.get(session, b""), marks[session], positions) for session in sorted(marks)}
        changed = {session: page for session, (page, _) in new.items() if page != old.get(session, b"")}
        write_pages(connection, self._school, changed)
        replaced = (each for _, of_session in new.values() for each in sorted(of_session, key=_pupil_of))
        changes = tuple(_change(mark, before, amender) for mark, before in replaced)
        append_changes(connection, self._school, changes)
        return changes

    def marks_as_at(self) -> dt.datetime | None:
        """When the newest marks in the store were true; None before the first sync."""
        with self._database.reading() as connection:
            here = sa.select(schools.c.marks_as_at).where(schools.c.school == self._school)
            as_at: dt.datetime | None = connection.execute(here).scalar_one()
        return as_at

    def span(self, pupil_id: str, first: dt.date, last: dt.date) -> RegisterSpan:
        """One pupil's register; sessions nobody has a mark for are not in it."""
        with self._database.reading() as connection:
            position = read_position(connection, self._school, pupil_id)
            pages = read_pages(connection, self._school, first, last)
        if position is None:
            return RegisterSpan(pupil_id, tuple(pages), NOTHING * len(pages))
        marks = b"".join(page[position : position + 1] or NOTHING for page in pages.values())
        return RegisterSpan(pupil_id, tuple(pages), marks)

    def spans(self, first: dt.date, last: dt.date) -> dict[str, RegisterSpan]:
        """Every pupil's register over the same sessions, by pupil id."""
        with self._database.reading() as connection:
            positions = read_positions(connection, self._school)
            pages = read_pages(connection, self._school, first, last)
        sessions, width = tuple(pages), len(positions)
        joined = b"".join(page.ljust(width, NOTHING) for page in pages.values())
        return {each: RegisterSpan(each, sessions, joined[place::width]) for each, place in positions.items()}

    def minutes_late(self, first: dt.date, last: dt.date) -> dict[tuple[str, Session], int]:
        """Minutes late by pupil id and session, where the MIS gave them."""
        with self._database.reading() as connection:
            found = read_minutes(connection, self._school, first, last)
        return {(pupil_id, session): minutes for session, late in found.items() for pupil_id, minutes in late.items()}

    def mark_changes(self, first: dt.date, last: dt.date) -> tuple[MarkChange, ...]:
        """Amendments to sessions of these dates, oldest first."""
        with self._database.reading() as connection:
            return read_changes(connection, self._school, first, last)

    def purge(
        self,
        *,
        sessions_before: dt.date,
        amended_before: dt.date,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> dict[str, int]:
        """Remove what the law keeps no longer, and pupils of whom nothing is left; see the port."""
        with self._database.writing() as connection:
            counts = purge_register(connection, self._school, sessions_before, amended_before)
            write_purge(connection, self._school, counts, at=at, actor=actor)
            if only_count:
                connection.rollback()
        return counts


def _by_session(marks: Marks) -> MarksBySession:
    found: dict[Session, dict[str, Mark]] = defaultdict(dict)
    for mark in marks.marks:
        found[mark.session][mark.pupil_id] = mark
    return found


def _pupil_of(replaced: tuple[Mark, int]) -> str:
    return replaced[0].pupil_id


def _change(mark: Mark, before: int, amender: Amender) -> MarkChange:
    return MarkChange(
        pupil_id=mark.pupil_id,
        session=mark.session,
        original=code_of(before),
        amended=mark.code,
        reason=amender.reason,
        changed_on=amender.on,
        by_name=amender.name,
        by_role=amender.role,
        seen_at=amender.seen_at,
    )
