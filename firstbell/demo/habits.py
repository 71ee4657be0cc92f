"""How a pupil tends to attend: often or seldom away, and the sessions that their timetable leaves out."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rules.codes import AttendanceCode, byte_of
from rules.people import Pupil

# Of every thousand pupils, how many are away how often: chances per school day that a spell of absence begins.
KINDS = (
    (18, (0.45, 0.75)),
    (125, (0.085, 0.15)),
    (857, (0.006, 0.045)),
)
OFTEN = 0.08
SIXTH_FORM = frozenset({"12", "13"})
AM, PM = 0, 1
PART_TIME, DUAL_REGISTERED = 0.003, 0.002


@dataclass(frozen=True, slots=True)
class Habits:
    """`spells`: the chance on a school day that a spell of absence begins. `timetable`: weekday, half (0 morning) and
    the byte of the code that stands there every week.
    """

    spells: float
    timetable: tuple[tuple[int, int, int], ...]

    @property
    def is_often_away(self) -> bool:
        return self.spells > OFTEN

    def not_here_on(self, weekday: int) -> Iterator[tuple[int, int]]:
        """The half-days of a weekday that the timetable leaves out, with their marks."""
        return ((half, byte) for day, half, byte in self.timetable if day == weekday)

    def mark_instead(self, weekday: int) -> int | None:
        """The byte that stands there on a morning whatever the pupil does; None when they are expected."""
        return next((byte for half, byte in self.not_here_on(weekday) if half == AM), None)


@cache
def habits_of(pupil: Pupil, seed: int) -> Habits:
    """The same habits for the same pupil and seed, whatever the date."""
    rng = random.Random(f"{seed}:habits:{pupil.id}")  # noqa: S311 - a synthetic school, not a secret
    low, high = rng.choices([spells for _, spells in KINDS], [share for share, _ in KINDS])[0]
    return Habits(rng.uniform(low, high), _timetable(pupil, rng))


def _timetable(pupil: Pupil, rng: random.Random) -> tuple[tuple[int, int, int], ...]:
    if pupil.year_group in SIXTH_FORM:
        return _every(rng.sample(range(5), 2), (PM,), AttendanceCode.NOT_REQUIRED)
    fate = rng.random()
    if fate < PART_TIME:
        return _every(range(3), (PM,), AttendanceCode.LEAVE_PART_TIME_TIMETABLE)
    if fate < PART_TIME + DUAL_REGISTERED:
        return _every((3, 4), (AM, PM), AttendanceCode.DUAL_REGISTERED)
    return ()


def _every(weekdays: Sequence[int], halves: Sequence[int], code: AttendanceCode) -> tuple[tuple[int, int, int], ...]:
    return tuple((weekday, half, byte_of(code)) for weekday in weekdays for half in halves)
