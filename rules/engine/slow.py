"""The slow engine: session by session, as the law reads. It is what the other two are held to."""

from collections.abc import Iterator, Sequence

from rules.codes import AttendanceCode, Category, code_of, facts_of
from rules.engine.frame import SESSIONS_A_DAY, Frame, PupilFigures

FULL = 100


def figures_of(registers: Sequence[bytes], frame: Frame) -> list[PupilFigures]:
    """The figures of registers, in order; each has one byte for every session of the frame."""
    return [_figures(marks, frame) for marks in registers]


def _figures(marks: bytes, frame: Frame) -> PupilFigures:
    counted = [code_of(byte) for byte in marks[frame.counted_from :]]
    categories = [facts_of(code).category for code in counted if code is not None]
    approved = categories.count(Category.APPROVED_EDUCATIONAL_ACTIVITY)
    attending = categories.count(Category.PRESENT) + approved
    authorised = categories.count(Category.AUTHORISED_ABSENCE)
    unauthorised = categories.count(Category.UNAUTHORISED_ABSENCE)
    missed = authorised + unauthorised
    possible = attending + missed
    return PupilFigures(
        *(possible, attending, approved, authorised, unauthorised),
        counted.count(AttendanceCode.LATE_BEFORE_CLOSE),
        counted.count(AttendanceCode.LATE_AFTER_CLOSE),
        counted.count(AttendanceCode.ILLNESS),
        counted.count(AttendanceCode.UNEXPLAINED),
        possible > 0 and missed * FULL >= possible * frame.law.persistent_percent,
        possible > 0 and missed * FULL >= possible * frame.law.severe_percent,
        _sessions_in_window(marks, frame, len(marks), frame.last_week),
        _threshold_met_at(marks, frame),
        max(_runs(marks, frame), default=0),
        next((day for day, run in enumerate(_runs(marks, frame)) if run == frame.law.return_days), None),
        _sickness_return_at(counted, frame),
        _oldest_unexplained(counted, frame),
    )


def _sessions_in_window(marks: bytes, frame: Frame, end: int, week: int) -> int:
    """Sessions before the place `end` that count and lie in the window of school weeks that ends with `week`."""
    found = 0
    for place in range(end):
        is_in_window = week - frame.law.window_weeks < frame.weeks[place] <= week
        found += is_in_window and marks[place] in frame.law.threshold_bytes
    return found


def _threshold_met_at(marks: bytes, frame: Frame) -> int | None:
    for place, mark in enumerate(marks):
        if mark in frame.law.threshold_bytes:
            found = _sessions_in_window(marks, frame, place + 1, frame.weeks[place])
            if found >= frame.law.threshold_sessions:
                return place
    return None


def _runs(marks: bytes, frame: Frame) -> Iterator[int]:
    """For each school day, how many days in a row up to it have a mark and none but those of the return."""
    run = 0
    for day in range(frame.school_days):
        taken = [mark for mark in marks[SESSIONS_A_DAY * day : SESSIONS_A_DAY * (day + 1)] if code_of(mark)]
        is_missed = bool(taken) and all(mark in frame.law.return_bytes for mark in taken)
        run = run + 1 if is_missed else 0
        yield run


def _sickness_return_at(counted: list[AttendanceCode | None], frame: Frame) -> int | None:
    ill = 0
    for place, code in enumerate(counted, start=frame.counted_from):
        ill += code is AttendanceCode.ILLNESS
        if ill == frame.law.illness_sessions:
            return place
    return None


def _oldest_unexplained(counted: list[AttendanceCode | None], frame: Frame) -> int | None:
    for place, code in enumerate(counted, start=frame.counted_from):
        if code is AttendanceCode.UNEXPLAINED:
            return frame.school_days - 1 - place // SESSIONS_A_DAY
    return None
