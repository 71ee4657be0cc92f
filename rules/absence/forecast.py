"""Where a pupil's absence is heading: how many sessions lead across the persistent absence line, and by which date.

Persistent absence is missing ten per cent or more of one's own possible sessions, so both ways are exact: missing every
session from now on until the line is reached, or attending every session until it is left behind.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rules.absence.counts import SessionCounts, count_sessions
from rules.calendar import SchoolCalendar, Session
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan


@dataclass(frozen=True, slots=True)
class AbsenceForecast:
    """`missed_to_persistent` and `persistent_on`: missed in a row from the next session on, what it takes and when.

    `attended_to_recover` and `recovers_on`: the same for attending. None where it is not so, or not before the known
    calendar ends. MET: the pupil is persistently absent now.
    """

    missed_to_persistent: int | None
    persistent_on: dt.date | None
    attended_to_recover: int | None
    recovers_on: dt.date | None
    finding: Finding


def absence_forecast(
    span: RegisterSpan, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date
) -> AbsenceForecast:
    """Look ahead from the end of `as_of` over the sessions of the pupil's year group that the calendar knows."""
    law = parameter("absence/persistent_absence").on(as_of)
    counts = count_sessions(span.between(dt.date.min, as_of).marks)
    ahead = calendar.sessions(as_of + dt.timedelta(days=1), calendar.last, year_group)
    if not counts.possible:
        return AbsenceForecast(None, None, None, None, _no_data(law))
    if is_over_the_line(counts.absent, counts.possible, law.value):
        attended = next((n for n in range(1, len(ahead) + 1) if not _over(counts, 0, n, law)), None)
        recovers_on = ahead[attended - 1].date if attended else None
        return AbsenceForecast(None, None, attended, recovers_on, _persistent(attended, recovers_on, calendar, law))
    missed = next((n for n in range(1, len(ahead) + 1) if _over(counts, n, n, law)), None)
    persistent_on = ahead[missed - 1].date if missed else None
    return AbsenceForecast(missed, persistent_on, None, None, _not_yet(missed, ahead, law))


def is_over_the_line(absent: int, possible: int, percent: int) -> bool:
    """Whether the share missed reaches the line, compared as whole numbers."""
    return possible > 0 and absent * 100 >= possible * percent


def _over(counts: SessionCounts, missed: int, more: int, law: Entry) -> bool:
    return is_over_the_line(counts.absent + missed, counts.possible + more, law.value)


def _no_data(law: Entry) -> Finding:
    return Finding(Outcome.INSUFFICIENT_DATA, "No session has counted yet, so nothing can be said.", parameters=(law,))


def _persistent(attended: int | None, on: dt.date | None, calendar: SchoolCalendar, law: Entry) -> Finding:
    if attended is None or on is None:
        ends = f"{calendar.last.day} {calendar.last:%B %Y}"
        sentence = f"Even full attendance until {ends}, where the calendar ends, stays at {law.value} % missed or more."
    else:
        sentence = (
            f"Attending the next {how_many(attended, 'session')}, to {in_words(on)}, leaves {law.value} % behind."
        )
    return Finding(Outcome.MET, sentence, parameters=(law,))


def _not_yet(missed: int | None, ahead: Sequence[Session], law: Entry) -> Finding:
    if missed is None:
        sentence = f"No absence before the calendar ends could reach {law.value} %."
    else:
        on = in_words(ahead[missed - 1].date)
        sentence = f"Missing the next {how_many(missed, 'session')}, to {on}, would reach {law.value} %."
    return Finding(Outcome.NOT_MET, sentence, parameters=(law,))
