import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.calendar import SchoolCalendar, Term
from rules.calendar.sessions import Session
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of
from rules.findings import Outcome
from rules.penalty_notices.national_threshold import national_threshold
from rules.registers import RegisterSpan
from rules.school_age import ALWAYS, school_age

AS_OF = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("national_threshold.yaml"),
    given={"register", "as_of", "born", "inset"},
    expect={"met_on", "in_window", "applies", "sentence"},
)
CALENDAR = example_calendar()
SESSIONS = CALENDAR.sessions(CALENDAR.first, CALENDAR.last)
COUNTED = {"G", "N", "O", "U"}
# Sparse enough that the threshold is sometimes met and sometimes not.
SOME_MARKS = st.lists(
    st.sampled_from([NO_MARK] * 40 + [byte_of(AttendanceCode(code)) for code in "/ILGNOU"]),
    min_size=len(SESSIONS),
    max_size=len(SESSIONS),
).map(bytes)
DAYS = st.sampled_from([CALENDAR.first + dt.timedelta(days=n) for n in range((CALENDAR.last - CALENDAR.first).days)])


def threshold(marks, as_of=CALENDAR.last, calendar=CALENDAR):
    sessions = calendar.sessions(calendar.first, calendar.last)
    return national_threshold(RegisterSpan("Michael", sessions, marks), calendar, ALWAYS, as_of)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_national_threshold(vector):
    calendar, expect, as_of = example_calendar(vector.get("inset", ())), vector["expect"], vector.get("as_of", AS_OF)
    age = school_age(vector["born"], as_of) if "born" in vector else ALWAYS

    found = national_threshold(span_of(read_register(vector["register"]), calendar), calendar, age, as_of)

    assert (found.threshold_met_on, found.sessions_in_window) == (expect["met_on"], expect["in_window"])
    assert found.applies is expect.get("applies", True)
    assert found.finding.is_met is (expect["met_on"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence


def test_the_finding_lists_the_ten_sessions_and_those_left_out_for_age():
    register = read_register("2026-06-15  OO OO OO OO OO\n2026-06-29  OO")
    age = school_age(dt.date(2010, 2, 1), dt.date(2026, 6, 26))

    found = national_threshold(span_of(register, CALENDAR), CALENDAR, age, dt.date(2026, 6, 26))

    assert [len(found.finding.counted), len(found.finding.left_out)] == [10, 0]
    later = national_threshold(span_of(register, CALENDAR), CALENDAR, age, dt.date(2026, 7, 1))
    assert (later.finding.outcome, len(later.finding.left_out)) == (Outcome.NOT_APPLICABLE, 2)


def test_the_finding_cites_what_it_rests_on():
    finding = threshold(bytes(len(SESSIONS))).finding

    assert {entry.parameter for entry in finding.parameters} == {
        "penalty_notices/national_threshold",
        "penalty_notices/window",
        "penalty_notices/threshold_codes",
    }


def slow_window(marks, week_of, last_week):
    """The slow obvious count: every session whose school week is one of the ten."""
    weeks = range(last_week - 9, last_week + 1)
    return sum(week_of(s) in weeks for s, m in zip(SESSIONS, marks, strict=True) if code_of(m) in COUNTED)


@given(SOME_MARKS, DAYS)
def test_the_rolling_window_equals_the_slow_obvious_count(marks, as_of):
    seen = bytes(m if s.date <= as_of else NO_MARK for s, m in zip(SESSIONS, marks, strict=True))
    mondays = sorted({s.date - dt.timedelta(days=s.date.weekday()) for s in SESSIONS})

    def week_of(session):
        return mondays.index(session.date - dt.timedelta(days=session.date.weekday()))

    last_week = max((week for week, monday in enumerate(mondays) if monday <= as_of), default=-1)
    met_on = None
    for position, session in enumerate(SESSIONS):
        until_here = seen[: position + 1] + bytes(len(SESSIONS) - position - 1)
        if code_of(seen[position]) in COUNTED and slow_window(until_here, week_of, week_of(session)) >= 10:
            met_on = session.date
            break

    found = threshold(marks, as_of)

    assert found.sessions_in_window == slow_window(seen, week_of, last_week)
    assert found.threshold_met_on == met_on


@given(SOME_MARKS, st.integers(0, len(SESSIONS) - 1))
def test_one_more_absence_never_lowers_the_count_nor_delays_the_date(marks, position):
    more = marks[:position] + bytes([byte_of(AttendanceCode.UNAUTHORISED)]) + marks[position + 1 :]

    before, after = threshold(marks), threshold(more)

    assert after.sessions_in_window >= before.sessions_in_window
    assert (after.threshold_met_on or dt.date.max) <= (before.threshold_met_on or dt.date.max)


@given(SOME_MARKS, st.integers(1, 8))
def test_weeks_of_holiday_change_nothing(marks, weeks):
    def later(day):
        return day + dt.timedelta(weeks=weeks) if day >= dt.date(2026, 11, 2) else day

    terms = tuple(Term(term.name, later(term.first), later(term.last)) for term in CALENDAR.terms)
    holidays = frozenset(later(day) for day in CALENDAR.bank_holidays)
    longer = SchoolCalendar("Longer", "2026-27", terms, holidays)

    near, far = threshold(marks), threshold(marks, longer.last, longer)

    assert far.sessions_in_window == near.sessions_in_window
    assert far.threshold_met_on == (near.threshold_met_on and later(near.threshold_met_on))
    assert [Session(later(s.date), s.half) for s in near.finding.counted] == list(far.finding.counted)
