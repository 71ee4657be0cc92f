"""Guidance on choosing a code, as registers: what the checks say of the entry, and what it counts as."""

from dataclasses import asdict
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.absence.counts import SessionCounts, count_sessions
from rules.absence.unexplained import unexplained_absences
from rules.code_checks.validator import KnownFacts, code_problems

CALENDAR = example_calendar()
COUNTS = set(asdict(SessionCounts()))
VECTORS = read_vectors(
    Path(__file__).with_name("choosing.yaml"),
    given={"before", "register", "noted", "others_in_school", "last_exam_on"},
    expect={"problems"} | COUNTS,
)


def facts_of(vector, marks):
    """What is known beside the register, as the vector says."""
    sessions = frozenset(mark.session for mark in marks)
    without = sessions if vector.get("noted") is False else frozenset()
    others = sessions if vector.get("others_in_school") else frozenset()
    return KnownFacts(without_note=without, others_in_school=others, last_exam_on=vector.get("last_exam_on"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_code_to_choose(vector):
    marks, expect = read_register(vector["register"]), vector["expect"]
    as_of = marks[-1].session.date

    found = code_problems(span_of(marks, CALENDAR), CALENDAR, "7", as_of, facts_of(vector, marks))

    assert [[str(p.session), p.code, p.suggestion] for p in found] == expect["problems"]
    counts = asdict(count_sessions(span_of(marks, CALENDAR).marks))
    assert {name: counts[name] for name in expect.keys() & COUNTS} == {k: expect[k] for k in expect.keys() & COUNTS}


@pytest.mark.parametrize("vector", [v for v in VECTORS if "before" in v], ids=lambda vector: vector["name"])
def test_the_n_before_it_was_open_and_is_no_more(vector):
    before, after = (span_of(read_register(vector[key]), CALENDAR) for key in ("before", "register"))
    as_of = before.sessions[-1].date

    assert len(unexplained_absences(before, CALENDAR, "7", as_of)) == 1
    assert unexplained_absences(after, CALENDAR, "7", as_of) == ()
