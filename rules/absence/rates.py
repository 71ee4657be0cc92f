"""Attendance and absence rates as exact fractions, and the one rounding they get, at the edge.

DfE publishes rates to one decimal place with halves rounded up, keeps the data unrounded, and never compares a
rounded rate with a threshold: 28 of 281 sessions prints as 10.0 and is not persistent absence.
"""

from decimal import Decimal
from fractions import Fraction

from rules.absence.counts import SessionCounts


def attendance_percent(counts: SessionCounts) -> Fraction | None:
    """100 x attending / possible; None when no session was possible."""
    return percent_of_possible(counts.attending, counts)


def absence_percent(counts: SessionCounts) -> Fraction | None:
    """100 x absent / possible; None when no session was possible."""
    return percent_of_possible(counts.absent, counts)


def percent_of_possible(sessions: int, counts: SessionCounts) -> Fraction | None:
    """Any number of sessions as a percentage of the possible ones: every rate has this denominator."""
    return Fraction(100 * sessions, counts.possible) if counts.possible else None


def round_half_up(value: Fraction, places: int = 1) -> Decimal:
    """Round to `places` decimals, halves upwards: 6.25 becomes 6.3, where bankers' rounding would say 6.2."""
    doubled = 2 * value.denominator
    steps = (2 * value.numerator * 10**places + value.denominator) // doubled
    return Decimal(steps).scaleb(-places)
