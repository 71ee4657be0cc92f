"""Sessions by statistical category: what a pupil could have attended, did attend, and missed.

DfE, Working together to improve school attendance, the list of codes and their statistical meaning. Codes D, Q, X,
Y1 to Y7, Z and # and sessions without a mark are no possible sessions: they leave numerator and denominator alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter

from rules.codes import AttendanceCode, Category, byte_of, bytes_in

PRESENT, APPROVED, AUTHORISED, UNAUTHORISED, OUTSIDE = b"p", b"a", b"l", b"u", b"-"


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """Numbers of sessions. `approved_activity` is part of `attending`; the four letters are parts of their category.

    possible = attending + authorised + unauthorised.
    """

    possible: int = 0
    attending: int = 0
    approved_activity: int = 0
    authorised: int = 0
    unauthorised: int = 0
    late_before_close: int = 0
    late_after_close: int = 0
    illness: int = 0
    unexplained: int = 0

    @property
    def absent(self) -> int:
        """Sessions missed, authorised or not."""
        return self.authorised + self.unauthorised


_numbers = attrgetter(*(field.name for field in fields(SessionCounts)))


def count_sessions(marks: bytes) -> SessionCounts:
    """Count a register's bytes, one a session, by category."""
    classes = marks.translate(_classes())
    present, approved = classes.count(PRESENT), classes.count(APPROVED)
    authorised, unauthorised = classes.count(AUTHORISED), classes.count(UNAUTHORISED)
    return SessionCounts(
        possible=present + approved + authorised + unauthorised,
        attending=present + approved,
        approved_activity=approved,
        authorised=authorised,
        unauthorised=unauthorised,
        late_before_close=marks.count(byte_of(AttendanceCode.LATE_BEFORE_CLOSE)),
        late_after_close=marks.count(byte_of(AttendanceCode.LATE_AFTER_CLOSE)),
        illness=marks.count(byte_of(AttendanceCode.ILLNESS)),
        unexplained=marks.count(byte_of(AttendanceCode.UNEXPLAINED)),
    )


def pooled(counts: Iterable[SessionCounts]) -> SessionCounts:
    """The sessions of a group taken together: a school's rate is that of its sessions, not the mean of its pupils'."""
    return SessionCounts(*map(sum, zip(*map(_numbers, counts), strict=True)))


@cache
def _classes() -> bytes:
    """The table that turns each code's byte into the letter of its category."""
    table = bytearray(OUTSIDE * 256)
    for letter, category in (
        (PRESENT, Category.PRESENT),
        (APPROVED, Category.APPROVED_EDUCATIONAL_ACTIVITY),
        (AUTHORISED, Category.AUTHORISED_ABSENCE),
        (UNAUTHORISED, Category.UNAUTHORISED_ABSENCE),
    ):
        for byte in bytes_in(category):
            table[byte] = letter[0]
    return bytes(table)
