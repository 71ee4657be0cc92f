import datetime as dt

import pytest

from firstbell.testing.calendars import example_calendar
from rules.findings import Outcome
from rules.returns.deletion import deletion_return
from rules.returns.new_pupil import new_pupil_return

CALENDAR = example_calendar()
JOINED = dt.date(2027, 1, 4)


@pytest.mark.parametrize(
    ("entered_on", "due_on", "act_by"),
    [
        (dt.date(2027, 1, 4), dt.date(2027, 1, 9), dt.date(2027, 1, 8)),  # Monday: due on Saturday
        (dt.date(2027, 1, 6), dt.date(2027, 1, 11), dt.date(2027, 1, 11)),  # Wednesday: the Monday is a school day
        (dt.date(2026, 10, 22), dt.date(2026, 10, 27), dt.date(2026, 10, 23)),  # into half-term
        (dt.date(2026, 10, 26), dt.date(2026, 10, 31), None),  # within it: no school day is left
        (dt.date(2027, 7, 18), dt.date(2027, 7, 23), dt.date(2027, 7, 23)),  # the calendar's last day
        (dt.date(2027, 7, 22), dt.date(2027, 7, 27), None),  # past the calendar
    ],
)
def test_the_new_pupil_return_counts_calendar_days(entered_on, due_on, act_by):
    found = new_pupil_return(entered_on, CALENDAR, is_usual_joiner=False)

    assert (found.due_on, found.act_by) == (due_on, act_by)
    assert found.finding.is_met


def test_an_inset_friday_pulls_the_day_to_act_to_thursday():
    found = new_pupil_return(JOINED, example_calendar(inset=[dt.date(2027, 1, 8)]), is_usual_joiner=False)

    assert found.act_by == dt.date(2027, 1, 7)
    assert "the last school day before it is 7 January 2027" in found.finding.sentence


def test_a_joiner_of_the_most_junior_class_on_the_first_day_needs_none():
    first = dt.date(2026, 9, 3)

    found = new_pupil_return(first, CALENDAR, is_usual_joiner=True)
    asked = new_pupil_return(first, CALENDAR, is_usual_joiner=True, authority_asks=True)

    assert (found.due_on, found.finding.outcome) == (None, Outcome.NOT_APPLICABLE)
    assert asked.due_on == dt.date(2026, 9, 8)


@pytest.mark.parametrize(
    ("deletes_on", "as_of", "act_by"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 16), dt.date(2026, 11, 20)),
        (dt.date(2026, 11, 21), dt.date(2026, 11, 16), dt.date(2026, 11, 20)),  # a Saturday
        (dt.date(2026, 11, 21), dt.date(2026, 11, 21), None),
    ],
)
def test_the_deletion_return_goes_no_later_than_the_deletion(deletes_on, as_of, act_by):
    found = deletion_return(deletes_on, CALENDAR, as_of, is_after_final_year=False)

    assert (found.due_on, found.act_by) == (deletes_on, act_by)


def test_a_leaver_after_the_final_year_needs_none_unless_the_authority_asks():
    last = dt.date(2027, 7, 23)

    found = deletion_return(last, CALENDAR, last, is_after_final_year=True)
    asked = deletion_return(last, CALENDAR, last, is_after_final_year=True, authority_asks=True)

    assert (found.due_on, asked.due_on) == (None, last)
