"""The morning's marks as the teachers enter them, before anything is corrected."""

import random
from collections.abc import Mapping

from firstbell.demo.cast import Cast
from firstbell.demo.habits import habits_of
from firstbell.demo.school import DemoSchool
from rules.calendar import Half, Session
from rules.codes import AttendanceCode, code_of
from rules.people import Pupil
from rules.registers import Mark

REPORTED_BY_CLOSE = 0.75  # of the chance that a spell begins: ill, and the parents rang before the register closed
AT_AN_APPOINTMENT, LATE = 0.004, 0.022


def morning_marks(school: DemoSchool, cast: Cast, rng: random.Random) -> Mapping[str, Mark]:
    """Every pupil's morning mark by pupil id, as it is once no teacher has mis-clicked."""
    return {p.id: _mark(school, cast, p, rng) for p in school.people.pupils if p.is_on_roll(school.day)}


def _mark(school: DemoSchool, cast: Cast, pupil: Pupil, rng: random.Random) -> Mark:
    session, habits, fate = Session(school.day, Half.AM), habits_of(pupil, school.seed), rng.random()
    if pupil.id in cast.unexplained:
        return Mark(pupil.id, session, AttendanceCode.UNEXPLAINED)
    elsewhere = habits.mark_instead(school.day.weekday())
    if elsewhere is not None:
        return Mark(pupil.id, session, code_of(elsewhere))
    ill = habits.spells * REPORTED_BY_CLOSE
    if fate < ill:
        return Mark(pupil.id, session, AttendanceCode.ILLNESS)
    if fate < ill + AT_AN_APPOINTMENT:
        return Mark(pupil.id, session, AttendanceCode.LEAVE_MEDICAL)
    if fate > 1 - LATE:
        return Mark(pupil.id, session, AttendanceCode.LATE_BEFORE_CLOSE, rng.randrange(2, 29))
    return Mark(pupil.id, session, AttendanceCode.PRESENT_MORNING)
