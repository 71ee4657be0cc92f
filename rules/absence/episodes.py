"""Episodes (ours): runs of consecutive missed possible sessions; weekends, holidays and other sessions are bridged."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from rules.calendar import Session
from rules.calendar.sessions import in_words
from rules.codes import Category, bytes_in
from rules.findings import Finding, Outcome, how_many
from rules.registers import RegisterSpan

SHORT_DAYS = 2


@dataclass(frozen=True, slots=True)
class AbsenceEpisode:
    """A run of missed sessions: all the missed ones, in order; never empty."""

    sessions: tuple[Session, ...]

    @property
    def days(self) -> int:
        """The days on which a session was missed."""
        return len({session.date for session in self.sessions})


@dataclass(frozen=True, slots=True)
class Spells:
    """What stands beside a percentage: episodes, the sessions of the longest, and episodes of one or two days."""

    count: int
    longest_sessions: int
    of_one_or_two_days: int
    finding: Finding


def spells(span: RegisterSpan, as_of: dt.date) -> Spells:
    """The spells of absence up to the end of `as_of`; the longest is the first where two are alike."""
    found = absence_episodes(span.between(dt.date.min, as_of))
    if not found:
        return Spells(0, 0, 0, Finding(Outcome.NOT_MET, "No absence."))
    longest = max(found, key=lambda episode: len(episode.sessions))
    short = sum(episode.days <= SHORT_DAYS for episode in found)
    sentence = (
        f"{how_many(len(found), 'spell')} of absence, {short} of one or two days; the longest "
        f"{how_many(len(longest.sessions), 'session')}, from {in_words(longest.sessions[0].date)}."
    )
    finding = Finding(Outcome.MET, sentence, longest.sessions)
    return Spells(len(found), len(longest.sessions), short, finding)


def absence_episodes(span: RegisterSpan) -> tuple[AbsenceEpisode, ...]:
    """The episodes of a register: together they hold each missed session once."""
    return tuple(AbsenceEpisode(_missed(span, *found.span())) for found in _episode().finditer(span.marks))


def _missed(span: RegisterSpan, start: int, end: int) -> tuple[Session, ...]:
    absences = _absences()
    return tuple(span.sessions[at] for at in range(start, end) if span.marks[at] in absences)


@cache
def _absences() -> bytes:
    return bytes_in(Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE)


@cache
def _episode() -> re.Pattern[bytes]:
    """From a missed session to the last one before the pupil attends again."""
    attending = re.escape(bytes_in(Category.PRESENT, Category.APPROVED_EDUCATIONAL_ACTIVITY))
    missed = re.escape(_absences())
    return re.compile(b"[%b](?:[^%b]*[%b])?" % (missed, attending, missed), re.DOTALL)
