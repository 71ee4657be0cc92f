"""What the half-term message is decided from: the half-term that ended, the days missed in it, and the hold list."""

import datetime as dt
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.messages.shown import days_in_words
from firstbell.records import Roll
from firstbell.workflows.notes.desk_notes import DeskNotes, read_desk_notes
from firstbell.workflows.office import Office
from rules.absence.counts import count_sessions
from rules.absence.episodes import absence_episodes
from rules.calendar import Half, SchoolCalendar, Session, Term, school_year_of
from rules.codes import AttendanceCode
from rules.contact.permissions import Decision, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Pupil
from rules.registers import RegisterSpan

PURPOSE = Purpose.HALF_TERM_DAYS_MISSED


@dataclass(frozen=True, slots=True)
class FreshStart:
    """A half-term that begins, and the one that ended: `since` is the first day of the school year.

    Days are counted to the end of the half-term that ended, so that the figure stands still while it waits.
    """

    ended: Term
    since: dt.date
    begins: dt.date
    last_day: dt.date

    @property
    def session(self) -> Session:
        """The session that stands for this fresh start in keys: a pupil and contact have one message a half-term."""
        return Session(self.begins, Half.AM)


@dataclass(frozen=True, slots=True)
class Missed:
    """Sessions missed, authorised or not, in the half-term that ended and in the school year to its end."""

    last_half_term: int
    this_year: int

    def __str__(self) -> str:
        return f"{days_in_words(self.last_half_term)} last half-term, {days_in_words(self.this_year)} this school year"


def fresh_start(calendar: SchoolCalendar, as_of: dt.date, send_within: int) -> FreshStart | None:
    """The half-term that begins about `as_of`: from the holiday before it to its `send_within`-th school day.

    None later in a half-term, and for the first one of a school year, which has nothing to look back on.
    """
    coming = next((at for at, term in enumerate(calendar.terms) if as_of <= term.last), 0)
    ended, term = calendar.terms[coming - 1], calendar.terms[coming]
    days = calendar.school_days(term.first, term.last)[:send_within]
    is_same_year = coming > 0 and school_year_of(ended.first) == school_year_of(term.first)
    if not is_same_year or not days or as_of > days[-1]:
        return None
    of_year = (t.first for t in calendar.terms if school_year_of(t.first) == school_year_of(term.first))
    return FreshStart(ended, min(of_year), days[0], days[-1])


def look_at_half_term(office: Office, start: FreshStart, as_of: dt.date) -> "Picture":
    """What is known now. Raises NeedsHuman when the register in the store is not of today."""
    roll, as_at = office.store.registers.roll(), office.store.registers.marks_as_at()
    if roll is None or as_at is None or as_at.astimezone(office.settings.zone).date() != as_of:
        raise NeedsHuman("the register in the store is not of today, so no days are told", "run: firstbell run sync")
    return Picture(office, start, as_of, roll)


@dataclass(frozen=True)
class Picture:
    """The school at this moment, with the roll as the last sync left it; registers and people's words are read anew."""

    office: Office
    start: FreshStart
    as_of: dt.date
    roll: Roll

    @property
    def notes(self) -> DeskNotes:
        return read_desk_notes(self.office.store.desk)

    def pupils(self) -> tuple[Pupil, ...]:
        """The pupils on roll now, in order of id."""
        return tuple(sorted((p for p in self.roll.pupils if p.is_on_roll(self.as_of)), key=lambda p: p.id))

    def pupil(self, pupil_id: str) -> Pupil | None:
        return next((p for p in self.roll.pupils if p.id == pupil_id and p.is_on_roll(self.as_of)), None)

    def span(self, pupil: Pupil) -> RegisterSpan:
        """The pupil's register of this school year, to the end of the half-term that ended."""
        return self.office.store.registers.span(pupil.id, self.start.since, self.start.ended.last)

    def missed(self, pupil: Pupil) -> Missed:
        span, ended = self.span(pupil), self.start.ended
        last = span.between(ended.first, ended.last)
        return Missed(count_sessions(last.marks).absent, count_sessions(span.marks).absent)

    def is_below_minimum(self, missed: Missed) -> bool:
        return missed.last_half_term < 2 * self.office.settings.half_term.least_days_missed

    def is_on_hold_list(self, pupil: Pupil) -> bool:
        """Whether a person writes instead: a sensitive-case hold, a pupil safeguarding watches, or a long illness."""
        until = self.notes.holds.get(pupil.id)
        is_held = until is not None and self.as_of <= until
        return is_held or bool(pupil.vulnerabilities()) or self._was_long_ill(pupil)

    def _was_long_ill(self, pupil: Pupil) -> bool:
        span, longest = self.span(pupil), 2 * self.office.settings.half_term.long_illness_school_days
        ill = frozenset(span.sessions_with(frozenset({AttendanceCode.ILLNESS})))
        return any(len(ill.intersection(episode.sessions)) > longest for episode in absence_episodes(span))

    def decisions(self, pupil: Pupil) -> tuple[Decision, ...]:
        """Who may be told, contact by contact, in order of priority."""
        contacts = {contact.id: contact for contact in self.roll.contacts}
        blocked = self.notes.blocked_addresses.get(pupil.id, frozenset())
        return who_may_be_told(pupil, self.roll.links, contacts, PURPOSE, self.as_of, blocked_addresses=blocked)
