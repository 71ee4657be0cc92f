"""Where lesson registers contradict the register of the session, and whom to ask before anyone is accused.

The register of the session is the law's; lesson marks only show where it, or a lesson's, may be wrong. A lesson whose
register was not taken says nothing. Only unauthorised codes count as missing: a pupil who went home ill is explained.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from rules.calendar import Session
from rules.codes import AttendanceCode, Category, facts_of
from rules.findings import how_many
from rules.registers import RegisterSpan

# Neither contradicts being in a lesson of the session: one came after the register closed, one left for an hour.
AWAY_FOR_PART = frozenset({AttendanceCode.LATE_AFTER_CLOSE, AttendanceCode.LEAVE_MEDICAL})


@dataclass(frozen=True, slots=True)
class LessonMark:
    """One entry of a lesson's register; `period` numbers the day's lessons, `teacher_id` is who took it, cover too."""

    pupil_id: str
    session: Session
    period: int
    code: AttendanceCode | None
    teacher_id: str

    @property
    def is_here(self) -> bool:
        return _is_here(self.code) or self.code is AttendanceCode.LATE_AFTER_CLOSE

    @property
    def is_missing(self) -> bool:
        """Not in the room, and nobody has said why."""
        return self.code is not None and not self.is_here and _is_of(self.code, Category.UNAUTHORISED_ABSENCE)


class Contradiction(StrEnum):
    """The ways in which two registers can differ about a pupil."""

    HERE_AND_IN_NO_LESSON = "here, and in no lesson"
    AWAY_AND_IN_A_LESSON = "away, and in a lesson"
    MISSING_BETWEEN = "here, missing, here again"


@dataclass(frozen=True, slots=True)
class LessonConflict:
    """One contradiction, in a sentence without the pupil's name, and the teacher who can settle it."""

    session: Session
    contradiction: Contradiction
    period: int
    ask: str
    sentence: str


def lesson_conflicts(span: RegisterSpan, lessons: Iterable[LessonMark]) -> tuple[LessonConflict, ...]:
    """The contradictions between a pupil's register and lessons, in order of session and period.

    Marks of other pupils, and of sessions without a mark, are passed over.
    """
    own = sorted((mark for mark in lessons if mark.pupil_id == span.pupil_id), key=lambda m: (m.session, m.period))
    days = (tuple(marks) for _, marks in groupby(own, key=lambda mark: mark.session.date))
    found = [conflict for day in days for conflict in _of_a_day(span, day)]
    return tuple(sorted(found, key=lambda conflict: (conflict.session, conflict.period)))


def _of_a_day(span: RegisterSpan, day: tuple[LessonMark, ...]) -> Iterator[LessonConflict]:
    between = tuple(mark for at, mark in enumerate(day) if mark.is_missing and _is_between(span, day, at))
    yield from map(_missing_between, between)
    for session, marks in groupby(day, key=lambda mark: mark.session):
        lessons, code = tuple(marks), span.code_at(session)
        if code is not None:
            yield from _away_and_in_a_lesson(code, lessons)
            if not set(lessons) & set(between):
                yield from _here_and_in_no_lesson(code, lessons)


def _is_between(span: RegisterSpan, day: tuple[LessonMark, ...], at: int) -> bool:
    """Whether the pupil was seen that day both before this lesson and after it, at a registration or in a lesson."""
    missed = day[at].session
    registered = {mark.session for mark in day if _is_here(span.code_at(mark.session))}
    before = any(mark.is_here for mark in day[:at]) or any(session <= missed for session in registered)
    after = any(mark.is_here for mark in day[at + 1 :]) or any(session > missed for session in registered)
    return before and after


def _missing_between(mark: LessonMark) -> LessonConflict:
    sentence = (
        f"Here before and after period {mark.period}, and {mark.code} in it: "
        "ask its teacher whether the mark is right before anyone is alarmed."
    )
    return LessonConflict(mark.session, Contradiction.MISSING_BETWEEN, mark.period, mark.teacher_id, sentence)


def _away_and_in_a_lesson(code: AttendanceCode, lessons: tuple[LessonMark, ...]) -> Iterator[LessonConflict]:
    seen = next((mark for mark in lessons if mark.is_here), None)
    if seen is not None and facts_of(code).is_absence and code not in AWAY_FOR_PART:
        away = "Away" if facts_of(code).is_restricted else code  # teachers read it, and the reason is not theirs
        sentence = f"{away} for the {seen.session.half.in_words}, and marked in period {seen.period}: ask its teacher."
        yield LessonConflict(seen.session, Contradiction.AWAY_AND_IN_A_LESSON, seen.period, seen.teacher_id, sentence)


def _here_and_in_no_lesson(code: AttendanceCode, lessons: tuple[LessonMark, ...]) -> Iterator[LessonConflict]:
    taken = [mark for mark in lessons if mark.code is not None]
    if taken and _is_here(code) and all(mark.is_missing for mark in taken):
        first = taken[0]
        sentence = (
            f"{code} at registration, and missing from {how_many(len(taken), 'lesson')} of the "
            f"{first.session.half.in_words}: ask the teacher of period {first.period}, then look for the pupil."
        )
        yield LessonConflict(
            first.session, Contradiction.HERE_AND_IN_NO_LESSON, first.period, first.teacher_id, sentence
        )


def _is_here(code: AttendanceCode | None) -> bool:
    """In the building; on a visit or at another provider is attending, and not here."""
    return code is not None and _is_of(code, Category.PRESENT)


def _is_of(code: AttendanceCode, category: Category) -> bool:
    return facts_of(code).category is category
