"""Whether L and U agree with the clock: the minutes late that the MIS gives, against the hours of the register."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from rules.absence.lateness import mark_for_arrival
from rules.calendar import Session
from rules.code_checks.reading import CodeProblem
from rules.codes import AttendanceCode
from rules.findings import how_many

END_OF_DAY = 24 * 60 - 1  # minutes
LATE = frozenset({AttendanceCode.LATE_BEFORE_CLOSE, AttendanceCode.LATE_AFTER_CLOSE})


@dataclass(frozen=True, slots=True)
class RegisterHours:
    """The local times at which the register of a session opens and closes."""

    opens: dt.time
    closes: dt.time


def late_mark_problem(
    session: Session, code: AttendanceCode, minutes_late: int, hours: RegisterHours
) -> Iterator[CodeProblem]:
    """The question of an L after the register had closed, or a U while it was open (SI 2024/208 regulation 10).

    `minutes_late` count from the opening. None is what exports put where nobody wrote any, and 0 too, so it says
    nothing. A question and no more: minutes are typed by people, and another code may explain a late arrival.
    """
    if code not in LATE or minutes_late <= 0:
        return
    arrived_at = _time_after(hours.opens, minutes_late)
    by_the_clock = mark_for_arrival(session, arrived_at, hours.opens, hours.closes)
    if by_the_clock is not code:
        was = "was still open" if by_the_clock is AttendanceCode.LATE_BEFORE_CLOSE else "had closed"
        when = f"the register {was} at {arrived_at:%H:%M} (it closes at {hours.closes:%H:%M})"
        sentence = f"{code} and {how_many(minutes_late, 'minute')} late, but {when}."
        yield CodeProblem(session, code.value, sentence, f"{by_the_clock}, or other minutes")


def _time_after(opens: dt.time, minutes: int) -> dt.time:
    """The time so many minutes later, and the last minute of the day for what lies beyond it."""
    total = min(opens.hour * 60 + opens.minute + minutes, END_OF_DAY)
    return dt.time(total // 60, total % 60)
