import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of, write_register
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.registers import Mark

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


def test_marks_can_be_taken_out_of_a_span():
    span = span_of(read_register("2026-11-02  //"), CALENDAR)
    afternoon = Session(dt.date(2026, 11, 2), Half.PM)

    assert span.without({afternoon}).code_at(afternoon) is None
    assert len(list(span.without({afternoon}).marked())) == 1


def test_a_code_and_a_half_hash_as_the_text_they_equal():
    assert {AttendanceCode.UNEXPLAINED: 1, Half.PM: 2} == {"N": 1, "PM": 2}
