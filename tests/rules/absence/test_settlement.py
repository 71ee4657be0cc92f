"""The last day the postholder can act on an N, on every weekday; and O, which is only ever proposed."""

import datetime as dt

import pytest

from firstbell.testing.calendars import example_calendar
from rules.absence.settlement import propose_unauthorised, settlement
from rules.absence.unexplained import unexplained_absences
from rules.calendar import Half, Session
from rules.codes import AttendanceCode, byte_of
from rules.registers import RegisterSpan

THURSDAY_AND_FRIDAY = frozenset({4, 5})


def an_n(day, as_of, calendar=None):
    span = RegisterSpan("ALICIA", (Session(day, Half.AM),), bytes([byte_of(AttendanceCode.UNEXPLAINED)]))
    (absence,) = unexplained_absences(span, calendar or example_calendar(), "9", as_of)
    return absence


@pytest.mark.parametrize(
    ("marked_on", "act_by"),
    [
        (dt.date(2026, 11, 9), dt.date(2026, 11, 13)),  # Monday: this Friday
        (dt.date(2026, 11, 10), dt.date(2026, 11, 13)),  # Tuesday: this Friday
        (dt.date(2026, 11, 11), dt.date(2026, 11, 13)),  # Wednesday: this Friday
        (dt.date(2026, 11, 12), dt.date(2026, 11, 19)),  # Thursday: next Thursday
        (dt.date(2026, 11, 13), dt.date(2026, 11, 20)),  # Friday: next Friday
        (dt.date(2026, 10, 22), dt.date(2026, 11, 5)),  # Thursday before half-term: the Thursday after it
        (dt.date(2026, 10, 20), dt.date(2026, 10, 23)),  # Tuesday before half-term: that Friday
    ],
)
def test_a_postholder_of_thursdays_and_fridays_settles_in_time(marked_on, act_by):
    found = settlement(an_n(marked_on, marked_on), example_calendar(), "9", THURSDAY_AND_FRIDAY, marked_on)

    assert found.act_by == act_by


def test_an_inset_friday_pulls_the_last_day_to_thursday():
    calendar = example_calendar(inset=[dt.date(2026, 11, 13)])
    monday = dt.date(2026, 11, 9)

    found = settlement(an_n(monday, monday, calendar), calendar, "9", THURSDAY_AND_FRIDAY, monday)

    assert found.act_by == dt.date(2026, 11, 12)


def test_somebody_there_every_day_has_all_five_school_days():
    monday = dt.date(2026, 11, 9)

    found = settlement(an_n(monday, monday), example_calendar(), "9", (), monday)

    assert found.act_by == dt.date(2026, 11, 16)


@pytest.mark.parametrize(("as_of", "presses"), [(dt.date(2026, 11, 12), False), (dt.date(2026, 11, 13), True)])
def test_it_presses_from_the_last_day_on(as_of, presses):
    found = settlement(an_n(dt.date(2026, 11, 9), as_of), example_calendar(), "9", THURSDAY_AND_FRIDAY, as_of)

    assert found.finding.is_met is presses


@pytest.mark.parametrize(
    ("as_of", "attempts", "proposed"),
    [
        (dt.date(2026, 11, 16), 5, False),  # the fifth school day: not yet past
        (dt.date(2026, 11, 17), 1, False),
        (dt.date(2026, 11, 17), 2, True),
    ],
)
def test_o_is_proposed_only_past_the_limit_and_after_enough_attempts(as_of, attempts, proposed):
    found = propose_unauthorised(an_n(dt.date(2026, 11, 9), as_of), attempts, 2)

    assert found.is_met is proposed
    assert str(attempts) in found.sentence
