"""Codes to check: what can't stand in the register, what is asked only with a fact, and what stays private."""

import datetime as dt

import pytest

from firstbell.errors import BadInput
from firstbell.records import BesideTheRegister
from firstbell.testing.morning_story import MONDAY, THIS_MORNING, MorningStory
from firstbell.workflows.jobs.daily import sync_job
from firstbell.workflows.jobs.weekly import weekly
from rules.calendar import Half, Session, both_sessions
from rules.codes import AttendanceCode
from rules.registers import Mark

AFTERNOON = Session(MONDAY, Half.PM)
KEY = "ALICIA|2026-11-23-AM"


@pytest.fixture
def story():
    """A Monday evening; everybody was in school, and Alicia is in Year 8."""
    told = MorningStory()
    told.given_a_pupil("ALICIA", forename="Alicia")
    for pupil_id in told.pupils:
        told.given_the_mark(pupil_id, AttendanceCode.PRESENT_AFTERNOON, AFTERNOON)
    told.given_the_time("16:00")
    return told


def checked(story, job=sync_job):
    """The rows of the sheet after a job, without what is empty."""
    story.the_mis_exports()
    job(story.office)
    return story.attendance.sees("Codes to check")


def given(story, code, *sessions, pupil="ALICIA"):
    for session in sessions or (THIS_MORNING,):
        story.given_the_mark(pupil, AttendanceCode(code), session)


def brief(rows):
    return [(row["Pupil"], row["Sessions"], row["Code"], row["State"]) for row in rows]


@pytest.mark.parametrize("job", [sync_job, weekly])
def test_the_daily_sync_and_the_weekly_watch_both_draw_the_sheet(story, job):
    given(story, "C2", pupil="P00")
    story.mis.set_beside_the_register(BesideTheRegister(part_time_until={"P00": dt.date(2026, 11, 20)}))

    (row,) = checked(story, job)

    assert row["What is wrong"].startswith("The part-time timetable was agreed until 20 November 2026")
    assert (row["Code"], row["Session"], row["State"]) == ("C2", str(THIS_MORNING), "question")


def test_an_ordinary_school_has_nothing_to_check(story):
    assert checked(story) == []


@pytest.mark.parametrize(
    ("code", "beside"),
    [
        ("S", BesideTheRegister(last_exams={"ALICIA": dt.date(2026, 11, 20)})),
        ("C2", BesideTheRegister(part_time_until={"ALICIA": dt.date(2026, 11, 20)})),
        ("D", BesideTheRegister(second_registrations={"ALICIA": False})),
        ("B", BesideTheRegister(without_note=frozenset({("ALICIA", THIS_MORNING)}))),
    ],
)
def test_a_code_is_asked_about_only_with_the_fact_that_speaks_against_it(story, code, beside):
    given(story, code)
    nothing_known = checked(story)

    story.mis.set_beside_the_register(beside)

    assert nothing_known == []
    assert brief(checked(story)) == [("Example, Alicia", "1", code, "question")]


@pytest.mark.parametrize(
    ("code", "beside"),
    [
        ("S", BesideTheRegister(last_exams={"ALICIA": MONDAY})),
        ("C2", BesideTheRegister(part_time_until={"ALICIA": MONDAY})),
        ("D", BesideTheRegister(second_registrations={"ALICIA": True})),
        ("B", BesideTheRegister(without_note=frozenset({("P00", THIS_MORNING)}))),
    ],
)
def test_a_fact_that_bears_a_code_out_asks_nothing(story, code, beside):
    given(story, code)
    story.mis.set_beside_the_register(beside)

    assert checked(story) == []


def test_a_refused_code_is_shown_with_what_could_stand(story):
    story.the_mis_exports()
    entries = [(pupil_id, THIS_MORNING, "/") for pupil_id in story.pupils if pupil_id != "ALICIA"]
    story.mis.set_entries([*entries, ("ALICIA", THIS_MORNING, "H")], as_at=story.clock.now())

    sync_job(story.office)

    (row,) = story.attendance.sees("Codes to check")
    assert (row["Code"], row["What could stand"], row["State"]) == ("H", "C or G", "refused")
    assert "withdrawn" in row["What is wrong"]


def test_a_code_for_another_age_is_refused_even_after_the_sync_took_it(story):
    given(story, "X")

    assert brief(checked(story)) == [("Example, Alicia", "1", "X", "refused")]


def test_a_closure_while_others_are_in_school_is_asked_over_the_whole_school(story):
    given(story, "#", THIS_MORNING, AFTERNOON)

    (row,) = checked(story)

    assert (row["Sessions"], row["What could stand"]) == ("2", "Y3 or Y7")


