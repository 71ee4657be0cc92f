"""When a number of absences stops the run: one below, at and above each edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.contact.volume import unusual_number, whole_form_absent


def is_unusual(today, past, factor_percent=200, at_least=12):
    return unusual_number(today, past, factor_percent=factor_percent, at_least=at_least).is_met


@pytest.mark.parametrize(("today", "unusual"), [(19, False), (20, False), (21, True)])
def test_more_than_twice_the_median_is_unusual_and_exactly_twice_is_not(today, unusual):
    assert is_unusual(today, [8, 10, 12]) is unusual


@pytest.mark.parametrize(("today", "unusual"), [(14, False), (15, False), (16, True)])
def test_the_median_of_an_even_count_is_halfway_without_rounding(today, unusual):
    assert is_unusual(today, [7, 8, 7, 8]) is unusual  # twice 7.5 is 15


def test_the_sentence_says_what_is_usual():
    finding = unusual_number(16, [7, 8], factor_percent=200, at_least=12)

    assert finding.sentence == (
        "16 absent; usual for this weekday: 7.5. That is more than 200% of usual: a second person must look."
    )


@pytest.mark.parametrize(
    ("today", "past", "sentence"),
    [
        (20, [8, 10, 12], "20 absent; usual for this weekday: 10. That is not more than 200% of usual."),
        (11, [1], "11 absent: fewer than 12, too few to stop for."),
        (12, [], "12 absent, and no earlier week to compare with: a second person must look."),
    ],
)
def test_the_sentence_says_why_it_stops_or_does_not(today, past, sentence):
    assert unusual_number(today, past, factor_percent=200, at_least=12).sentence == sentence


def test_a_form_that_is_not_whole_is_told_in_numbers():
    assert whole_form_absent(7, 8, whole_form_from=8).sentence == "7 of the 8 pupils marked are absent."


@pytest.mark.parametrize(("today", "unusual"), [(11, False), (12, True)])
def test_a_small_school_is_not_stopped_for_a_few(today, unusual):
    assert is_unusual(today, [1, 0, 1]) is unusual


def test_with_no_week_to_compare_a_large_number_stops():
    assert is_unusual(12, [])
    assert not is_unusual(11, [])


def test_one_wild_monday_in_the_past_does_not_hide_another():
    assert is_unusual(300, [9, 10, 11, 310, 10, 9])


@given(st.lists(st.integers(0, 400), min_size=1), st.integers(0, 400), st.integers(110, 1000))
def test_one_more_absence_never_makes_it_usual(past, today, factor_percent):
    assert is_unusual(today + 1, past, factor_percent) >= is_unusual(today, past, factor_percent)


@pytest.mark.parametrize(("absent", "marked", "whole"), [(8, 8, True), (7, 8, False), (7, 7, False), (28, 28, True)])
def test_a_whole_form_absent_is_a_slip_until_somebody_looks(absent, marked, whole):
    assert whole_form_absent(absent, marked, whole_form_from=8).is_met is whole
