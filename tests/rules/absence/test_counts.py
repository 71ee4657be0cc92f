import datetime as dt
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.absence.counts import SessionCounts, count_sessions, pooled
from rules.absence.persistent import persistent_absence, persistent_absence_percent, severe_absence
from rules.absence.rates import absence_percent, attendance_percent, percent_of_possible, round_half_up
from rules.codes import NO_MARK, AttendanceCode, Category, byte_of, code_of, facts_of
from rules.findings import Outcome

AS_OF = dt.date(2026, 11, 23)
NUMBERS = {"possible", "attending", "approved_activity", "authorised", "unauthorised", "unexplained"}
NUMBERS |= {"late_before_close", "late_after_close"}
VECTORS = read_vectors(
    Path(__file__).with_name("counts.yaml"),
    given={"marks"},
    expect=NUMBERS
    | {"attendance", "absence", "authorised_rate", "unauthorised_rate", "persistent", "severe", "sentence"},
)
ANY_MARKS = st.lists(st.sampled_from([NO_MARK, *map(byte_of, AttendanceCode)]), max_size=400).map(bytes)


def counted(marks):
    return count_sessions(b"".join(bytes([_byte(code)]) * number for code, number in marks.items()))


def _byte(code):
    return NO_MARK if code == "-" else byte_of(AttendanceCode(code))


def printed(rate):
    return None if rate is None else str(round_half_up(rate))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_counts_and_rates(vector):
    counts, expect = counted(vector["marks"]), vector["expect"]

    found = {name: getattr(counts, name) for name in NUMBERS}
    found |= {"attendance": printed(attendance_percent(counts)), "absence": printed(absence_percent(counts))}
    found |= {
        f"{kind}_rate": printed(percent_of_possible(found[kind], counts)) for kind in ("authorised", "unauthorised")
    }
    found |= {"persistent": persistent_absence(counts, AS_OF).is_met, "severe": severe_absence(counts, AS_OF).is_met}

    wanted = {name: value for name, value in expect.items() if name != "sentence"}

    assert {name: found[name] for name in wanted} == wanted
    assert expect.get("sentence", "") in persistent_absence(counts, AS_OF).sentence


@given(ANY_MARKS)
def test_the_categories_share_out_the_possible_sessions(marks):
    counts = count_sessions(marks)

    assert counts.possible == counts.attending + counts.authorised + counts.unauthorised
    assert counts.possible == sum(mark != NO_MARK and facts_of(code_of(mark)).is_possible for mark in marks)
    assert counts.unauthorised == sum(_category(mark) is Category.UNAUTHORISED_ABSENCE for mark in marks)
    assert counts.approved_activity == sum(_category(mark) is Category.APPROVED_EDUCATIONAL_ACTIVITY for mark in marks)


def _category(mark):
    return None if mark == NO_MARK else facts_of(code_of(mark)).category


@given(ANY_MARKS)
def test_a_rate_lies_between_nothing_and_everything(marks):
    counts = count_sessions(marks)

    if counts.possible:
        assert 0 <= absence_percent(counts) <= 100
        assert attendance_percent(counts) + absence_percent(counts) == 100
    else:
        assert attendance_percent(counts) is None


@given(ANY_MARKS, ANY_MARKS)
def test_counting_two_pupils_together_is_adding_their_counts(first, second):
    assert count_sessions(first + second) == pooled([count_sessions(first), count_sessions(second)])


def test_what_nobody_counted_is_nought():
    assert set(asdict(SessionCounts()).values()) == {0}


def test_a_school_rate_is_that_of_its_sessions_not_the_mean_of_its_pupils():
    together = pooled([SessionCounts(possible=200, attending=190), SessionCounts(possible=10, attending=5)])

    assert printed(attendance_percent(together)) == "92.9"


def test_a_pupil_without_a_possible_session_is_left_out_of_the_persistent_absence_rate():
    absentee = SessionCounts(possible=10, attending=9, authorised=1)
    pupils = [*[absentee] * 3, *[SessionCounts(possible=10, attending=10)] * 16, SessionCounts()]

    assert printed(persistent_absence_percent(pupils, AS_OF)) == "15.8"
    assert persistent_absence_percent([SessionCounts()], AS_OF) is None


@pytest.mark.parametrize(("possible", "warns"), [(1, True), (20, True), (21, False)])
def test_up_to_twenty_possible_sessions_the_sentence_warns(possible, warns):
    found = persistent_absence(SessionCounts(possible=possible, attending=possible), AS_OF)

    assert found.sentence.endswith("it is not met. Few sessions were possible so far: take care.") is warns


def test_the_sentence_says_by_how_much_the_line_is_reached():
    found = persistent_absence(SessionCounts(possible=280, attending=252, authorised=28), AS_OF)

    assert found.sentence == (
        "Missed 28 of 280 possible sessions (10.0%); persistent absence begins at exactly 10%, so it is met."
    )


def test_no_possible_session_means_that_nobody_can_tell():
    assert persistent_absence(SessionCounts(), AS_OF).outcome is Outcome.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("value", "expected"),
    [("25/4", "6.3"), ("35/4", "8.8"), ("187/2", "93.5"), ("1249/200", "6.2"), ("0", "0.0"), ("100", "100.0")],
)
def test_halves_round_upwards(value, expected):
    assert str(round_half_up(Fraction(value))) == expected


def test_rounding_differs_from_bankers_rounding_exactly_where_the_half_would_fall_to_an_even_digit():
    pairs = [(absent, possible) for possible in range(1, 381) for absent in range(possible + 1)]
    rates = [Fraction(100 * absent, possible) for absent, possible in pairs]
    differing = [rate for rate in rates if round_half_up(rate) != round(rate, 1)]

    assert Fraction(25, 4) in differing
    assert all((rate * 20).denominator == 1 and (rate * 10).denominator == 2 for rate in differing)
