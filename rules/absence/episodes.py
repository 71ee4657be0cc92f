"""Episodes (ours): runs of consecutive missed possible sessions; weekends, holidays and other sessions are bridged."""

import re
from dataclasses import dataclass
from functools import cache

from rules.calendar import Session
from rules.codes import Category, bytes_in
from rules.registers import RegisterSpan


@dataclass(frozen=True, slots=True)
class AbsenceEpisode:
    """A run of missed sessions: all the missed ones, in order; never empty."""

    sessions: tuple[Session, ...]


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
