import datetime as dt
import importlib
from pathlib import Path

import pytest

from firstbell.cli.measures_json import as_json
from firstbell.errors import BadInput
from firstbell.records import Marks, Problem
from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register
from firstbell.testing.vectors import read_vectors
from firstbell.workflows.watch.measures import PARAMETERS, measures
from rules.calendar import Closure, Half, Session
from rules.codes import AttendanceCode
from rules.parameters import parameter_names
from rules.people import Personal, Pupil
from rules.registers import Mark

AS_OF = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
CALENDAR = example_calendar()
RULES_READ = {
    *("rules.absence.persistent", "rules.absence.unexplained", "rules.code_checks.validator", "rules.school_age"),
    *("rules.penalty_notices.national_threshold", "rules.returns.attendance_return", "rules.returns.sickness_return"),
}
KEYS = {
    *("pupil_id", "possible", "attending", "approved_activity", "authorised", "unauthorised", "late_before_close"),
    *("late_after_close", "attendance_percent", "absence_percent", "persistently_absent", "severely_absent"),
    *("unexplained", "penalty_notice", "continuous_absence", "illness", "problems"),
}
VECTORS = read_vectors(
    Path(__file__).with_name("measures.yaml"), given={"register", "mixed", "first", "roll"}, expect=KEYS
)


def a_pupil(pupil_id="Alicia", **facts):
    facts = {"date_of_birth": dt.date(2013, 1, 1), "year_group": "9"} | facts
    return Pupil(pupil_id, Personal("Alicia"), Personal("Marsh"), **facts)


def answer(marks, pupils=None, first=None, calendar=CALENDAR, problems=()):
    return as_json(measures(calendar, Marks(NOON, tuple(marks), tuple(problems)), pupils, AS_OF, first))


def rows(vector):
    mixed = [
        Mark("Alicia", Session(day, Half(half)), AttendanceCode(code)) for day, half, code in vector.get("mixed", ())
    ]
    return [*read_register(vector.get("register", "")), *mixed]


def in_brief(problems):
    return [[problem["date"], problem["session"], problem["code"], problem["suggestion"]] for problem in problems]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_measures_of_one_pupil(vector):
    pupil = a_pupil(**vector.get("roll", {}))

    (found,) = answer(rows(vector), [pupil], vector.get("first"))["pupils"]

    assert found.keys() == KEYS
    found = found | {"problems": in_brief(found["problems"])}
    assert {key: found[key] for key in vector["expect"]} == vector["expect"]


def test_the_answer_says_its_period_and_cites_every_value_used():
    found = answer(read_register("2026-11-02  /\\"))

    assert list(found) == ["as_of", "from", "parameters", "pupils"]
    assert (found["as_of"], found["from"]) == ("2026-11-23", "2026-09-03")
    assert {entry["name"]: entry["value"] for entry in found["parameters"]}["penalty_notices/window"] == 10
    assert all(entry["citation"]["link"] and entry["citation"]["provision"] for entry in found["parameters"])


def test_the_parameters_cited_are_those_that_the_rules_behind_the_measures_read():
    files = (Path(importlib.import_module(name).__file__) for name in RULES_READ)
    texts = [file.read_text(encoding="utf-8") for file in files]
    read = {name for text in texts for name in parameter_names() if f'"{name}"' in text}

    assert read == set(PARAMETERS)


def test_pupils_come_in_order_and_one_without_marks_is_there_too():
    marks = read_register("2026-11-02  /\\", "P3") + read_register("2026-11-02  NN", "P1")

    found = answer(marks, [a_pupil("P2"), a_pupil("P1"), a_pupil("P3")])["pupils"]

    assert [(pupil["pupil_id"], pupil["possible"]) for pupil in found] == [("P1", 2), ("P2", 0), ("P3", 2)]


def test_a_pupil_missing_from_the_pupils_file_is_measured_and_said():
    (found,) = answer(read_register("2026-11-02  /\\", "P9"), [])["pupils"]

    assert found["possible"] == 2
    assert "Not in the pupils' file" in found["problems"][0]["problem"]


def test_without_a_pupils_file_nobody_is_accused_and_everything_applies():
    (found,) = answer(read_register("2026-11-09  GG GG GG GG GG\n2026-11-16  C2,X"))["pupils"]

    assert found["penalty_notice"] == {"threshold_met_on": "2026-11-13", "sessions_in_window": 10, "applies": True}
    assert found["problems"] == []


def test_a_row_that_could_not_be_read_is_a_problem_and_the_rest_counts():
    session = Session(dt.date(2026, 11, 3), Half.AM)
    refused = Problem("marks.csv, row 4", "Code H was withdrawn.", "Alicia", session, "H", "C or G")

    (found,) = answer(read_register("2026-11-02  /\\"), problems=[refused])["pupils"]

    assert found["possible"] == 2
    assert in_brief(found["problems"]) == [["2026-11-03", "AM", "H", "C or G"]]


