"""Bands of absence: ten and fifty per cent are official; what counts as at risk below them is the school's choice."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rules.absence.counts import SessionCounts
from rules.absence.forecast import is_over_the_line
from rules.absence.persistent import persistent_absence, severe_absence
from rules.findings import Finding, Outcome


class BandLabel(StrEnum):
    """The bands, best first."""

    NO_DATA = "no data"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    PERSISTENT = "persistent"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Band:
    """The band a pupil is in. `is_early`: so few possible sessions that a percentage says little yet."""

    label: BandLabel
    is_early: bool
    finding: Finding


def band_of(counts: SessionCounts, as_of: dt.date, at_risk_from_percent: int, caution_below_sessions: int) -> Band:
    """The band of a pupil's own sessions so far; exactly ninety per cent attended is persistent absence."""
    is_early = counts.possible < caution_below_sessions
    persistent, severe = persistent_absence(counts, as_of), severe_absence(counts, as_of)
    if not counts.possible:
        return Band(BandLabel.NO_DATA, is_early, Finding(Outcome.INSUFFICIENT_DATA, "No possible session yet."))
    if severe.is_met:
        return Band(BandLabel.SEVERE, is_early, _with_caution(severe, counts, is_early))
    if persistent.is_met:
        return Band(BandLabel.PERSISTENT, is_early, _with_caution(persistent, counts, is_early))
    at_risk = is_over_the_line(counts.absent, counts.possible, at_risk_from_percent)
    return Band(
        BandLabel.AT_RISK if at_risk else BandLabel.ON_TRACK, is_early, _with_caution(persistent, counts, is_early)
    )


def _with_caution(finding: Finding, counts: SessionCounts, is_early: bool) -> Finding:  # noqa: FBT001 - a plain fact
    if not is_early:
        return finding
    sentence = f"{finding.sentence} Only {counts.possible} sessions so far: too early to say much."
    return Finding(finding.outcome, sentence, finding.counted, finding.left_out, finding.parameters)
