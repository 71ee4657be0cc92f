import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.calendar import Half, Session
from rules.code_checks.validator import CodeProblem, read_code
from rules.codes import NOT_TAKEN, AttendanceCode
from rules.school_age import school_age

DAY = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("reading.yaml"), given={"entry"}, expect={"code", "suggestion", "problem"}
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_reading_an_entry(vector):
    entry, expect = vector["entry"], vector["expect"]
    session = Session(entry.get("day", DAY), Half(entry["session"]))
    age = school_age(entry["born"], DAY) if "born" in entry else None

    found = read_code(entry["text"], session, age)

    if "code" in expect:
        assert found == expect["code"]
    else:
        assert isinstance(found, CodeProblem)
        assert (found.session, found.code, found.suggestion) == (session, entry["text"], expect["suggestion"])
        assert expect["problem"] in found.problem
        assert found.is_refused


@given(st.text(max_size=4), st.sampled_from(Half))
def test_any_text_is_a_code_a_blank_or_a_problem_and_never_an_error(text, half):
    found = read_code(text, Session(DAY, half))

    assert (found is None) == (text in NOT_TAKEN)
    assert found is None or isinstance(found, CodeProblem) or found.value == text


@pytest.mark.parametrize("code", AttendanceCode)
def test_every_code_can_be_read_in_one_half_of_the_day_at_least(code):
    assert code in {read_code(code.value, Session(DAY, half)) for half in Half}
