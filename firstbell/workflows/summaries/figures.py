"""The plain figures behind a summary that leaves the office, with small groups taken out before anything is drawn."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.absence.rates import absence_percent, attendance_percent, percent_of_possible, round_half_up

NO_FIGURE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A group of pupils over a period: how many, their sessions pooled, and how many are persistently and severely
    absent (severe is part of persistent).
    """

    pupils: int
    counts: SessionCounts
    persistent: int
    severe: int

    def measures(self) -> dict[str, Fraction | None]:
        """The headline measures in per cent, exact; None where there is nothing to divide by."""
        return {
            "Attendance": attendance_percent(self.counts),
            "Absence": absence_percent(self.counts),
            "Authorised absence": percent_of_possible(self.counts.authorised, self.counts),
            "Unauthorised absence": percent_of_possible(self.counts.unauthorised, self.counts),
            "Persistent absence": share(self.persistent, self.pupils),
            "Severe absence": share(self.severe, self.pupils),
        }


@dataclass(frozen=True, slots=True)
class Cohort:
    """One group of a breakdown: "Year 9"."""

    name: str
    figures: GroupFigures


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The school divided once: "By year group". With `is_partition` every pupil is in exactly one of the cohorts, so
    that what is left out could be worked out from the rest.
    """

    title: str
    cohorts: tuple[Cohort, ...]
    is_partition: bool = True


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A school week, by its Monday."""

    monday: dt.date
    counts: SessionCounts


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same measures over another period, named in words: "the same weeks of 2025/26"."""

    period: str
    figures: GroupFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class DfeComparable:
    """The DfE's own figure of a measure beside the school's, and a sentence for each cause of the difference."""

    measure: str
    dfe_percent: Fraction
    school_percent: Fraction
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFigures:
    """Everything a summary says. `expectation` is the sentence on progress to the school's own expectation, if any.

    Groups of fewer than `small_group_below` pupils are not shown, and neither are shares of fewer pupils than that.
    """

    school_name: str
    first: dt.date
    last: dt.date
    whole_school: GroupFigures
    breakdowns: tuple[Breakdown, ...]
    weeks: tuple[WeekFigures, ...]
    comparison: Comparison | None = None
    dfe: tuple[DfeComparable, ...] = ()
    expectation: str = ""
    small_group_below: int = 6


def share(part: int, whole: int) -> Fraction | None:
    """Per cent of pupils; None of nobody."""
    return Fraction(100 * part, whole) if whole else None


def percent_text(value: Fraction | None) -> str:
    """A figure as it is printed: 93.4%, or a dash where there is none."""
    return NO_FIGURE if value is None else f"{round_half_up(value)}%"


def points_text(now: Fraction | None, before: Fraction | None) -> str:
    """The change in percentage points, worked out before rounding: "0.6 points higher"."""
    if now is None or before is None:
        return NO_FIGURE
    change = now - before
    shown = round_half_up(abs(change))
    return f"{shown} points {'higher' if change > 0 else 'lower'}" if shown else "no change"


def withheld(breakdown: Breakdown, small_group_below: int) -> frozenset[str]:
    """The cohorts that are not shown: the small ones, and in a partition the next smallest too, until those hidden are
    neither one alone nor together a small group, which the others and the school's total would give away.
    """
    by_size = sorted((c for c in breakdown.cohorts if c.figures.pupils), key=lambda c: (c.figures.pupils, c.name))
    hidden = sum(c.figures.pupils < small_group_below for c in by_size)
    while breakdown.is_partition and 0 < hidden < len(by_size) and _gives_away(by_size[:hidden], small_group_below):
        hidden += 1
    return frozenset(c.name for c in by_size[:hidden])


def _gives_away(hidden: list[Cohort], small_group_below: int) -> bool:
    return len(hidden) == 1 or sum(c.figures.pupils for c in hidden) < small_group_below


def share_text(part: int, whole: int, small_group_below: int) -> str:
    """Per cent of pupils, unless so few that they might be known."""
    is_few = 0 < part < small_group_below
    return f"fewer than {small_group_below} pupils" if is_few else percent_text(share(part, whole))


def weeks_with_sessions(weeks: Iterable[WeekFigures]) -> tuple[WeekFigures, ...]:
    """The weeks in order, without those that had no possible session."""
    return tuple(sorted((week for week in weeks if week.counts.possible), key=lambda week: week.monday))
