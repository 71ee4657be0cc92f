"""Lesson registers against the session's: who is asked, about what, and when nobody is."""

import datetime as dt

import pytest

from rules.calendar import both_sessions
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.lessons import LessonMark, lesson_conflicts
from rules.registers import RegisterSpan

MORNING, AFTERNOON = both_sessions(dt.date(2026, 11, 23))


def conflicts(register, lessons):
    """`register`: a code for the morning and one for the afternoon; `lessons`: periods 1 to 3, then 4 and 5."""
    marks = bytes(NO_MARK if code == "-" else byte_of(AttendanceCode(code)) for code in register.split())
    span = RegisterSpan("Michael", (MORNING, AFTERNOON), marks)
    taken = [
        LessonMark(
            "Michael", MORNING if n <= 3 else AFTERNOON, n, None if code == "-" else AttendanceCode(code), f"T{n}"
        )
        for n, code in enumerate(lessons.split(), 1)
    ]
    return [(str(c.contradiction), c.period, c.ask) for c in lesson_conflicts(span, taken)]


@pytest.mark.parametrize(
    ("register", "lessons"),
    [
        ("/ \\", "/ / / \\ \\"),  # an ordinary day
        ("N N", "N N N N N"),  # away all day, and every register says so
        ("/ \\", "- - - - -"),  # no lesson's register was taken
        ("- -", "/ N N N N"),  # nor the session's
        ("U \\", "N / / \\ \\"),  # came after the register closed
        ("M \\", "/ N / \\ \\".replace("N", "M")),  # left for the dentist
        ("V V", "N N N N N"),  # on a visit
        ("/ I", "/ I I I I"),  # went home ill
        ("/ \\", "/ / / U \\"),  # late to a lesson is in it
    ],
)
def test_nobody_is_asked(register, lessons):
    assert conflicts(register, lessons) == []


def test_present_at_registration_and_in_no_later_lesson_asks_the_first_teacher():
    assert conflicts("/ N", "N N N N N") == [("here, and in no lesson", 1, "T1")]


def test_one_lesson_attended_is_enough_not_to_be_missing_from_all():
    assert conflicts("/ N", "/ N N N N") == []


def test_a_lesson_not_taken_says_nothing_of_where_a_pupil_is():
    assert conflicts("/ N", "- O - N N") == [("here, and in no lesson", 2, "T2")]


def test_absent_at_registration_and_in_a_lesson_asks_the_teacher_who_saw_the_pupil():
    assert conflicts("I \\", "- / / \\ \\") == [("away, and in a lesson", 2, "T2")]


def test_here_missing_and_here_again_asks_the_teacher_between():
    assert conflicts("/ \\", "/ N / \\ \\") == [("here, missing, here again", 2, "T2")]


def test_lessons_alone_show_who_was_here_missing_and_here_again():
    assert conflicts("- -", "/ N / - -") == [("here, missing, here again", 2, "T2")]


def test_a_morning_of_no_lessons_is_asked_lesson_by_lesson_when_the_pupil_is_back_for_the_afternoon():
    found = conflicts("/ \\", "N N N \\ \\")

    assert found == [("here, missing, here again", period, f"T{period}") for period in (1, 2, 3)]


def test_a_pupil_who_goes_for_good_after_registering_in_the_afternoon_is_missing_from_all():
    assert conflicts("/ \\", "/ / / N N") == [("here, and in no lesson", 4, "T4")]


def test_a_pupil_not_yet_seen_is_not_between():
    assert conflicts("N \\", "N - - \\ \\") == []


def test_marks_of_another_pupil_are_passed_over():
    span = RegisterSpan("Alicia", (MORNING,), bytes([byte_of(AttendanceCode.PRESENT_MORNING)]))
    other = LessonMark("Michael", MORNING, 1, AttendanceCode.UNEXPLAINED, "T1")

    assert lesson_conflicts(span, [other]) == ()


@pytest.mark.parametrize(("code", "shown"), [("G", "G"), ("I", "Away"), ("R", "Away"), ("T", "Away")])
def test_the_sentence_says_what_the_registers_say_and_neither_a_name_nor_a_private_reason(code, shown):
    span = RegisterSpan("Alicia", (MORNING,), bytes([byte_of(AttendanceCode(code))]))

    (found,) = lesson_conflicts(span, [LessonMark("Alicia", MORNING, 2, AttendanceCode.LATE_BEFORE_CLOSE, "T2")])

    assert found.sentence == f"{shown} for the morning, and marked in period 2: ask its teacher."
