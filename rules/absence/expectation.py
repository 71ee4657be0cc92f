"""Progress towards the attendance that is expected of the school: its attendance baseline improvement expectation.

The figure is set for each school and not by law, so it is an argument; `counts` are the sessions of the whole school,
best counted as DfE does (`rules.absence.dfe`).
"""

import datetime as dt
from fractions import Fraction

from rules.absence.counts import SessionCounts
from rules.absence.rates import attendance_percent, round_half_up
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome, how_many


def progress_to(
    expected_percent: Fraction, counts: SessionCounts, previous: Fraction | None, as_of: dt.date
) -> Finding:
    """Whether attendance up to `as_of` reaches the expectation, compared unrounded; met at exactly that figure.

    `previous` is the attendance in per cent that the improvement starts from, None where it is not known. Raises
    ValueError for an expectation that is not above 0 and at most 100 per cent.
    """
    if not 0 < expected_percent <= 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"an expected attendance lies above 0 and up to 100 per cent, found {expected_percent}")
    attendance = attendance_percent(counts)
    if attendance is None:
        nothing = f"Up to {in_words(as_of)} no session was possible, so progress cannot be told."
        return Finding(Outcome.INSUFFICIENT_DATA, nothing)
    short = sessions_short(expected_percent, counts)
    against = f"{_shown(expected_percent)} expected"
    judged = f"{how_many(short, 'session')} short of the {against}" if short else f"the {against} is reached"
    sentence = f"Up to {in_words(as_of)} attendance is {_shown(attendance)}: {judged}.{_change(attendance, previous)}"
    return Finding(Outcome.NOT_MET if short else Outcome.MET, sentence)


def sessions_short(expected_percent: Fraction, counts: SessionCounts) -> int:
    """How many of the sessions missed would have had to be attended to reach the expectation; 0 when it is reached."""
    wanted = expected_percent * counts.possible / 100
    return max(0, -(-wanted.numerator // wanted.denominator) - counts.attending)


def _change(attendance: Fraction, previous: Fraction | None) -> str:
    if previous is None:
        return ""
    change = attendance - previous
    if not change:
        return f" That is the same as the {_shown(previous)} it starts from."
    points = f"{round_half_up(abs(change))} percentage points"
    return f" That is {points} {'above' if change > 0 else 'below'} the {_shown(previous)} it starts from."


def _shown(percent: Fraction) -> str:
    return f"{round_half_up(percent)}%"
