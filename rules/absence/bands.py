"""Bands of absence: ten and fifty per cent are official; what counts as at risk below them is the school's choice."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rules.absence.counts import SessionCounts
from rules.absence.forecast import is_over_the_line
from rules.absence.rates import percent_of_possible, round_half_up
from rules.findings import Finding, Outcome, how_many
from rules.parameters import parameter


class BandLabel(StrEnum):
    """The bands, from nothing known over the best to the worst."""

    NO_DATA = "no data"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    PERSISTENT = "persistent"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Band:
    """The band a pupil is in. `is_early`: so few possible sessions that a percentage says little yet.

    `finding` is met in the two official bands.
    """

    label: BandLabel
    is_early: bool
    finding: Finding


def band_of(counts: SessionCounts, as_of: dt.date, at_risk_from_percent: int, caution_below_sessions: int) -> Band:
    """The band of a pupil's own sessions so far, unrounded: exactly ninety per cent attended is persistent absence.

    `at_risk_from_percent` (of possible sessions missed) and `caution_below_sessions` are the school's own.
    """
    persistent = parameter("absence/persistent_absence").on(as_of)
    severe = parameter("absence/severe_absence").on(as_of)
    edges = {
        BandLabel.SEVERE: severe.value,
        BandLabel.PERSISTENT: persistent.value,
        BandLabel.AT_RISK: at_risk_from_percent,
    }
    label = _label(counts, edges)
    is_early = counts.possible < caution_below_sessions
    is_met = label in {BandLabel.PERSISTENT, BandLabel.SEVERE}
    outcome = Outcome.MET if is_met else Outcome.NOT_MET if counts.possible else Outcome.INSUFFICIENT_DATA
    sentence = _sentence(counts, label, edges) + (_caution(counts) if is_early and counts.possible else "")
    return Band(label, is_early, Finding(outcome, sentence, parameters=(persistent, severe)))


def _label(counts: SessionCounts, edges: dict[BandLabel, int]) -> BandLabel:
    if not counts.possible:
        return BandLabel.NO_DATA
    reached = (band for band, edge in edges.items() if is_over_the_line(counts.absent, counts.possible, edge))
    return next(reached, BandLabel.ON_TRACK)


def _sentence(counts: SessionCounts, label: BandLabel, edges: dict[BandLabel, int]) -> str:
    rate = percent_of_possible(counts.absent, counts)
    if rate is None:
        return "No session was possible yet."
    missed = f"Missed {counts.absent} of {how_many(counts.possible, 'possible session')} ({round_half_up(rate)}%)"
    if label is BandLabel.ON_TRACK:
        return f"{missed}: on track, below the school's line of {edges[BandLabel.AT_RISK]}%."
    whose = "the school's own line" if label is BandLabel.AT_RISK else "the official line"
    return f"{missed}: {label}, from {edges[label]}% on, {whose}."


def _caution(counts: SessionCounts) -> str:
    return f" With {how_many(counts.possible, 'possible session')} it is too early to say much."
