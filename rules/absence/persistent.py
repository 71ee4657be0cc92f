"""Persistent and severe absence: missing 10% or more, and 50% or more, of one's own possible sessions."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.absence.rates import absence_percent, round_half_up
from rules.findings import Finding, Outcome
from rules.parameters import parameter

# Ours, not the law's: with so few possible sessions a high rate says little yet, and the sentence warns.
FEW_SESSIONS = 20


def persistent_absence(counts: SessionCounts, as_of: dt.date) -> Finding:
    """Whether the pupil missed 10% or more of their own possible sessions (DfE, exact method since 2015/16)."""
    return _absence_of_at_least("absence/persistent_absence", "persistent absence", counts, as_of)


def severe_absence(counts: SessionCounts, as_of: dt.date) -> Finding:
    """Whether the pupil missed 50% or more of their own possible sessions; that is persistent absence too."""
    return _absence_of_at_least("absence/severe_absence", "severe absence", counts, as_of)


def persistent_absence_percent(pupils: Iterable[SessionCounts], as_of: dt.date) -> Fraction | None:
    """Persistently absent pupils per hundred who had a possible session; None when nobody had one."""
    findings = [persistent_absence(counts, as_of) for counts in pupils if counts.possible]
    return Fraction(100 * sum(f.is_met for f in findings), len(findings)) if findings else None


def _absence_of_at_least(name: str, what: str, counts: SessionCounts, as_of: dt.date) -> Finding:
    entry = parameter(name).on(as_of)
    rate = absence_percent(counts)
    if rate is None:
        return Finding(
            Outcome.INSUFFICIENT_DATA, f"No possible session yet, so {what} cannot be told.", (), (), (entry,)
        )
    is_met = counts.absent * 100 >= counts.possible * entry.value
    sentence = (
        f"Missed {counts.absent} of {counts.possible} possible sessions ({round_half_up(rate)}%); {what} begins at "
        f"exactly {entry.value}%, so it is {'met' if is_met else 'not met'}.{_caution(counts)}"
    )
    return Finding(Outcome.MET if is_met else Outcome.NOT_MET, sentence, parameters=(entry,))


def _caution(counts: SessionCounts) -> str:
    return " Few sessions were possible so far: take care." if counts.possible <= FEW_SESSIONS else ""
