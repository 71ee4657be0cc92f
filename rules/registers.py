"""Marks and the attendance register, held as one byte a session so that a school year is a few hundred kilobytes.

Three states never mix: a session with no mark (byte 0: the register was not taken, or not for this pupil), one marked
N (taken, no reason yet), and one with any other code.
"""

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from rules.calendar.sessions import Session
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry of the register: pupil, session, code (None: not taken), and minutes late where the MIS gives them."""

    pupil_id: str
    session: Session
    code: AttendanceCode | None
    minutes_late: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterSpan:
    """One pupil's register over some sessions: `marks[i]` is the byte of the code for `sessions[i]`."""

    pupil_id: str
    sessions: tuple[Session, ...]
    marks: bytes

    def __post_init__(self) -> None:
        if len(self.sessions) != len(self.marks):
            raise ValueError(f"a span of {len(self.sessions)} sessions needs as many marks, found {len(self.marks)}")

    def code_at(self, session: Session) -> AttendanceCode | None:
        """The code of a session; None when no mark was taken or the session lies outside the span."""
        index = bisect_left(self.sessions, session)
        inside = index < len(self.sessions) and self.sessions[index] == session
        return code_of(self.marks[index]) if inside else None

    def between(self, first: dt.date, last: dt.date) -> "RegisterSpan":
        """The part of the span from `first` to `last`, both days inside."""
        low = bisect_left(self.sessions, first, key=_date_of)
        high = bisect_right(self.sessions, last, key=_date_of)
        return RegisterSpan(self.pupil_id, self.sessions[low:high], self.marks[low:high])

    def positions_with(self, codes: frozenset[AttendanceCode]) -> list[int]:
        """Where in the span these codes stand, in order."""
        return list(map(re.Match.start, _pattern(codes).finditer(self.marks)))

    def sessions_with(self, codes: frozenset[AttendanceCode]) -> tuple[Session, ...]:
        """The sessions marked with one of these codes, in order."""
        return tuple(map(self.sessions.__getitem__, self.positions_with(codes)))

    def days_wholly(self, codes: frozenset[AttendanceCode]) -> tuple[dt.date, ...]:
        """The days that have a mark and no mark but these codes, in order."""
        first_of_day: dict[dt.date, int] = {}
        for at in self.positions_with(codes):
            first_of_day.setdefault(self.sessions[at].date, at)
        allowed = _bytes_of(codes) + bytes([NO_MARK])
        return tuple(day for day, at in first_of_day.items() if self._is_whole(day, at, allowed))

    def without(self, sessions: AbstractSet[Session]) -> "RegisterSpan":
        """The same span with no mark at these sessions."""
        kept = bytes(NO_MARK if s in sessions else mark for s, mark in zip(self.sessions, self.marks, strict=True))
        return RegisterSpan(self.pupil_id, self.sessions, kept)

    def marked(self) -> Iterator[tuple[Session, AttendanceCode]]:
        """Each session that has a mark, with its code."""
        for session, byte in zip(self.sessions, self.marks, strict=True):
            code = code_of(byte)
            if code is not None:
                yield session, code

    def _is_whole(self, day: dt.date, at: int, allowed: bytes) -> bool:
        """Whether the sessions beside this one, where they are of the same day, hold nothing but what is allowed."""
        for beside in (at - 1, at + 1):
            is_inside = 0 <= beside < len(self.marks)
            if is_inside and self.marks[beside] not in allowed and self.sessions[beside].date == day:
                return False
        return True


@cache
def _bytes_of(codes: frozenset[AttendanceCode]) -> bytes:
    return bytes(sorted(byte_of(code) for code in codes))


@cache
def _pattern(codes: frozenset[AttendanceCode]) -> re.Pattern[bytes]:
    return re.compile(b"[" + re.escape(_bytes_of(codes)) + b"]")


def _date_of(session: Session) -> dt.date:
    return session.date
