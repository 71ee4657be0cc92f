"""Patterns: a habit is found, noise is not, and a fortnight's illness says nothing of Fridays."""

import datetime as dt
import random
from fractions import Fraction

from firstbell.testing.calendars import example_calendar
from rules.absence.patterns import at_least, patterns, questions_a_pupil
from rules.codes import AttendanceCode, byte_of
from rules.registers import RegisterSpan

CALENDAR = example_calendar()
FIRST, LAST = dt.date(2026, 9, 3), dt.date(2027, 2, 12)
SESSIONS = CALENDAR.sessions(FIRST, LAST)
PRESENT, ILL = byte_of(AttendanceCode.PRESENT_MORNING), byte_of(AttendanceCode.ILLNESS)
PUPILS = 1264
TESTS = PUPILS * questions_a_pupil()
ALLOWED = Fraction(1, 20)


def found_in(marks):
    span = RegisterSpan("ALICIA", SESSIONS, bytes(marks))
    return patterns(span, CALENDAR, "9", LAST, tests=TESTS, false_alarms=ALLOWED)


def noise(rng):
    """A register with illness in runs that begin on any school day, for a pupil of any propensity."""
    starts, stays = rng.choice([0.005, 0.01, 0.03]), rng.choice([0.5, 0.8])
    marks, is_ill = [], False
    for _ in SESSIONS:
        is_ill = rng.random() < (stays if is_ill else starts)
        marks.append(ILL if is_ill else PRESENT)
    return marks


def test_every_second_friday_afternoon_is_found():
    fridays = [n for n, session in enumerate(SESSIONS) if session.date.weekday() == 4 and session.half == "PM"]
    away = set(fridays[::2])

    found = found_in(ILL if n in away else PRESENT for n in range(len(SESSIONS)))

    assert "Fridays" in {pattern.label for pattern in found}
    assert all(pattern.chance * TESTS <= ALLOWED for pattern in found)
    assert all(pattern.expected < pattern.missed for pattern in found)
    assert "By chance this happens once in" in found[0].finding.sentence


def test_a_fortnights_illness_is_no_pattern():
    assert found_in(ILL if 20 <= n < 40 else PRESENT for n in range(len(SESSIONS))) == ()


def test_three_fridays_are_too_few_to_say_anything():
    fridays = [n for n, session in enumerate(SESSIONS) if session.date.weekday() == 4][:6]

    assert found_in(ILL if n in fridays else PRESENT for n in range(len(SESSIONS))) == ()


def test_schools_of_pure_noise_show_patterns_no_oftener_than_is_allowed():
    rng = random.Random(20261123)  # noqa: S311 - noise, not a secret

    schools = 3
    false_alarms = sum(bool(found_in(noise(rng))) for _ in range(schools * PUPILS))

    assert false_alarms <= 1  # at one school in twenty, three or more alarms in three schools are one chance in 8,000


def test_illness_that_began_at_the_weekend_makes_no_pattern_of_mondays():
    rng = random.Random(7)  # noqa: S311 - noise, not a secret
    mondays = [n for n, session in enumerate(SESSIONS) if session.date.weekday() == 0 and session.half == "AM"]
    others = [n for n, session in enumerate(SESSIONS) if session.date.weekday() and session.half == "AM"]
    away = {*rng.sample(mondays, 5), *rng.sample(others, 7)}

    assert found_in(ILL if n in away else PRESENT for n in range(len(SESSIONS))) == ()


def test_the_tail_is_exact():
    assert at_least(2, 2, Fraction(1, 2)) == Fraction(1, 4)
    assert at_least(0, 5, Fraction(1, 5)) == 1
    assert at_least(1, 3, Fraction(1, 5)) == 1 - Fraction(4, 5) ** 3


def test_a_part_time_timetable_is_no_pattern_of_afternoons():
    part_time = byte_of(AttendanceCode.LEAVE_PART_TIME_TIMETABLE)

    assert found_in(part_time if session.half == "PM" else PRESENT for session in SESSIONS) == ()
