"""What is known at this moment about one session: the picture every decision of the morning is taken from."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.records import Elsewhere, Marks
from firstbell.workflows.notes.desk_notes import DeskNotes, read_desk_notes
from firstbell.workflows.office import Office
from rules.calendar import Half, SchoolCalendar, Session
from rules.codes import AttendanceCode, facts_of
from rules.people import Contact, Pupil, PupilContact


@dataclass(frozen=True, slots=True)
class SessionNow:
    """One session as at a moment.

    `codes` has every pupil the MIS gave a mark or an empty mark for; None means the register was not taken for them.
    `notes` are the people's words in the workbooks: reasons given, sensitive holds, blocked addresses.
    `may_be_old_minutes` is how old the marks may be before nothing is sent on them.
    """

    session: Session
    moment: dt.datetime
    as_at: dt.datetime
    pupils: Mapping[str, Pupil]
    contacts: Mapping[str, Contact]
    links: Mapping[str, tuple[PupilContact, ...]]
    codes: Mapping[str, AttendanceCode | None]
    elsewhere: Mapping[str, tuple[Elsewhere, ...]]
    notes: DeskNotes
    may_be_old_minutes: int
    ends_at: dt.datetime
    calendar: SchoolCalendar

    @property
    def minutes_old(self) -> int:
        """How old the marks are, in whole minutes."""
        return int((self.moment - self.as_at).total_seconds() // 60)

    def code_of(self, pupil_id: str) -> AttendanceCode | None:
        return self.codes.get(pupil_id)

    def unexplained(self) -> tuple[Pupil, ...]:
        """Pupils marked N whose absence nobody has explained, in order of id."""
        marked = (p for p in self.pupils.values() if self.codes.get(p.id) is AttendanceCode.UNEXPLAINED)
        return tuple(p for p in sorted(marked, key=lambda p: p.id) if not self.is_explained(p.id))

    def is_explained(self, pupil_id: str) -> bool:
        """Whether a member of staff has written down why the pupil is away, or that the pupil is here."""
        return (pupil_id, self.session) in self.notes.explained

    def is_in_school(self, pupil_id: str) -> bool:
        """Whether the mark says the pupil is on site or at an approved activity; U is, though it counts as absence."""
        code = self.codes.get(pupil_id)
        return code is not None and (code is AttendanceCode.LATE_AFTER_CLOSE or facts_of(code).is_attending)

    def contacts_of(self, pupil_id: str) -> tuple[PupilContact, ...]:
        return self.links.get(pupil_id, ())


def closed_session(office: Office) -> Session | None:
    """The latest session of today whose register has closed; None before the first one and on days without school."""
    today, now = office.today(), office.clock.now()
    if not office.mis.calendar().is_school_day(today):
        return None
    times = {Half.AM: office.settings.day.am, Half.PM: office.settings.day.pm}
    closed = [half for half, register in times.items() if office.at(today, register.closes) <= now]
    return Session(today, closed[-1]) if closed else None


def session_ends_at(office: Office, session: Session) -> dt.datetime:
    """When a session ends: after that a first-day message would only alarm."""
    times = office.settings.day.am if session.half is Half.AM else office.settings.day.pm
    return office.at(session.date, times.session_ends)


def look(office: Office, session: Session) -> SessionNow:
    """The session as it stands: marks and lists read afresh, roll from the last sync, people's words from the desk.

    Raises NeedsHuman before the first sync.
    """
    roll = office.store.registers.roll()
    if roll is None:
        raise NeedsHuman("there is no roll yet, so nobody can be told anything", "run: firstbell run sync")
    marks = office.mis.marks(session.date, session.date)
    return SessionNow(
        session=session,
        moment=office.clock.now(),
        as_at=marks.as_at,
        pupils={pupil.id: pupil for pupil in roll.pupils if pupil.is_on_roll(session.date)},
        contacts={contact.id: contact for contact in roll.contacts},
        links=links_by_pupil(roll.links),
        codes=_codes(marks, session),
        elsewhere=_elsewhere(office, session),
        notes=read_desk_notes(office.store.desk),
        may_be_old_minutes=office.settings.first_day.data_may_be_old_minutes,
        ends_at=session_ends_at(office, session),
        calendar=office.mis.calendar(),
    )


def session_at(office: Office, now: SessionNow, session: Session) -> SessionNow:
    """`now` itself, or the other session of the day as it stands."""
    return now if session == now.session else look(office, session)


def look_again(office: Office, before: SessionNow) -> SessionNow:
    """The same session at this moment: marks, lists and people's words read once more, the roll as this run has it.

    Raises NeedsHuman when the marks are too old, or too few, to tell anybody anything.
    """
    marks = office.mis.marks(before.session.date, before.session.date)
    return usable(
        office,
        dataclasses.replace(
            before,
            moment=office.clock.now(),
            as_at=marks.as_at,
            codes=_codes(marks, before.session),
            elsewhere=_elsewhere(office, before.session),
            notes=read_desk_notes(office.store.desk),
        ),
    )


def usable(office: Office, now: SessionNow) -> SessionNow:
    """`now` itself, or NeedsHuman when its marks are too old, too new, or too few, to tell anybody anything."""
    if now.minutes_old < 0:
        raise NeedsHuman(
            "the marks are of a later time than it is now, so nothing is sent",
            "set this computer's clock and the MIS's right, then run again",
        )
    if now.minutes_old > now.may_be_old_minutes:
        raise NeedsHuman(
            f"the marks are {now.minutes_old} minutes old and may be {now.may_be_old_minutes}, so nothing is sent",
            "check that the MIS export runs, then run again",
        )
    keep, day = office.settings.roll.keep_percent, now.session.date
    expected = {p.id for p in now.pupils.values() if now.calendar.is_school_day(day, p.year_group)}
    found = now.codes.keys() & expected
    if len(found) * 100 < len(expected) * keep:
        raise NeedsHuman(
            f"only {len(found)} of {len(expected)} pupils are in today's marks, so nothing is sent",
            "the export looks cut short: make it again",
        )
    return now


def _codes(marks: Marks, session: Session) -> dict[str, AttendanceCode | None]:
    return {mark.pupil_id: mark.code for mark in marks.marks if mark.session == session}


def _elsewhere(office: Office, session: Session) -> dict[str, tuple[Elsewhere, ...]]:
    found: dict[str, tuple[Elsewhere, ...]] = defaultdict(tuple)
    for entry in office.mis.expected_elsewhere(session.date):
        if entry.session == session:
            found[entry.pupil_id] += (entry.kind,)
    return dict(found)


def links_by_pupil(links: Iterable[PupilContact]) -> dict[str, tuple[PupilContact, ...]]:
    """Contact links by the pupil's id."""
    found: dict[str, tuple[PupilContact, ...]] = defaultdict(tuple)
    for link in links:
        found[link.pupil_id] += (link,)
    return dict(found)