def test_a_pupil_of_whom_no_row_could_be_read_is_still_there():
    refused = Problem("marks.csv, row 4", "The date is missing.", "Michael")

    assert [pupil["pupil_id"] for pupil in answer([], problems=[refused])["pupils"]] == ["Michael"]


def test_a_row_after_the_day_asked_that_could_not_be_read_is_passed_over():
    tomorrow = Session(dt.date(2026, 11, 24), Half.AM)
    refused = Problem("marks.csv, row 4", "Code H was withdrawn.", "Alicia", tomorrow, "H", "C or G")

    (found,) = answer(read_register("2026-11-02  /\\"), problems=[refused])["pupils"]

    assert found["problems"] == []


def test_one_day_alone_can_be_asked_about():
    (found,) = answer(read_register("2026-11-16  /\\\n2026-11-23  NN"), first=AS_OF)["pupils"]

    assert (found["possible"], found["unauthorised"]) == (2, 2)


def test_marks_where_no_session_can_be_are_told_and_do_not_count():
    marks = read_register("2026-11-02  O. O. O. O. O. O. O.")
    pupil = a_pupil(on_roll_from=dt.date(2026, 11, 3), on_roll_to=dt.date(2026, 11, 5))

    (found,) = answer(marks, [pupil])["pupils"]

    assert found["possible"] == 3
    assert [(problem["date"], problem["problem"]) for problem in found["problems"]] == [
        ("2026-11-02", "The pupil was not on roll on this day."),
        ("2026-11-06", "The pupil was not on roll on this day."),
        ("2026-11-07", "There is no session on this day: it is a weekend."),
        ("2026-11-08", "There is no session on this day: it is a weekend."),
    ]


def test_a_planned_closure_is_queried_when_another_pupil_was_in_school():
    marks = read_register("2026-11-02  ## ##", "P1") + read_register("2026-11-02  /\\ ##", "P2")

    first, second = answer(marks)["pupils"]

    assert [problem["date"] for problem in first["problems"]] == ["2026-11-02", "2026-11-02"]
    assert second["problems"] == []


def test_a_day_closed_for_one_year_group_is_a_school_day_for_another():
    pipe = Closure(dt.date(2026, 11, 4), "a burst pipe", frozenset({"7"}))
    calendar = example_calendar(closures=[pipe])
    marks = read_register("2026-11-02  .. .. /\\", "P7") + read_register("2026-11-02  .. .. /\\", "P9")

    seven, nine = answer(
        marks, [a_pupil("P7", year_group="7", date_of_birth=dt.date(2015, 1, 1)), a_pupil("P9")], calendar=calendar
    )["pupils"]

    assert (seven["possible"], nine["possible"]) == (0, 2)
    assert "the school is closed: a burst pipe" in seven["problems"][0]["problem"]


@pytest.mark.parametrize(
    ("as_of", "first", "complaint"),
    [
        ("2024-08-18", None, "expected a date from 19 August 2024"),
        ("2026-11-23", "2026-11-24", "expected a date no later than 23 November 2026"),
        ("2027-08-01", None, "expected a date in a school year of the calendar"),
        ("2026-04-12", None, "expected a date that the calendar has reached"),
    ],
)
def test_dates_that_nothing_reaches_are_refused(as_of, first, complaint):
    with pytest.raises(BadInput, match=complaint):
        measures(
            CALENDAR,
            Marks(NOON, ()),
            None,
            dt.date.fromisoformat(as_of),
            first and dt.date.fromisoformat(first),
        )


@pytest.mark.parametrize(
    ("as_of", "counted_from"),
    [
        (dt.date(2026, 9, 2), dt.date(2026, 9, 2)),  # the day before term
        (dt.date(2026, 9, 3), dt.date(2026, 9, 3)),
        (dt.date(2026, 10, 28), dt.date(2026, 9, 3)),  # in half-term
    ],
)
def test_the_first_day_counted_is_the_first_of_term_and_never_after_the_last(as_of, counted_from):
    assert measures(CALENDAR, Marks(NOON, ()), None, as_of).first == counted_from


def test_those_who_need_a_person_say_why_most_serious_first():
    marks = read_register("2026-11-02  OO OO OO OO OO\n2026-11-09  OO OO OO OO O\\")

    (alicia,) = measures(CALENDAR, Marks(NOON, marks), [a_pupil()], AS_OF).pupils

    sentences = alicia.needs_attention()
    assert ["national threshold" in sentences[0], "severe absence" in sentences[1]] == [True, True]
    assert len(sentences) == 2


def test_a_pupil_in_school_every_day_needs_nobody():
    (alicia,) = measures(CALENDAR, Marks(NOON, read_register("2026-11-02  /\\ /\\")), [a_pupil()], AS_OF).pupils

    assert alicia.needs_attention() == ()
