"""The checks of a whole register: what is refused, what is queried, and what is nobody's business."""

import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.calendar import Half, Session
from rules.code_checks.by_the_clock import RegisterHours
from rules.code_checks.validator import KnownFacts, code_problems
from rules.school_age import school_age

AS_OF = dt.date(2026, 11, 23)
CALENDAR = example_calendar()
MONDAY = dt.date(2026, 11, 2)
YEAR_9 = school_age(dt.date(2013, 1, 1), AS_OF)
YEAR_12 = school_age(dt.date(2009, 10, 1), AS_OF)


NOTHING_KNOWN = KnownFacts()


def problems(register, known=NOTHING_KNOWN, as_of=AS_OF):
    return code_problems(span_of(read_register(register), CALENDAR), CALENDAR, None, as_of, known)


def brief(found):
    return [(f"{p.session.date:%d}{p.session.half}", p.code, p.suggestion, p.is_refused) for p in found]


def test_an_ordinary_fortnight_has_no_problem():
    assert problems("2026-11-02  /\\ L\\ II MM V,V\n2026-11-09  /U G\\ OO C2,C2 Y1,Y4") == ()


def test_the_morning_mark_in_the_afternoon_is_refused():
    assert brief(problems("2026-11-02  // /\\ \\\\")) == [("02PM", "/", "\\", True), ("04AM", "\\", "/", True)]


def test_x_is_refused_for_a_pupil_of_compulsory_school_age():
    assert brief(problems("2026-11-02  /X", KnownFacts(age=YEAR_9))) == [
        ("02PM", "X", "C2, C or the reason for absence", True)
    ]
    assert problems("2026-11-02  /X", KnownFacts(age=YEAR_12)) == ()


def test_c2_is_refused_for_a_sixth_former():
    assert brief(problems("2026-11-02  /,C2", KnownFacts(age=YEAR_12))) == [("02PM", "C2", "X", True)]
    assert problems("2026-11-02  /,C2", KnownFacts(age=YEAR_9)) == ()


def test_an_unknown_age_accuses_nobody():
    assert problems("2026-11-02  C2,X") == ()


def test_an_n_is_queried_only_after_its_fifth_school_day():
    assert problems("2026-11-02  N\\", as_of=dt.date(2026, 11, 9)) == ()
    assert brief(problems("2026-11-02  N\\", as_of=dt.date(2026, 11, 10))) == [("02AM", "N", "O", False)]


def test_an_n_whose_deadline_lies_past_the_calendar_says_what_to_do():
    (problem,) = problems("2027-07-19  .. .. .. N\\", as_of=dt.date(2027, 7, 23))

    assert "add the next terms" in problem.problem
    assert problem.suggestion == ""


@pytest.mark.parametrize("code", ["K", "B", "Y7"])
def test_codes_that_need_a_note_are_queried_where_notes_are_known_and_lacking(code):
    register = f"2026-11-02  {code},{code}"
    lacking = frozenset({Session(MONDAY, Half.PM)})

    assert brief(problems(register, KnownFacts(without_note=lacking))) == [("02PM", code, f"{code} with a note", False)]
    assert problems(register) == ()


def test_study_leave_after_the_last_exam_is_queried():
    register, last_exam = "2026-06-15  .. .. S\\ S\\", dt.date(2026, 6, 17)

    assert brief(problems(register, KnownFacts(last_exam_on=last_exam))) == [("18AM", "S", "C", False)]
    assert problems(register) == ()


def test_the_examinations_of_another_school_year_say_nothing_of_study_leave():
    last_summer = KnownFacts(last_exam_on=dt.date(2026, 6, 17))

    assert problems("2026-11-16  S\\ SS", last_summer) == ()


def test_a_part_time_timetable_is_queried_from_the_day_after_its_review():
    register, review = "2026-11-02  .. C2,\\ C2,\\ /,C2", dt.date(2026, 11, 4)

    assert brief(problems(register, KnownFacts(part_time_until=review))) == [
        ("05PM", "C2", "the full timetable's mark, or C2 once agreed anew", False)
    ]
    assert problems(register) == ()


def test_a_second_day_of_religious_observance_in_a_row_is_queried():
    found = problems("2026-11-02  .. .. .. .. RR\n2026-11-09  R\\ /\\ RR")

    assert brief(found) == [("09AM", "R", "C or O, unless this is another observance", False)]


def test_e_is_queried_from_the_sixth_consecutive_school_day():
    week = "EE EE EE EE EE"

    assert problems(f"2026-11-02  {week}") == ()
    assert brief(problems(f"2026-11-02  {week}\n2026-11-09  EE /\\")) == [
        ("09AM", "E", "K, B or D, as provided", False),
        ("09PM", "E", "K, B or D, as provided", False),
    ]


def test_it_says_from_which_day_provision_is_due():
    (problem, _) = problems("2026-11-02  EE EE EE EE EE\n2026-11-09  EE")

    assert problem.problem == "More than 5 consecutive school days are E; from day 6 provision is due."


def test_e_that_was_broken_by_a_day_in_school_starts_again():
    assert problems("2026-11-02  EE EE EE /\\ EE\n2026-11-09  EE EE EE EE") == ()


@pytest.mark.parametrize(("has_second", "count"), [(False, 2), (True, 0), (None, 0)])
def test_dual_registration_is_queried_only_where_there_is_surely_no_second_school(has_second, count):
    assert len(problems("2026-11-02  DD", KnownFacts(has_second_registration=has_second))) == count


def test_a_planned_closure_is_queried_while_others_are_in_school():
    others = frozenset({Session(MONDAY, Half.AM)})

    assert brief(problems("2026-11-02  ##", KnownFacts(others_in_school=others))) == [("02AM", "#", "Y3 or Y7", False)]
    assert problems("2026-11-02  ##") == ()


def test_a_problem_of_the_day_asked_is_told_and_one_of_the_next_day_is_not():
    found = problems("2026-11-02  // //", as_of=MONDAY)

    assert brief(found) == [("02PM", "/", "\\", True)]


HOURS = {
    Half.AM: RegisterHours(dt.time(8, 40), dt.time(9, 10)),
    Half.PM: RegisterHours(dt.time(13, 10), dt.time(13, 40)),
}
CLOCK = read_vectors(
    Path(__file__).with_name("by_the_clock.yaml"), given={"register", "half", "minutes"}, expect={"instead", "says"}
)


@pytest.mark.parametrize("vector", CLOCK, ids=lambda vector: vector["name"])
def test_l_and_u_are_held_against_the_clock(vector):
    late = {Session(MONDAY, Half(vector["half"])): vector["minutes"]}

    found = problems(vector["register"], KnownFacts(minutes_late=late, hours=HOURS))

    expected = vector["expect"]
    assert [p.suggestion for p in found] == ([f"{expected['instead']}, or other minutes"] if expected else [])
    assert all(expected["says"] in p.problem and not p.is_refused for p in found)


def test_without_the_hours_of_the_register_no_late_mark_is_asked_about():
    late = {Session(MONDAY, Half.AM): 200}

    assert problems("2026-11-02  L\\", KnownFacts(minutes_late=late)) == ()


def test_problems_come_in_order_of_session_and_none_after_the_day_asked():
    found = problems("2026-11-02  N/ \\\\\n2026-11-16  //", as_of=dt.date(2026, 11, 15))

    assert [(p.session.date.day, p.session.half) for p in found] == [(2, "AM"), (2, "PM"), (3, "AM")]
