"""Examinations, part-time agreements, second registrations and notes: half a fact is no fact."""

import datetime as dt

import pytest

from connectors.files import FilesMis
from firstbell.errors import BadInput
from firstbell.records import School
from rules.calendar import Half, Session

MARKS = "pupil_id,date,session,code,note\n"
MONDAY_MORNING = Session(dt.date(2026, 11, 23), Half.AM)


@pytest.fixture
def beside(write, tmp_path):
    """What stands beside the register, from files of these names and texts."""

    def reader(**files):
        write("mis/pupils.csv", "pupil_id,date_of_birth,year_group\nP1,2010-05-01,11\nP2,2010-06-01,11\n")
        write("mis/marks.csv", files.pop("marks", MARKS + "P1,2026-11-23,AM,/,\n"))
        for name, text in files.items():
            write(f"mis/{name.replace('_', '-')}.csv", text)
        mis = FilesMis(tmp_path / "mis", School("hill", "Hill School"), tmp_path / "column-mapping.toml")
        return mis.beside_the_register()

    return reader


def sentences(found):
    return [(problem.where, problem.sentence) for problem in found.problems]


def test_the_last_of_a_pupils_examinations_counts(beside):
    found = beside(exams="pupil_id,exam_date\nP1,2026-11-06\nP1,2026-11-04\nP2,2026-11-05\nP2,\n")

    assert found.last_exams == {"P1": dt.date(2026, 11, 6), "P2": dt.date(2026, 11, 5)}
    assert found.problems == ()


def test_a_pupil_with_an_examination_that_cannot_be_read_has_no_last_one(beside):
    found = beside(exams="pupil_id,exam_date\nP1,2026-11-04\nP1,2026-11-31\nP2,2026-11-05\n")

    assert found.last_exams == {"P2": dt.date(2026, 11, 5)}
    assert sentences(found) == [("exams.csv, row 3", "'exam_date' is not a date that exists; it was left out.")]


def test_a_later_file_cannot_bring_back_what_another_left_unclear(beside):
    found = beside(exams="pupil_id,exam_date\nP1,soon\n", exams_resits="pupil_id,exam_date\nP1,2026-11-04\n")

    assert found.last_exams == {}


def test_a_part_time_timetable_agreed_anew_runs_until_the_later_date(beside):
    found = beside(part_time="pupil_id,agreed_until\nP1,2026-10-23\nP1,2026-12-18\n,2026-12-18\n")

    assert found.part_time_until == {"P1": dt.date(2026, 12, 18)}
    assert sentences(found) == [("part-time.csv, row 4", "The row names no pupil and was left out.")]


@pytest.mark.parametrize(
    ("word", "has_second"),
    [
        ("C", {"P1": False}),
        ("Single Registration", {"P1": False}),
        ("M", {"P1": True}),
        ("Current Subsidiary (dual registration)", {"P1": True}),
        ("Guest", {}),
        ("", {}),
    ],
)
def test_an_enrolment_is_single_or_dual_in_the_words_of_each_mis(beside, word, has_second):
    found = beside(enrolments=f"pupil_id,enrolment_status\nP1,{word}\n")

    assert found.second_registrations == has_second
    assert found.problems == ()


def test_an_enrolment_in_a_word_we_do_not_know_is_left_open_and_told(beside):
    found = beside(enrolments="pupil_id,enrolment_status\nP1,Single\nP1,somehow\nP2,Dual\n")

    assert found.second_registrations == {"P2": True}
    assert sentences(found) == [
        (
            "enrolments.csv, row 3",
            "The enrolment status is no word we know; the pupil's registration was left open.",
        )
    ]


def test_dates_that_could_mean_two_days_refuse_the_file_as_everywhere(beside):
    with pytest.raises(BadInput, match=r"exams.csv, row 2, column 'exam_date': found a year of two digits"):
        beside(exams="pupil_id,exam_date\nP1,04/11/26\n")


def test_only_codes_that_need_a_note_are_missed_without_one(beside):
    marks = MARKS + "P1,2026-11-23,AM,B,\nP2,2026-11-23,AM,Y7,flood at home\nP2,2026-11-23,PM,I,\n"

    assert beside(marks=marks).without_note == {("P1", MONDAY_MORNING)}


def test_where_the_export_has_no_notes_nobody_is_missing_one(beside):
    assert beside(marks="pupil_id,date,session,code\nP1,2026-11-23,AM,B\n").without_note == set()


def test_a_later_file_without_notes_takes_the_accusation_back(beside):
    marks = MARKS + "P1,2026-11-23,AM,B,\n"

    found = beside(marks=marks, marks_today="pupil_id,date,session,code\nP1,2026-11-23,AM,B\n")

    assert found.without_note == set()


def test_what_a_note_says_is_kept_nowhere(beside):
    found = beside(marks=MARKS + "P1,2026-11-23,AM,K,with her social worker\n")

    assert "social worker" not in repr(found)
