"""The plain engine: whole registers at a time with what `bytes` can do, for one school in a cold process."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from rules.absence.counts import count_sessions
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.engine.frame import SESSIONS_A_DAY, Frame, PupilFigures

FULL = 100
MISSED = b"m"
BROKEN = b"."
# A day's two halves are added: one missed, or two, or one beside no mark, and never a half that breaks the run (4).
HALF_MISSED, HALF_BROKEN = 1, 4
DAYS_MISSED = bytes(MISSED[0] if both in (HALF_MISSED, 2 * HALF_MISSED) else BROKEN[0] for both in range(256))


def registers_of(sessions: Sequence[bytes]) -> list[bytes]:
    """Pupils' registers from blobs of one session each, a byte a pupil; those who came later have no mark before."""
    pupils = max(map(len, sessions), default=0)
    together = b"".join(session.ljust(pupils, bytes([NO_MARK])) for session in sessions)
    return [together[pupil::pupils] for pupil in range(pupils)]


def figures_of(registers: Sequence[bytes], frame: Frame) -> list[PupilFigures]:
    """The figures of registers, in order; each has one byte for every session of the frame."""
    return [_figures(marks, frame) for marks in registers]


def _figures(marks: bytes, frame: Frame) -> PupilFigures:
    law = frame.law
    counts = count_sessions(marks[frame.counted_from :])
    missed, possible = FULL * counts.absent, counts.possible
    in_window, met_at = _threshold(marks, frame)
    longest, return_at = _continuous_absence(marks, frame)
    return PupilFigures(
        *(possible, counts.attending, counts.approved_activity, counts.authorised, counts.unauthorised),
        *(counts.late_before_close, counts.late_after_close, counts.illness, counts.unexplained),
        missed >= possible * law.persistent_percent and possible > 0,
        missed >= possible * law.severe_percent and possible > 0,
        *(in_window, met_at, longest, return_at),
        _sickness_return_at(marks, frame) if counts.illness >= law.illness_sessions else None,
        _oldest_unexplained(marks, frame) if counts.unexplained else None,
    )


def _threshold(marks: bytes, frame: Frame) -> tuple[int, int | None]:
    """Sessions in the current window, and where a window first held enough."""
    places = _places(marks, frame.law.threshold_bytes)
    if not places:
        return 0, None
    needed, weeks, window = frame.law.threshold_sessions, frame.weeks, frame.law.window_weeks
    enough = zip(places, places[needed - 1 :], strict=False)
    met_at = next((last for first, last in enough if weeks[last] - weeks[first] < window), None)
    return len(places) - bisect_left(places, frame.window_opens), met_at


def _places(marks: bytes, codes: bytes, start: int = 0) -> list[int]:
    return [found.start() for found in _pattern(codes).finditer(marks, start)]


def _continuous_absence(marks: bytes, frame: Frame) -> tuple[int, int | None]:
    """The longest run of school days wholly missed, and the day on which one was first long enough."""
    halves = marks.translate(_halves(frame.law.return_bytes))
    if HALF_MISSED not in halves:
        return 0, None
    days = _added(halves[::2], halves[1::2]).translate(DAYS_MISSED)
    long_enough = days.find(MISSED * frame.law.return_days)
    return max(map(len, days.split(BROKEN))), None if long_enough < 0 else long_enough + frame.law.return_days - 1


def _added(mornings: bytes, afternoons: bytes) -> bytes:
    """Byte by byte; no sum reaches 256, so long integers add them all at once without a carry."""
    both = int.from_bytes(mornings, "little") + int.from_bytes(afternoons, "little")
    return both.to_bytes(len(mornings), "little")


def _sickness_return_at(marks: bytes, frame: Frame) -> int:
    ill = _places(marks, bytes([byte_of(AttendanceCode.ILLNESS)]), frame.counted_from)
    return ill[frame.law.illness_sessions - 1]


def _oldest_unexplained(marks: bytes, frame: Frame) -> int:
    first = marks.index(byte_of(AttendanceCode.UNEXPLAINED), frame.counted_from)
    return frame.school_days - 1 - first // SESSIONS_A_DAY


@cache
def _pattern(codes: bytes) -> re.Pattern[bytes]:
    return re.compile(b"[" + re.escape(codes) + b"]")


@cache
def _halves(codes: bytes) -> bytes:
    """The table that says of half a day's mark whether it is missed, breaks a run, or (0) says nothing."""
    table = bytearray([HALF_BROKEN]) * 256
    table[NO_MARK] = 0
    for byte in codes:
        table[byte] = HALF_MISSED
    return bytes(table)
