import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.parameters import UnknownParameter
from rules.retention import end_of_school_year, first_day_kept, last_day_kept, register_years

VECTORS = read_vectors(
    Path(__file__).with_name("retention.yaml"), given={"made_on", "today"}, expect={"last_day", "first_day"}
)
DATES = st.dates(dt.date(2024, 9, 1), dt.date(2090, 1, 1))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_six_years_from_the_entry(vector):
    expect = vector["expect"]
    years = register_years(dt.date(2026, 11, 23))

    if "made_on" in vector:
        assert last_day_kept(vector["made_on"], years) == expect["last_day"]
    else:
        assert first_day_kept(vector["today"], years) == expect["first_day"]


@given(DATES, st.integers(1, 12))
def test_the_first_day_kept_is_the_oldest_whose_last_day_is_not_over(today, years):
    first = first_day_kept(today, years)

    assert last_day_kept(first, years) >= today
    assert last_day_kept(first - dt.timedelta(days=1), years) < today


def test_the_law_of_before_august_2024_is_not_guessed():
    with pytest.raises(UnknownParameter):
        register_years(dt.date(2024, 8, 18))


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (dt.date(2026, 8, 31), dt.date(2026, 8, 31)),
        (dt.date(2026, 9, 1), dt.date(2027, 8, 31)),
        (dt.date(2028, 2, 29), dt.date(2028, 8, 31)),
    ],
)
def test_a_school_year_ends_on_31_august(day, end):
    assert end_of_school_year(day) == end
