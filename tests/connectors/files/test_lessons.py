"""Lesson marks from files: which half-day, which teacher, and what is left out with a sentence."""

import datetime as dt

import pytest

from connectors.files import FilesMis
from firstbell.errors import BadInput, NeedsHuman
from firstbell.records import School
from rules.calendar import Half, Session
from rules.codes import AttendanceCode

MONDAY = dt.date(2026, 11, 23)
HEADER = "pupil_id,date,period,code,class,teacher_id,teacher_name,teacher_email\n"


@pytest.fixture
def lessons(write, tmp_path):
    """The lessons of Monday in a file with this text; the afternoon begins with a period of the school's own."""

    def reader(text, cover="", afternoon_from_period=4):
        write("mis/lessons.csv", text)
        if cover:
            write("mis/cover.csv", f"date,session,group,cover_id,cover_name,cover_email\n{cover}")
        school = School("hill", "Hill School")
        mapping = tmp_path / "column-mapping.toml"
        return FilesMis(tmp_path / "mis", school, mapping, afternoon_from_period=afternoon_from_period).lessons(MONDAY)

    return reader


def brief(found):
    return [(m.pupil_id, str(m.session.half), m.period, m.code, m.teacher_id) for m in found.marks]


def row(period="P1", code="/", date="2026-11-23", pupil="P1"):
    return f"{pupil},{date},{period},{code},9X,T1,Mx One,one@example.org\n"


def test_a_lesson_mark_has_its_pupil_half_day_period_and_teacher(lessons):
    found = lessons(HEADER + row("P1", "N") + row("Period 5", "/"))

    assert brief(found) == [("P1", "AM", 1, "N", "T1"), ("P1", "PM", 5, "/", "T1")]
    assert found.teachers["T1"].email.reveal() == "one@example.org"
    assert (found.away, found.problems) == (set(), ())


@pytest.mark.parametrize(("afternoon_from", "half"), [(4, "PM"), (5, "AM")])
def test_the_school_says_with_which_period_its_afternoon_begins(lessons, afternoon_from, half):
    assert brief(lessons(HEADER + row("Mon:4"), afternoon_from_period=afternoon_from))[0][1:3] == (half, 4)


def test_whoever_covers_a_class_took_its_lesson_and_the_other_is_away(lessons):
    found = lessons(HEADER + row("P2"), cover="2026-11-23,AM,9X,T2,Mx Two,two@example.org\n")

    assert brief(found) == [("P1", "AM", 2, "/", "T2")]
    assert found.away == {("T1", Session(MONDAY, Half.AM))}
    assert "T1" not in found.teachers


def test_a_lesson_not_taken_is_not_the_same_as_missing(lessons):
    assert [m.code for m in lessons(HEADER + row("P1", "-") + row("P2", "N")).marks] == [
        None,
        AttendanceCode.UNEXPLAINED,
    ]


def test_rows_of_the_register_and_of_other_days_are_no_lessons_of_today(lessons):
    found = lessons(HEADER + row("AM") + row("PM Reg") + row(date="2026-11-24"))

    assert (found.marks, found.problems) == ((), ())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (row("Lunch"), "The period is no lesson such as P3; the lesson mark was left out."),
        (row(date="2026-11-31"), "The date is not one that exists; the lesson mark was left out."),
        (row(pupil=""), "The row names no pupil and was left out."),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_told(lessons, line, sentence):
    found = lessons(HEADER + row() + line)

    assert len(found.marks) == 1
    assert [(p.where, p.sentence) for p in found.problems] == [("lessons.csv, row 3", sentence)]


def test_codes_of_the_schools_own_are_counted_and_their_marks_left_out(lessons):
    found = lessons(HEADER + row(code="d") + row("P2", code="d") + row("P3", code="went home with mum"))

    assert found.marks == ()
    assert [p.sentence for p in found.problems] == [
        "'d' is none of the national codes and was left out of 2 lesson marks.",
        "'longer text' is none of the national codes and was left out of 1 lesson marks.",
    ]


def test_a_file_without_a_period_is_refused_with_what_is_missing(lessons):
    with pytest.raises(BadInput, match="also a column for period"):
        lessons("pupil_id,date,code\nP1,2026-11-23,/\n")


def test_the_columns_of_an_mis_wait_for_a_person_as_everywhere(lessons, write):
    write("mis/pupils.csv", "pupil_id,date_of_birth,year_group\nP1,2010-05-01,11\n")
    write("mis/contacts.csv", "pupil_id,relationship\nP1,Mother\n")

    with pytest.raises(NeedsHuman, match="check which columns of lessons"):
        lessons("Adno,Date,Period name,Mark\nP1,23/11/2026,P1,/\n")


def test_no_teachers_name_is_shown_by_accident(lessons):
    assert "Mx One" not in repr(lessons(HEADER + row()))
