"""The attendance register since September: who was away, how often and why, much as in an English secondary school.

Imitated: about 7 % of sessions missed, 2.8 % unauthorised, 18 % of pupils persistently absent, 1.8 % severely
(DfE, pupil absence in schools in England). A few pupils miss most; most pupils miss little; Fridays are a little worse.
"""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firstbell.demo.habits import Habits, habits_of
from rules.calendar import SchoolCalendar, Session
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.people import Pupil
from rules.registers import RegisterSpan

LATE, LATE_AFTER_CLOSE = 0.022, 0.004
OPEN_FOR = 30  # minutes; who comes later than that is after the register closed
FRIDAY, FRIDAYS_SHARE = 4, 1.2
# Reasons for a spell of absence, with their weights: of pupils who miss little, and of those who miss much.
SELDOM_AWAY = (("I", 58), ("M", 14), ("O", 20), ("G", 5), ("C", 3), ("R", 2), ("J1", 1), ("E", 1))
OFTEN_AWAY = (("I", 46), ("M", 5), ("O", 48), ("G", 4), ("C", 1), ("R", 0), ("J1", 0), ("E", 2))
LONGEST = {"I": 5, "O": 3, "G": 5, "E": 3}  # school days; a reason not named lasts one session
STILL_UNEXPLAINED = {"I": 0.06, "O": 0.3}  # of the days just gone
RECENT_DAYS, OVERDUE_DAYS, OVERDUE = 5, 12, 0.05  # an N may stand for five school days
PRESENT = (byte_of(AttendanceCode.PRESENT_MORNING), byte_of(AttendanceCode.PRESENT_AFTERNOON))
N = byte_of(AttendanceCode.UNEXPLAINED)


@dataclass(frozen=True, slots=True)
class History:
    """Each pupil's register up to the day before, the minutes of those who came late, and what stands beside marks."""

    spans: Mapping[str, RegisterSpan]
    minutes_late: Mapping[tuple[str, Session], int]
    notes: Mapping[tuple[str, Session], str] = field(default_factory=dict)


def make_history(pupils: Sequence[Pupil], calendar: SchoolCalendar, day: dt.date, seed: int) -> History:
    """The register from the first school day to the last before `day`; empty on the first school day.

    Each pupil has a random source of their own, so a later `day` lengthens the same past.
    """
    sessions = calendar.sessions(calendar.first, day - dt.timedelta(days=1))
    days = [session.date for session in sessions[::2]]
    minutes: dict[tuple[str, Session], int] = {}
    spans = {}
    for pupil in pupils:
        rng = random.Random(f"{seed}:history:{pupil.id}")  # noqa: S311 - a synthetic school, not a secret
        register = _Register(bytearray(PRESENT * len(days)), days, habits_of(pupil, seed), rng)
        for index in register.fill(pupil):
            is_after_close = register.marks[index] == LATE_MARKS[True]
            minutes[pupil.id, sessions[index]] = rng.randrange(3, 29) + OPEN_FOR * is_after_close
        spans[pupil.id] = RegisterSpan(pupil.id, sessions, bytes(register.marks))
    return History(spans, minutes)


@dataclass
class _Register:
    """One pupil's marks while they are being made up; session `2 * day` is the morning."""

    marks: bytearray
    days: Sequence[dt.date]
    habits: Habits
    rng: random.Random

    def fill(self, pupil: Pupil) -> list[int]:
        """Live through the days; returns the sessions the pupil was late for."""
        late = self._live()
        self._leave_unexplained()
        self._keep_timetable()
        for index, day in enumerate(self.days):
            if not pupil.is_on_roll(day):
                self.marks[2 * index : 2 * index + 2] = bytes((NO_MARK, NO_MARK))
        return [index for index in late if self.marks[index] in LATE_MARKS]

    def _live(self) -> list[int]:
        late, index = [], 0
        while index < len(self.days):
            chance = self.habits.spells * (FRIDAYS_SHARE if self.days[index].weekday() == FRIDAY else 1)
            fate = self.rng.random()
            if fate < chance:
                index += self._be_away(index)
                continue
            if fate > 1 - LATE - LATE_AFTER_CLOSE:
                self.marks[2 * index] = LATE_MARKS[fate > 1 - LATE_AFTER_CLOSE]
                late.append(2 * index)
            index += 1
        return late

    def _be_away(self, index: int) -> int:
        """Mark one spell of absence from a day on; returns how many days it took."""
        reasons = OFTEN_AWAY if self.habits.is_often_away else SELDOM_AWAY
        reason = self.rng.choices([code for code, _ in reasons], [weight for _, weight in reasons])[0]
        mark = byte_of(AttendanceCode(reason))
        if reason not in LONGEST:
            self.marks[2 * index + self.rng.randrange(2)] = mark
            return 1
        days = min(self.rng.randint(1, self.rng.randint(1, LONGEST[reason])), len(self.days) - index)
        for session in range(2 * index, 2 * (index + days)):
            self.marks[session] = mark
        return days

    def _leave_unexplained(self) -> None:
        """Leave some recent absences at N, and a very few that are overdue."""
        marks_to_letters = {byte_of(AttendanceCode(letter)): share for letter, share in STILL_UNEXPLAINED.items()}
        for back in range(1, min(OVERDUE_DAYS, len(self.days)) + 1):
            index = len(self.days) - back
            share = marks_to_letters.get(self.marks[2 * index], 0) * (1 if back <= RECENT_DAYS else OVERDUE)
            if self.marks[2 * index] == self.marks[2 * index + 1] and self.rng.random() < share:
                self.marks[2 * index : 2 * index + 2] = bytes((N, N))

    def _keep_timetable(self) -> None:
        """Write the sessions a pupil's timetable leaves out: X after 16, C2 part-time, D at another school."""
        for index, day in enumerate(self.days):
            for half, byte in self.habits.not_here_on(day.weekday()):
                self.marks[2 * index + half] = byte


LATE_MARKS = (byte_of(AttendanceCode.LATE_BEFORE_CLOSE), byte_of(AttendanceCode.LATE_AFTER_CLOSE))
