import datetime as dt

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from rules.findings import Outcome
from rules.returns.attendance_return import continuous_absence
from rules.returns.irregular import irregular_attendance, next_attendance_return
from rules.school_age import ALWAYS, NEVER

CALENDAR = example_calendar()
AS_OF = dt.date(2026, 11, 23)
BROKEN = span_of(read_register("2026-11-02  OO OO OO OO OO\n2026-11-09  IO OO OO OO OO"), CALENDAR)


def test_a_broken_run_is_left_to_a_person_with_the_facts():
    found = irregular_attendance(BROKEN, ALWAYS, AS_OF)

    assert not continuous_absence(BROKEN, CALENDAR, None, ALWAYS, AS_OF).finding.is_met
    assert found.outcome is Outcome.INSUFFICIENT_DATA
    assert len(found.counted) == 19
    assert "19 sessions of unauthorised absence this school year, of 20 possible" in found.sentence


def test_it_says_when_the_last_absence_was():
    span = span_of(read_register("2026-11-02  O\\ /\\ O\\"), CALENDAR)

    assert "of 6 possible, the last on 4 November 2026" in irregular_attendance(span, ALWAYS, AS_OF).sentence


def test_no_unauthorised_absence_is_nothing_to_judge():
    span = span_of(read_register("2026-11-02  II II /\\\n"), CALENDAR)

    assert irregular_attendance(span, ALWAYS, AS_OF).outcome is Outcome.NOT_MET


def test_last_school_year_is_not_held_against_anyone():
    span = span_of(read_register("2026-07-06  OO OO"), CALENDAR)

    assert irregular_attendance(span, ALWAYS, AS_OF).outcome is Outcome.NOT_MET


def test_outside_compulsory_school_age_nothing_is_asked():
    assert irregular_attendance(BROKEN, NEVER, AS_OF).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("sent_on", "agreed_days", "due_on", "act_by"),
    [
        (dt.date(2026, 11, 2), None, dt.date(2026, 12, 2), dt.date(2026, 12, 2)),
        (dt.date(2026, 11, 2), 14, dt.date(2026, 11, 16), dt.date(2026, 11, 16)),
        (dt.date(2026, 11, 2), 60, dt.date(2026, 12, 2), dt.date(2026, 12, 2)),  # never longer than a month
        (dt.date(2026, 9, 24), None, dt.date(2026, 10, 24), dt.date(2026, 10, 23)),  # a Saturday
        (dt.date(2026, 12, 14), None, dt.date(2027, 1, 14), dt.date(2027, 1, 14)),
        (dt.date(2027, 1, 29), None, dt.date(2027, 2, 28), dt.date(2027, 2, 26)),  # a short month
        (dt.date(2027, 7, 5), None, dt.date(2027, 8, 5), None),  # past the calendar
    ],
)
def test_the_next_return_is_due_a_month_after_the_last_at_the_latest(sent_on, agreed_days, due_on, act_by):
    found = next_attendance_return(sent_on, CALENDAR, sent_on, agreed_days=agreed_days)

    assert (found.due_on, found.act_by) == (due_on, act_by)
    assert not found.finding.is_met


@pytest.mark.parametrize(("as_of", "is_due"), [(dt.date(2026, 10, 22), False), (dt.date(2026, 10, 23), True)])
def test_it_is_due_from_the_last_school_day_to_act(as_of, is_due):
    assert next_attendance_return(dt.date(2026, 9, 24), CALENDAR, as_of).finding.is_met is is_due


def test_with_no_return_on_record_one_is_due_now():
    found = next_attendance_return(None, CALENDAR, AS_OF)

    assert (found.due_on, found.finding.is_met) == (AS_OF, True)
    assert "none is on record" in found.finding.sentence
