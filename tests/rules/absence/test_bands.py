import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.absence.bands import BandLabel, band_of
from rules.absence.counts import SessionCounts
from rules.absence.persistent import persistent_absence, severe_absence
from rules.findings import Outcome

AS_OF = dt.date(2026, 11, 23)
BEST_TO_WORST = [BandLabel.ON_TRACK, BandLabel.AT_RISK, BandLabel.PERSISTENT, BandLabel.SEVERE]
VECTORS = read_vectors(
    Path(__file__).with_name("bands.yaml"),
    given={"missed", "of", "at_risk_from", "caution_below"},
    expect={"band", "is_early", "sentence"},
)
MISSED_AND_ATTENDED = st.tuples(st.integers(0, 400), st.integers(0, 400))
EDGE = st.integers(1, 9)


def counted(missed, attended):
    return SessionCounts(possible=missed + attended, attending=attended, authorised=missed)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_band(vector):
    counts, expect = counted(vector["missed"], vector["of"] - vector["missed"]), vector["expect"]

    found = band_of(counts, AS_OF, vector.get("at_risk_from", 5), vector.get("caution_below", 20))

    assert found.label.value == expect["band"]
    assert found.is_early is expect.get("is_early", False)
    assert expect.get("sentence", found.finding.sentence) == found.finding.sentence


@given(MISSED_AND_ATTENDED.filter(any), EDGE)
def test_one_more_absence_never_moves_a_pupil_to_a_better_band(sessions, at_risk_from):
    missed, attended = sessions

    now, later = (band_of(counted(n, attended), AS_OF, at_risk_from, 20).label for n in (missed, missed + 1))

    assert BEST_TO_WORST.index(later) >= BEST_TO_WORST.index(now)


@given(MISSED_AND_ATTENDED.filter(any), EDGE)
def test_one_more_attended_session_never_moves_a_pupil_to_a_worse_band(sessions, at_risk_from):
    missed, attended = sessions

    now, later = (band_of(counted(missed, n), AS_OF, at_risk_from, 20).label for n in (attended, attended + 1))

    assert BEST_TO_WORST.index(later) <= BEST_TO_WORST.index(now)


@given(MISSED_AND_ATTENDED)
def test_the_official_bands_are_persistent_and_severe_absence(sessions):
    counts = counted(*sessions)

    found = band_of(counts, AS_OF, 5, 20)

    assert found.finding.is_met == persistent_absence(counts, AS_OF).is_met
    assert (found.label is BandLabel.SEVERE) == severe_absence(counts, AS_OF).is_met
    assert (found.finding.outcome is Outcome.INSUFFICIENT_DATA) == (found.label is BandLabel.NO_DATA)


def test_both_official_lines_are_cited():
    cited = band_of(counted(1, 9), AS_OF, 5, 20).finding.parameters

    assert [entry.parameter for entry in cited] == ["absence/persistent_absence", "absence/severe_absence"]
