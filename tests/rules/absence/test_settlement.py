"""The last day the postholder can act on an N, on every weekday; and O, which is only ever proposed."""

import datetime as dt

import pytest

from firstbell.testing.calendars import example_calendar
from rules.absence.settlement import Attempt, propose_unauthorised, settlement
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
    tried = [Attempt(dt.date(2026, 11, 10), "phone call")] * attempts

    found = propose_unauthorised(an_n(dt.date(2026, 11, 9), as_of), tried, 2)

    assert found.is_met is proposed
    assert found.sentence.count("phone call on 10 November 2026") == attempts


@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        (dt.date(2026, 11, 13), "Settle it by 13 November 2026. The limit is 16 November 2026"),
        (dt.date(2026, 11, 14), "somebody else must settle it by 16 November 2026"),
        (dt.date(2026, 11, 16), "last in on 13 November 2026: somebody else must settle it by 16 November 2026"),
        (dt.date(2026, 11, 17), "Overdue since 16 November 2026: the postholder, or whoever is in today"),
    ],
)
def test_it_says_who_must_act_once_the_postholder_has_left(as_of, says):
    found = settlement(an_n(dt.date(2026, 11, 9), as_of), example_calendar(), "9", THURSDAY_AND_FRIDAY, as_of)

    assert says in found.finding.sentence
    assert found.finding.is_met


def test_a_postholder_who_is_never_in_leaves_it_to_somebody_else_by_the_limit():
    monday = dt.date(2026, 11, 9)

    found = settlement(an_n(monday, monday), example_calendar(), "9", {6}, monday)

    assert found.act_by == dt.date(2026, 11, 16)
    assert "somebody else must settle it by then" in found.finding.sentence


def test_past_the_calendar_no_day_to_act_is_guessed():
    last = dt.date(2027, 7, 22)

    found = settlement(an_n(last, last), example_calendar(), "9", THURSDAY_AND_FRIDAY, last)

    assert found.act_by is None
    assert "add the next terms to it" in found.finding.sentence
