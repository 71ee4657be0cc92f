"""Patterns: a habit is found, noise is not, and a fortnight's illness says nothing of Fridays."""

import datetime as dt
import random
from fractions import Fraction

from firstbell.testing.calendars import example_calendar
from rules.absence.patterns import at_least, days_beside_holidays, patterns, questions_a_pupil
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
    assert at_least(2, 2, Fraction(1)) == 1
    assert at_least(1, 3, Fraction(1, 5)) == 1 - Fraction(4, 5) ** 3


def test_a_part_time_timetable_is_no_pattern_of_afternoons():
    part_time = byte_of(AttendanceCode.LEAVE_PART_TIME_TIMETABLE)

    assert found_in(part_time if session.half == "PM" else PRESENT for session in SESSIONS) == ()


# Nine whole weeks around a half-term week, ten sessions a week: 18 of 90 sessions on each weekday.
WEEKS = CALENDAR.sessions(dt.date(2026, 9, 7), dt.date(2026, 11, 13))
MONDAY, THURSDAY, FRIDAY = 0, 6, 8  # the mornings of the first week
WEEK = 10
MEDICAL = byte_of(AttendanceCode.LEAVE_MEDICAL)


def all_patterns(away, otherwise=None, tests=1, false_alarms=Fraction(1)):
    """By label, the patterns of someone ill at these places of WEEKS, with other marks where they are given."""
    marks = bytes(ILL if n in away else (otherwise or {}).get(n, PRESENT) for n in range(len(WEEKS)))
    span = RegisterSpan("ALICIA", WEEKS, marks)
    found = patterns(span, CALENDAR, "9", WEEKS[-1].date, tests=tests, false_alarms=false_alarms)
    return {pattern.label: pattern for pattern in found}


def four_spells(first, sessions=1):
    """Spells of so many sessions that begin in each of four weeks at the same place."""
    return {first + week * WEEK + n for week in range(4) for n in range(sessions)}


def test_four_fridays_are_enough_and_said_with_their_chance():
    friday = all_patterns(four_spells(FRIDAY))["Fridays"]

    assert (friday.missed, friday.possible, friday.expected, friday.chance) == (4, 18, Fraction(4, 5), Fraction(1, 625))
    assert friday.finding.sentence == (
        "4 short absences of 4 began on Fridays; 0.8 would be usual. By chance this happens once in 625. "
        "A question to ask, and no answer."
    )


def test_a_monday_shows_what_began_on_three_days_and_no_more_after_a_week_of_holiday():
    monday = all_patterns(four_spells(MONDAY))["Mondays"]

    assert monday.expected == 4 * Fraction(2 + 8 * 4, 90 + 8 * 2)  # nothing is known of the days before the first


def test_a_spell_of_two_days_is_short_and_one_of_a_session_more_is_not():
    assert all_patterns(four_spells(THURSDAY, sessions=4)).keys() == {"Thursdays"}
    assert all_patterns(four_spells(THURSDAY, sessions=5)) == {}


def test_the_chance_may_be_what_is_allowed_for_each_question_and_no_more():
    away = four_spells(FRIDAY)

    assert all_patterns(away, tests=3, false_alarms=Fraction(3, 625)).keys() == {"Fridays"}
    assert all_patterns(away, tests=3, false_alarms=Fraction(299, 62500)) == {}


def test_seven_kinds_of_day_are_looked_at_for_each_pupil():
    assert questions_a_pupil() == 7


def test_an_appointment_is_neither_missed_nor_possible():
    friday = all_patterns(four_spells(FRIDAY), otherwise={FRIDAY + 5 * WEEK: MEDICAL})["Fridays"]

    assert (friday.missed, friday.possible) == (4, 17)


def test_illness_after_appointments_on_every_friday_is_no_pattern_of_fridays():
    fridays = [FRIDAY + week * WEEK + half for week in range(9) for half in (0, 1)]

    found = all_patterns(four_spells(FRIDAY + 2), otherwise=dict.fromkeys(fridays, MEDICAL))

    assert "Fridays" not in found


def test_holidays_are_beside_the_first_and_the_last_school_day_of_each_term():
    starts_late = example_calendar(inset=[dt.date(2026, 9, 3), dt.date(2026, 12, 18)])

    beside = days_beside_holidays(starts_late, "9")

    autumn = {day for day in beside if day.year == 2026 and day.month > 8}
    assert autumn == {dt.date(2026, 9, 4), dt.date(2026, 10, 23), dt.date(2026, 11, 2), dt.date(2026, 12, 17)}