def test_a_late_mark_is_held_against_the_hours_in_the_settings(story):
    story.the_mis_exports()
    marks = [Mark(pupil_id, THIS_MORNING, AttendanceCode.PRESENT_MORNING) for pupil_id in story.pupils]
    late = Mark("ALICIA", THIS_MORNING, AttendanceCode.LATE_BEFORE_CLOSE, 30)
    story.mis.set_marks([*(m for m in marks if m.pupil_id != "ALICIA"), late], as_at=story.clock.now())

    sync_job(story.office)

    (row,) = story.attendance.sees("Codes to check")
    assert "the register had closed at 09:10" in row["What is wrong"]
    assert row["What could stand"] == "U, or other minutes"


def test_an_overdue_n_has_its_own_sheet_and_does_not_stand_here_too(story):
    given(story, "N", *both_sessions(dt.date(2026, 11, 2)))

    assert checked(story) == []
    assert story.attendance.sees("Unexplained (N)")


def weeks_of(story, code):
    """Both sessions of a Thursday, a Friday and the Monday after have the code."""
    for day in (19, 20, 23):
        given(story, code, *both_sessions(dt.date(2026, 11, day)))


def test_a_week_of_the_same_thing_is_one_line_and_the_next_week_another(story):
    weeks_of(story, "B")
    sessions = [session for day in (19, 20, 23) for session in both_sessions(dt.date(2026, 11, day))]
    story.mis.set_beside_the_register(BesideTheRegister(without_note=frozenset(("ALICIA", s) for s in sessions)))

    assert [(row["Session"], row["Sessions"]) for row in checked(story)] == [
        ("Mon 23 Nov 2026 AM", "2"),
        ("Thu 19 Nov 2026 AM", "4"),
    ]


def test_marks_that_one_missing_fact_is_behind_are_one_line(story):
    weeks_of(story, "D")
    story.mis.set_beside_the_register(BesideTheRegister(second_registrations={"ALICIA": False}))

    assert [(row["Session"], row["Sessions"]) for row in checked(story)] == [("Thu 19 Nov 2026 AM", "6")]


def test_a_private_code_is_not_shown_as_in_today(story):
    for day in (20, 23):
        given(story, "R", *both_sessions(dt.date(2026, 11, day)))

    (row,) = checked(story)

    assert "Code" not in row
    assert row["What could stand"] == "See the MIS"
    assert not any(word in str(row) for word in ("observance", "Code R", "religio"))


def test_what_was_meant_for_a_private_code_is_not_shown_either(story):
    story.the_mis_exports()
    entries = [(pupil_id, THIS_MORNING, "/") for pupil_id in story.pupils if pupil_id != "ALICIA"]
    story.mis.set_entries([*entries, ("ALICIA", THIS_MORNING, "i")], as_at=story.clock.now())

    sync_job(story.office)

    (row,) = story.attendance.sees("Codes to check")
    assert "Code" not in row
    assert row["State"] == "refused"
    assert "'i'" not in str(row)


def test_an_answer_settles_a_question_and_stays_with_its_row(story):
    given(story, "D")
    story.mis.set_beside_the_register(BesideTheRegister(second_registrations={"ALICIA": False}))
    checked(story)
    story.when_somebody_types("Codes to check", KEY, Answer="on the list from Monday", Initials="AO")

    (row,) = checked(story)

    assert (row["State"], row["Firstbell says"], row["Answer"]) == ("answered", "Noted.", "on the list from Monday")


def test_an_answer_does_not_make_a_refused_mark_count(story):
    given(story, "X")
    checked(story)
    story.when_somebody_types("Codes to check", KEY, Answer="she is in the sixth form", Initials="AO")

    assert [row["State"] for row in checked(story)] == ["refused"]


def test_an_answer_without_initials_is_not_taken_in(story):
    given(story, "X")
    checked(story)
    story.when_somebody_types("Codes to check", KEY, Answer="no")

    assert "initials" in checked(story)[0]["Firstbell says"]


def test_a_fact_that_cannot_be_read_accuses_nobody_and_is_told_in_health(story):
    given(story, "D")
    story.mis.beside_the_register = _raise(BadInput("exams.csv", "a year of two digits", "dates as DD/MM/YYYY"))

    assert checked(story) == []
    told = [row["What is wrong"] for row in story.attendance.sees("Health")]
    assert any("exams.csv: found a year of two digits" in sentence for sentence in told)


def _raise(error):
    def ask():
        raise error

    return ask
