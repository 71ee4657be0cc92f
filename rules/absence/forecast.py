"""Where a pupil's absence is heading: how many sessions lead across the persistent absence line, and by which date.

Persistent absence is missing ten per cent or more of one's own possible sessions of a school year, so both ways are
exact: missing every session from tomorrow on until the line is reached, or attending every one until it is left.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rules.absence.counts import SessionCounts, count_sessions
from rules.calendar import SchoolCalendar, first_of_school_year, last_of_school_year
from rules.calendar.sessions import in_words, weekday_in_words
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan

SESSIONS_A_DAY = 2


@dataclass(frozen=True, slots=True)
class AbsenceForecast:
    """`missed_to_persistent` and `persistent_on`: missed in a row from tomorrow on, what it takes and when.

    `attended_to_recover` and `recovers_on`: the same for attending. None where it is not so, or not before the calendar
    or the school year ends. `finding` is met when the pupil is persistently absent now.
    """

    counts: SessionCounts
    missed_to_persistent: int | None
    persistent_on: dt.date | None
    attended_to_recover: int | None
    recovers_on: dt.date | None
    finding: Finding


def absence_forecast(
    span: RegisterSpan, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date
) -> AbsenceForecast:
    """Look ahead from the end of `as_of` over the rest of its school year, as far as the calendar knows it."""
    law = parameter("absence/persistent_absence").on(as_of)
    counts = count_sessions(span.between(first_of_school_year(as_of), as_of).marks)
    if not counts.possible:
        nothing = "No session was possible yet this school year, so nothing can be said of the sessions to come."
        return AbsenceForecast(counts, None, None, None, None, _finding(Outcome.INSUFFICIENT_DATA, nothing, law))
    ahead = calendar.school_days(as_of + dt.timedelta(days=1), last_of_school_year(as_of), year_group)
    if is_over_the_line(counts.absent, counts.possible, law.value):
        return _way_back(counts, ahead, law)
    return _way_there(counts, ahead, law)


def is_over_the_line(absent: int, possible: int, percent: int) -> bool:
    """Whether the share missed reaches the line, compared as whole numbers."""
    return possible > 0 and absent * 100 >= possible * percent


def _way_there(counts: SessionCounts, ahead: Sequence[dt.date], law: Entry) -> AbsenceForecast:
    missed = _missed_to_reach(counts, law.value)
    if missed > SESSIONS_A_DAY * len(ahead):
        sentence = f"Even missing every session {_left(ahead)} would not bring this pupil to {law.value}%."
        return AbsenceForecast(counts, None, None, None, None, _finding(Outcome.NOT_MET, sentence, law))
    on = ahead[(missed - 1) // SESSIONS_A_DAY]
    more = how_many(missed, "more session")
    sentence = f"Missing {more}, by {weekday_in_words(on)}, brings this pupil to {law.value}%."
    return AbsenceForecast(counts, missed, on, None, None, _finding(Outcome.NOT_MET, sentence, law))


def _way_back(counts: SessionCounts, ahead: Sequence[dt.date], law: Entry) -> AbsenceForecast:
    attended = _attended_to_leave(counts, law.value)
    if attended > SESSIONS_A_DAY * len(ahead):
        sentence = f"Even attending every session {_left(ahead)} leaves this pupil at {law.value}% missed or more."
        return AbsenceForecast(counts, None, None, None, None, _finding(Outcome.MET, sentence, law))
    on = ahead[(attended - 1) // SESSIONS_A_DAY]
    next_ones = "the next session" if attended == 1 else f"the next {attended} sessions"
    sentence = f"Attending {next_ones}, by {weekday_in_words(on)}, brings this pupil below {law.value}% missed."
    return AbsenceForecast(counts, None, None, attended, on, _finding(Outcome.MET, sentence, law))


def _missed_to_reach(counts: SessionCounts, percent: int) -> int:
    """The least n with (absent + n) of (possible + n) sessions missed at or above the line, for a pupil below it."""
    short = counts.possible * percent - counts.absent * 100
    return -(-short // (100 - percent))


def _attended_to_leave(counts: SessionCounts, percent: int) -> int:
    """The least n with absent of (possible + n) sessions missed below the line, for a pupil on or above it."""
    over = counts.absent * 100 - counts.possible * percent
    return over // percent + 1


def _finding(outcome: Outcome, sentence: str, law: Entry) -> Finding:
    return Finding(outcome, sentence, parameters=(law,))


def _left(ahead: Sequence[dt.date]) -> str:
    if not ahead:
        return "(the calendar has none left this school year)"
    return f"until {in_words(ahead[-1])}, the last school day the calendar has this school year,"
