r"""Registers written as a school would: a line a week, two characters a day, morning then afternoon.

    2026-11-02  /\ /\ NN .. L\
    2026-11-09  C2,C2 /,Y4 -\

A line begins with the week's Monday; its days are separated by spaces, from Monday on. Where a code has two letters
both halves are joined by a comma. `-` is a row without a mark, `.` no row at all.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from rules.calendar import Half, SchoolCalendar, Session, both_sessions
from rules.codes import NOT_TAKEN, AttendanceCode, byte_of
from rules.registers import Mark, RegisterSpan

NO_ROW = "."


def read_register(text: str, pupil_id: str = "Alicia") -> tuple[Mark, ...]:
    """The marks of a written register, in order of session. Raises ValueError for what is not a register."""
    marks = [mark for line in text.splitlines() if line.strip() for mark in _week(line, pupil_id)]
    sessions = [mark.session for mark in marks]
    if sessions != sorted(set(sessions)):
        raise ValueError("the weeks of a register stand in order, each once")
    return tuple(marks)


def write_register(marks: Iterable[Mark]) -> str:
    """The written form of marks: `read_register` reads it back to the same."""
    entries = {mark.session: str(mark.code or "-") for mark in marks}
    mondays = sorted({session.date - dt.timedelta(days=session.date.weekday()) for session in entries})
    return "\n".join(
        f"{monday}  {' '.join(_day(monday, offset, entries) for offset in range(7))}" for monday in mondays
    )


def span_of(marks: Iterable[Mark], calendar: SchoolCalendar, year_group: str | None = None) -> RegisterSpan:
    """Marks as a pupil's register over the whole calendar; each must lie on a school day."""
    entries = {mark.session: mark.code for mark in marks}
    sessions = calendar.sessions(calendar.first, calendar.last, year_group)
    astray = entries.keys() - set(sessions)
    if astray:
        raise ValueError(f"no school session: {', '.join(map(str, sorted(astray)))}")
    return RegisterSpan("Alicia", sessions, bytes(byte_of(entries.get(session)) for session in sessions))


def _week(line: str, pupil_id: str) -> Iterator[Mark]:
    monday_text, *days = line.split()
    monday = dt.date.fromisoformat(monday_text)
    if monday.weekday() or len(days) > len("MTWTFSS"):
        raise ValueError(f"{line!r}: a line begins with a Monday and has at most seven days")
    for offset, day in enumerate(days):
        for half, entry in zip(Half, _halves(day), strict=True):
            if entry != NO_ROW:
                code = None if entry in NOT_TAKEN else AttendanceCode(entry)
                yield Mark(pupil_id, Session(monday + dt.timedelta(days=offset), half), code)


def _halves(day: str) -> list[str]:
    return day.split(",") if "," in day else list(day)


def _day(monday: dt.date, offset: int, entries: dict[Session, str]) -> str:
    halves = [entries.get(session, NO_ROW) for session in both_sessions(monday + dt.timedelta(days=offset))]
    return "".join(halves) if all(len(half) == 1 for half in halves) else ",".join(halves)
