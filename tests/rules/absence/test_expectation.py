import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.absence.counts import SessionCounts
from rules.absence.expectation import progress_to, sessions_short

AS_OF = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("expectation.yaml"),
    given={"attended", "of", "expected", "previous"},
    expect={"outcome", "short", "sentence"},
)


def counted(attended, possible):
    return SessionCounts(possible=possible, attending=attended, authorised=possible - attended)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_progress(vector):
    counts, expect = counted(vector["attended"], vector["of"]), vector["expect"]
    expected = Fraction(vector["expected"])
    previous = Fraction(vector["previous"]) if "previous" in vector else None

    found = progress_to(expected, counts, previous, AS_OF)

    assert (found.outcome, sessions_short(expected, counts)) == (expect["outcome"], expect["short"])
    assert expect.get("sentence", found.sentence) == found.sentence


@pytest.mark.parametrize("expected", [0, -1, Fraction(1001, 10)])
def test_an_expectation_that_is_no_attendance_is_refused(expected):
    with pytest.raises(ValueError, match="above 0 and up to 100 per cent"):
        progress_to(Fraction(expected), counted(9, 10), None, AS_OF)


@given(st.integers(1, 10_000), st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_what_is_short_is_just_enough(hundredths, sessions):
    expected, (attended, possible) = Fraction(hundredths, 100), sessions
    counts = counted(attended, possible)

    short = sessions_short(expected, counts)

    assert Fraction(100 * (attended + short), possible) >= expected
    assert short == 0 or Fraction(100 * (attended + short - 1), possible) < expected
    assert progress_to(expected, counts, None, AS_OF).is_met == (short == 0)
