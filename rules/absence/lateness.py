"""Punctuality. Ours: DfE publishes no combined late rate, so L and U are also shown apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.registers import Mark


@dataclass(frozen=True, slots=True)
class Lateness:
    """Arrivals on site, in sessions. `minutes_late` is None where the MIS gave no minutes at all."""

    on_time: int
    late_before_close: int
    late_after_close: int
    minutes_late: int | None

    @property
    def punctuality_percent(self) -> Fraction | None:
        """On-time arrivals per hundred arrivals on site (present, L and U); None when the pupil never arrived."""
        arrivals = self.on_time + self.late_before_close + self.late_after_close
        return Fraction(100 * self.on_time, arrivals) if arrivals else None


def lateness(counts: SessionCounts, marks: Iterable[Mark] = ()) -> Lateness:
    """How often and, from the marks that carry minutes, how long a pupil was late."""
    minutes = [mark.minutes_late for mark in marks if mark.minutes_late is not None]
    on_time = counts.attending - counts.approved_activity - counts.late_before_close
    return Lateness(on_time, counts.late_before_close, counts.late_after_close, sum(minutes) if minutes else None)
