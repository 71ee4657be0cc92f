"""A school's figures counted as DfE counts them, and why the school's own differ.

Rates are pooled over the sessions of all pupils that count, never the mean of the pupils' own rates.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from rules.absence.counts import SessionCounts, pooled
from rules.absence.dfe_way import (
    AS_DFE,
    AS_FIRSTBELL,
    Cause,
    CountedYear,
    Enrolments,
    PupilYear,
    counted_year,
    enrolments_of,
)
from rules.absence.forecast import is_over_the_line
from rules.absence.rates import attendance_percent, round_half_up
from rules.calendar import SchoolCalendar, first_of_school_year
from rules.calendar.sessions import in_words
from rules.findings import how_many
from rules.parameters import Entry

__all__ = ["Cause", "DfeFigures", "Difference", "Measure", "PupilYear", "dfe_figures", "own_figure", "reconcile"]


class Measure(StrEnum):
    """The three figures that are compared, each per hundred."""

    ATTENDANCE = "attendance"
    PERSISTENT = "persistent absence"
    SEVERE = "severe absence"


@dataclass(frozen=True, slots=True)
class DfeFigures:
    """`counts` pooled over the `enrolments` that count; the rates are per hundred, None where nobody counts."""

    enrolments: int
    counts: SessionCounts
    attendance: Fraction | None
    persistent: Fraction | None
    severe: Fraction | None
    sentence: str
    parameters: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cause of the gap: the pupils whose sessions it changes, by how many possible sessions, and its effect.

    `effect` is in percentage points: what counting as DfE does adds to the school's own figure.
    """

    cause: Cause
    pupils: int
    sessions: int
    effect: Fraction
    sentence: str


def dfe_figures(pupils: Iterable[PupilYear], calendar: SchoolCalendar, as_of: dt.date) -> DfeFigures:
    """The DfE-comparable figures of the school year up to and with `as_of`."""
    year = counted_year(calendar, as_of)
    counting = [counts for counts in enrolments_of(pupils, AS_DFE, year) if counts]
    attendance, persistent, severe = (_rate(counting, measure, year) for measure in Measure)
    counts = pooled(counting)
    sentence = _summary(len(counting), counts, (attendance, persistent, severe), as_of)
    return DfeFigures(len(counting), counts, attendance, persistent, severe, sentence, year.parameters)


def own_figure(
    pupils: Iterable[PupilYear],
    calendar: SchoolCalendar,
    as_of: dt.date,
    measure: Measure,
    already: AbstractSet[Cause] = AS_FIRSTBELL,
) -> Fraction | None:
    """The school's own figure, per hundred: counted in DfE's way where `already` says so and nowhere else.

    Without LEAVERS only pupils on roll at `as_of` are in it, without OFF_ROLL every mark given counts, without
    DUAL_REGISTERED a D counts as attended, without NO_POSSIBLE_SESSION a pupil without one is among those counted.
    """
    year = counted_year(calendar, as_of)
    return _rate(enrolments_of(pupils, already, year), measure, year)


def reconcile(
    pupils: Iterable[PupilYear],
    calendar: SchoolCalendar,
    as_of: dt.date,
    measure: Measure,
    already: AbstractSet[Cause] = AS_FIRSTBELL,
) -> tuple[Difference, ...]:
    """Why `own_figure` differs from DfE's: one cause after another is counted in DfE's way, in the order of Cause.

    The effects sum exactly to DfE's figure less the school's own; a cause that concerns nobody is not listed. Empty
    when either figure cannot be told. The order decides which cause gets what two of them share.
    """
    everyone, year = list(pupils), counted_year(calendar, as_of)
    ways = [frozenset(already)]
    ways += [ways[0] | set(list(Cause)[: place + 1]) for place in range(len(Cause))]
    stages = [enrolments_of(everyone, way, year) for way in ways]
    figures = [_rate(stage, measure, year) for stage in stages]
    if figures[0] is None or figures[-1] is None:
        return ()
    steps = zip(Cause, pairwise(stages), pairwise(figures), strict=True)
    found = (_difference(cause, stage, figure, measure, year) for cause, stage, figure in steps)
    return tuple(difference for difference in found if difference.pupils)


def _rate(enrolments: Sequence[SessionCounts | None], measure: Measure, year: CountedYear) -> Fraction | None:
    counting = [counts for counts in enrolments if counts is not None]
    if measure is Measure.ATTENDANCE:
        return attendance_percent(pooled(counting))
    line = (year.persistent if measure is Measure.PERSISTENT else year.severe).value
    over = sum(is_over_the_line(counts.absent, counts.possible, line) for counts in counting)
    return Fraction(100 * over, len(counting)) if counting else None


def _difference(
    cause: Cause,
    stages: tuple[Enrolments, Enrolments],
    figures: tuple[Fraction | None, Fraction | None],
    measure: Measure,
    year: CountedYear,
) -> Difference:
    before, after = stages
    own, comparable = figures
    pupils = sum(one != other for one, other in zip(before, after, strict=True))
    sessions = abs(_possible(after) - _possible(before))
    effect = (comparable or Fraction()) - (own or Fraction())
    how = f"{how_many(pupils, 'pupil')}, {how_many(sessions, 'session')}"
    sentence = f"{_what(cause, year)}: {how}. {_moves(effect, measure)}"
    return Difference(cause, pupils, sessions, effect, sentence)


def _possible(enrolments: Enrolments) -> int:
    return sum(counts.possible for counts in enrolments if counts is not None)


def _what(cause: Cause, year: CountedYear) -> str:
    first, last = year.ages.value
    return {
        Cause.LEAVERS: "DfE keeps pupils who have left",
        Cause.OFF_ROLL: "DfE counts no session before a pupil joined or after the pupil left",
        Cause.OVER_AGE: f"DfE leaves out pupils over {last} at 31 August, so the sixth form",
        Cause.UNDER_AGE: f"DfE leaves out pupils under {first} at 31 August",
        Cause.SUMMER: "DfE leaves out Year 11 after the summer half-term holiday",
        Cause.DUAL_REGISTERED: "DfE counts no session marked D as possible",
        Cause.NO_POSSIBLE_SESSION: "DfE leaves out pupils without a possible session",
    }[cause]


def _moves(effect: Fraction, measure: Measure) -> str:
    if not effect:
        return f"That leaves {measure} as it is."
    size = round_half_up(abs(effect), 2)
    points = f"{size} percentage points" if size else "less than 0.01 percentage points"
    return f"That {'raises' if effect > 0 else 'lowers'} {measure} by {points}."


def _summary(enrolments: int, counts: SessionCounts, rates: tuple[Fraction | None, ...], as_of: dt.date) -> str:
    period = f"{in_words(first_of_school_year(as_of))} to {in_words(as_of)}"
    figures = [
        f"{measure} {round_half_up(rate)}%" for measure, rate in zip(Measure, rates, strict=True) if rate is not None
    ]
    if not figures:
        return f"{period}: no pupil counts in DfE's figures."
    of = f"{how_many(counts.possible, 'possible session')} of {how_many(enrolments, 'pupil')}"
    return f"{period}, counted as DfE does: {', '.join(figures)}; {of}."
