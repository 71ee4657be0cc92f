"""None of the cases that the rules were first written against goes missing; those without another home are here."""

import ast
import datetime as dt
from pathlib import Path

import pytest
import yaml

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from rules.absence.counts import count_sessions
from rules.absence.unexplained import unexplained_absences
from rules.calendar import both_sessions
from rules.codes.validator import KnownFacts, code_problems
from rules.school_age import school_age

HERE = Path(__file__).parent
INDEX = yaml.safe_load((HERE / "fact_vectors.yaml").read_text(encoding="utf-8"))
CALENDAR = example_calendar()
AS_OF = dt.date(2026, 11, 9)
MONDAY = frozenset(both_sessions(dt.date(2026, 11, 2)))


def cases_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return {vector["name"] for vector in yaml.safe_load(text)}
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}


def problems_of(register, **facts):
    return code_problems(span_of(read_register(register), CALENDAR), CALENDAR, "7", AS_OF, KnownFacts(**facts))


def test_all_sixty_two_are_listed():
    assert list(INDEX) == [f"T{number:02}" for number in range(1, 63)]


@pytest.mark.parametrize("case", INDEX)
def test_each_is_proved_where_the_list_says(case):
    file, name = INDEX[case]

    assert name in cases_of(HERE / file), f"{case}: {file} has no such case; say where it is proved now"


def test_an_n_of_a_pupil_who_came_late_becomes_u_and_is_settled():
    came_late = span_of(read_register("2026-11-02  U\\"), CALENDAR)

    counts = count_sessions(came_late.marks)

    assert unexplained_absences(came_late, CALENDAR, "9", AS_OF) == ()
    assert (counts.late_after_close, counts.unauthorised, counts.unexplained) == (1, 1, 0)


def test_a_year_11s_june_is_in_the_schools_own_figures():
    june = span_of(read_register("2027-06-07  .. O\\ /\\"), CALENDAR)
    age = school_age(dt.date(2011, 2, 1), dt.date(2027, 6, 25))

    assert count_sessions(june.marks).possible == 4
    assert (age.holds_on(dt.date(2027, 6, 25)), age.holds_on(dt.date(2027, 6, 26))) == (True, False)


def test_a_staggered_start_is_y7_with_its_reason_and_no_planned_closure():
    assert problems_of("2026-11-02  Y7,Y7", notes=MONDAY) == ()
    assert [p.code for p in problems_of("2026-11-02  Y7,Y7", notes=frozenset())] == ["Y7", "Y7"]
    assert {p.suggestion for p in problems_of("2026-11-02  ##", others_in_school=MONDAY)} == {"Y3 or Y7"}


def test_a_site_closed_by_snow_is_not_made_an_approved_activity_by_lessons_at_home():
    closed = span_of(read_register("2026-11-02  Y4,Y4 /\\"), CALENDAR)

    counts = count_sessions(closed.marks)

    assert (counts.possible, counts.approved_activity) == (2, 0)
    assert [p.code for p in problems_of("2026-11-02  BB", notes=frozenset())] == ["B", "B"]


def test_optional_attendance_in_the_heat_is_leave_and_counts_as_authorised():
    kept_home = span_of(read_register("2026-06-29  CC /\\"), CALENDAR)

    counts = count_sessions(kept_home.marks)

    assert (counts.possible, counts.authorised) == (4, 2)
