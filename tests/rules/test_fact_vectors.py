"""None of the cases that the rules were first written against goes missing; those without another home are here."""

import ast
import datetime as dt
from pathlib import Path

import pytest
import yaml

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from rules.absence.counts import count_sessions
from rules.parameters import parameter
from rules.school_age import school_age

HERE = Path(__file__).parent
INDEX = yaml.safe_load((HERE / "fact_vectors.yaml").read_text(encoding="utf-8"))
CALENDAR = example_calendar()


def cases_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return {vector["name"] for vector in yaml.safe_load(text)}
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}


def test_all_sixty_two_are_listed():
    assert list(INDEX) == [f"T{number:02}" for number in range(1, 63)]


@pytest.mark.parametrize("case", INDEX)
def test_each_is_proved_where_the_list_says(case):
    for file, names in INDEX[case].items():
        missing = {names} - cases_of(HERE / file) if isinstance(names, str) else set(names) - cases_of(HERE / file)

        assert missing == set(), f"{case}: {file} has no such case; say where it is proved now"


def test_what_hangs_on_the_school_week_says_that_its_meaning_is_known_and_was_not_read():
    window = parameter("penalty_notices/window")

    assert {entry.citation.confidence for entry in window.entries} == {"knowledge"}
    assert "a school week is a calendar week with at least one session" in window.description


def test_a_year_11s_june_is_in_the_schools_own_figures():
    june = span_of(read_register("2027-06-07  .. O\\ /\\"), CALENDAR)
    age = school_age(dt.date(2011, 2, 1), dt.date(2027, 6, 25))

    assert count_sessions(june.marks).possible == 4
    assert (age.holds_on(dt.date(2027, 6, 25)), age.holds_on(dt.date(2027, 6, 26))) == (True, False)
