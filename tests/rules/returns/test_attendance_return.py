import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of
from rules.registers import RegisterSpan
from rules.returns.attendance_return import continuous_absence
from rules.school_age import ALWAYS, school_age

AS_OF = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("attendance_return.yaml"),
    given={"register", "as_of", "born", "inset"},
    expect={"school_days", "due_on", "counted", "sentence"},
)
CALENDAR = example_calendar()
SESSIONS = CALENDAR.sessions(dt.date(2026, 9, 3), dt.date(2026, 12, 18))
COUNTED = {"G", "N", "O", "U"}
LONG_ABSENCES = st.lists(
    st.tuples(st.sampled_from([NO_MARK, *(byte_of(AttendanceCode(code)) for code in "/IGNOU")]), st.integers(1, 24)),
    min_size=1,
).map(lambda runs: (b"".join(bytes([byte]) * length for byte, length in runs) + bytes(len(SESSIONS)))[: len(SESSIONS)])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_continuous_absence(vector):
    calendar, expect, as_of = example_calendar(vector.get("inset", ())), vector["expect"], vector.get("as_of", AS_OF)
    age = school_age(vector["born"], as_of) if "born" in vector else ALWAYS

    found = continuous_absence(span_of(read_register(vector["register"]), calendar), calendar, None, age, as_of)

    assert (found.school_days, found.attendance_return_due_on) == (expect["school_days"], expect["due_on"])
    assert found.finding.is_met is (expect["due_on"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence
    assert len(found.finding.counted) == expect.get("counted", len(found.finding.counted))


@given(LONG_ABSENCES)
def test_the_runs_equal_the_slow_obvious_count(marks):
    run = longest = 0
    due_on = None
    for day in CALENDAR.school_days(dt.date(2026, 9, 3), dt.date(2026, 12, 18)):
        codes = [code_of(m) for s, m in zip(SESSIONS, marks, strict=True) if s.date == day and m != NO_MARK]
        run = run + 1 if codes and all(code in COUNTED for code in codes) else 0
        longest = max(longest, run)
        due_on = day if run == 10 and due_on is None else due_on

    found = continuous_absence(RegisterSpan("Alicia", SESSIONS, marks), CALENDAR, None, ALWAYS, CALENDAR.last)

    assert (found.school_days, found.attendance_return_due_on) == (longest, due_on)


def test_each_long_absence_is_a_run_of_its_own():
    marks = (
        "2026-09-07  OO OO OO OO OO\n2026-09-14  OO OO OO OO OO\n"
        "2026-11-02  GG GG GG GG GG\n2026-11-09  NN NN NN NN NN\n2026-11-16  OO"
    )

    found = continuous_absence(span_of(read_register(marks), CALENDAR), CALENDAR, None, ALWAYS, AS_OF)

    assert [(run.first, run.reached_on, run.last) for run in found.runs] == [
        (dt.date(2026, 9, 7), dt.date(2026, 9, 18), dt.date(2026, 9, 18)),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 13), dt.date(2026, 11, 16)),
    ]
    assert [len(run.finding.counted) for run in found.runs] == [20, 22]


def test_a_run_that_falls_short_is_not_among_the_long_ones():
    marks = "2026-11-02  OO OO OO OO OO\n2026-11-09  IO OO OO OO OO"

    found = continuous_absence(span_of(read_register(marks), CALENDAR), CALENDAR, None, ALWAYS, AS_OF)

    assert (found.school_days, found.runs) == (5, ())
