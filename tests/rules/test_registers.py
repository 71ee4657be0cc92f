import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of, write_register
from rules.calendar import Half, Session
from rules.codes import AttendanceCode, byte_of
from rules.registers import Mark, RegisterSpan

CALENDAR = example_calendar()
FIRST, LAST = dt.date(2026, 10, 19), dt.date(2026, 11, 13)
SESSIONS = CALENDAR.sessions(FIRST, LAST)
ENTRIES = st.dictionaries(st.sampled_from(SESSIONS), st.sampled_from([None, *AttendanceCode]))


@given(ENTRIES)
def test_a_register_written_and_read_again_is_the_same(entries):
    marks = tuple(Mark("Alicia", session, entries[session]) for session in sorted(entries))

    assert read_register(write_register(marks)) == marks


@given(ENTRIES)
def test_a_span_keeps_every_code_and_knows_no_other(entries):
    span = span_of([Mark("Alicia", session, code) for session, code in entries.items()], CALENDAR)

    assert dict(span.marked()) == {session: code for session, code in entries.items() if code is not None}
    assert all(span.code_at(session) is entries.get(session) for session in SESSIONS)


def test_a_part_of_a_span_has_both_its_days_inside():
    span = span_of(read_register("2026-11-02  /\\ II OO"), CALENDAR)

    part = span.between(dt.date(2026, 11, 2), dt.date(2026, 11, 3))

    assert [code.value for _, code in part.marked()] == ["/", "\\", "I", "I"]


def test_a_day_is_wholly_of_some_codes_when_no_mark_of_it_is_of_another():
    span = span_of(read_register("2026-11-02  OO O\\ O- -- GN"), CALENDAR)
    codes = frozenset(map(AttendanceCode, "GNO"))

    assert [day.day for day in span.days_wholly(codes)] == [2, 4, 6]


def a_span(codes):
    """A register of just these sessions from a Monday on: `.` is no mark."""
    bytes_of = [byte_of(None if code == "." else AttendanceCode(code)) for code in codes]
    sessions = CALENDAR.sessions(dt.date(2026, 11, 2), dt.date(2026, 11, 13))[: len(bytes_of)]
    return RegisterSpan("Alicia", sessions, bytes(bytes_of))


@pytest.mark.parametrize(
    ("codes", "days"),
    [("IO", []), ("OI", []), ("O", [2]), (".O", [2]), ("IIO", [3]), ("OOO", [2, 3]), ("OO\\OOI", [2]), ("I\\OO", [3])],
)
def test_a_day_is_looked_at_whole_also_where_the_register_begins_and_ends(codes, days):
    assert [day.day for day in a_span(codes).days_wholly(frozenset({AttendanceCode.UNAUTHORISED}))] == days


def test_outside_its_sessions_and_between_them_a_register_has_no_code():
    monday, tuesday, wednesday = (dt.date(2026, 11, day) for day in (2, 3, 4))
    span = RegisterSpan("Alicia", (Session(tuesday, Half.AM), Session(wednesday, Half.AM)), a_span("OO").marks)

    found = [span.code_at(Session(day, half)) for day in (monday, tuesday, wednesday) for half in Half]

    assert found == [None, None, "O", None, "O", None]


def test_a_register_needs_a_mark_for_each_session():
    with pytest.raises(ValueError, match="a span of 2 sessions needs as many marks, found 1"):
        RegisterSpan("Alicia", a_span("OO").sessions, b"\1")


def test_marks_can_be_taken_out_of_a_span():
    span = span_of(read_register("2026-11-02  //"), CALENDAR)
    afternoon = Session(dt.date(2026, 11, 2), Half.PM)

    assert span.without({afternoon}).code_at(afternoon) is None
    assert len(list(span.without({afternoon}).marked())) == 1


def test_a_code_and_a_half_hash_as_the_text_they_equal():
    assert {AttendanceCode.UNEXPLAINED: 1, Half.PM: 2} == {"N": 1, "PM": 2}
