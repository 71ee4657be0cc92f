"""Punctuality, and which mark an arrival gets. Ours: DfE publishes no combined late rate, so L and U stay apart too."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import parameter
from rules.registers import Mark

PRESENT = {Half.AM: AttendanceCode.PRESENT_MORNING, Half.PM: AttendanceCode.PRESENT_AFTERNOON}


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


def mark_for_arrival(session: Session, arrived_at: dt.time, opens: dt.time, closes: dt.time) -> AttendanceCode:
    """The mark of a pupil who came to the session at a local time: present, L, or U when no other code applies.

    SI 2024/208 regulation 10, Tables 1 and 3: present is there when the register begins to be taken; L is after that
    and before it has ended; an arrival at the closing time itself is after. Raises ValueError unless opens < closes.
    """
    _must_be_in_order(opens, closes)
    if arrived_at <= opens:
        return PRESENT[session.half]
    return AttendanceCode.LATE_BEFORE_CLOSE if arrived_at < closes else AttendanceCode.LATE_AFTER_CLOSE


def register_stays_open_too_long(opens: dt.time, closes: dt.time, as_of: dt.date) -> Finding:
    """Whether a register is open for longer than guidance allows. Raises ValueError unless opens < closes."""
    _must_be_in_order(opens, closes)
    law = parameter("attendance_register/open_at_most").on(as_of)
    seconds = _seconds(closes) - _seconds(opens)
    is_too_long = seconds > law.value * 60
    judged = f"longer than the {law.value} allowed" if is_too_long else f"within the {law.value} allowed"
    sentence = f"The register is open for {how_many(seconds // 60, 'minute')}, {judged}."
    return Finding(Outcome.MET if is_too_long else Outcome.NOT_MET, sentence, parameters=(law,))


def _must_be_in_order(opens: dt.time, closes: dt.time) -> None:
    if not opens < closes:
        raise ValueError(f"a register opens before it closes, found {opens:%H:%M} and {closes:%H:%M}")


def _seconds(time: dt.time) -> int:
    return (time.hour * 60 + time.minute) * 60 + time.second
