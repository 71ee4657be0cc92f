"""Slips in past registers, as every office meets them: few, and the same for the same school and day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from firstbell.demo.history import PRESENT, History
from rules.calendar import Half, Session
from rules.codes import AttendanceCode, byte_of
from rules.people import Pupil
from rules.registers import RegisterSpan

DAYS_NEEDED = 10  # of history, before anything can have slipped
LAST_RESIT, REVIEW = -8, -10  # school days back: the last examination of a resit, a review that nobody held


@dataclass(frozen=True, slots=True)
class Slip:
    """One mark: of which year, how many school days ago, and what stands beside it (None: nothing is written there)."""

    year_group: str
    code: AttendanceCode
    half: Half
    days_back: int
    note: str | None = None
    minutes_late: int | None = None


SLIPS = (
    Slip("10", AttendanceCode.OTHER_APPROVED_ACTIVITY, Half.PM, 6, note="taster day at the college"),
    Slip("10", AttendanceCode.OTHER_APPROVED_ACTIVITY, Half.PM, 6),
    Slip("8", AttendanceCode.LATE_BEFORE_CLOSE, Half.AM, 4, minutes_late=42),
    Slip("12", AttendanceCode.LEAVE_STUDY, Half.AM, 5),
)


def with_slips(history: History, pupils: Sequence[Pupil]) -> History:
    """The history with one mark for each slip, of a pupil who was simply present; too short a history has none."""
    sessions = next(iter(history.spans.values())).sessions if history.spans else ()
    if len(sessions) < 2 * DAYS_NEEDED:
        return history
    spans, minutes, notes = dict(history.spans), dict(history.minutes_late), dict(history.notes)
    for slip, pupil_id, at in _placed(spans, pupils, sessions):
        spans[pupil_id] = _marked(spans[pupil_id], at, slip.code)
        if slip.minutes_late is not None:
            minutes[pupil_id, sessions[at]] = slip.minutes_late
        if slip.note is not None:
            notes[pupil_id, sessions[at]] = slip.note
    return replace(history, spans=spans, minutes_late=minutes, notes=notes)


def _placed(
    spans: dict[str, RegisterSpan], pupils: Sequence[Pupil], sessions: Sequence[Session]
) -> Iterator[tuple[Slip, str, int]]:
    """Each slip with the first pupil of its year it can happen to, and the place in the register."""
    taken: set[str] = set()
    for slip in SLIPS:
        half = 0 if slip.half is Half.AM else 1
        at = len(sessions) - 2 * slip.days_back + half
        fits = (p.id for p in pupils if p.year_group == slip.year_group and p.id not in taken)
        found = next((pupil_id for pupil_id in fits if spans[pupil_id].marks[at] == PRESENT[half]), None)
        if found is not None:
            taken.add(found)
            yield slip, found, at


def _marked(span: RegisterSpan, at: int, code: AttendanceCode) -> RegisterSpan:
    marks = bytearray(span.marks)
    marks[at] = byte_of(code)
    return replace(span, marks=bytes(marks))
