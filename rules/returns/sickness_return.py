"""The sickness return: fifteen school days, that is thirty sessions, of code I in a school year, in a row or not.

SI 2024/208 regulation 13. The duty looks ahead: where the days can be foreseen, from a doctor's note say, the return
is due at once. M, a medical appointment, is another code and does not count.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rules.calendar import Half, SchoolCalendar, Session, first_of_school_year
from rules.calendar.runs import runs_of_school_days
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

ILLNESS = frozenset({AttendanceCode.ILLNESS})
LAST_OF_SCHOOL_YEAR = (7, 31)


@dataclass(frozen=True, slots=True)
class Illness:
    """`sessions` counts I in the school year of `as_of`; `sickness_return_due_on` is the date of the thirtieth."""

    sessions: int
    sickness_return_due_on: dt.date | None
    finding: Finding


def illness(span: RegisterSpan, age: SchoolAge, as_of: dt.date) -> Illness:
    """Sessions of illness in the school year of `as_of`, up to it; no return outside compulsory school age."""
    entry = parameter("returns/sickness").on(as_of)
    first = first_of_school_year(as_of)
    ill = tuple(session for session in span.sessions_with(ILLNESS) if first <= session.date <= as_of)
    if not age.holds_on(as_of):
        sentence = "The pupil is not of compulsory school age, so no sickness return is due."
        return Illness(len(ill), None, Finding(Outcome.NOT_APPLICABLE, sentence, (), ill, (entry,)))
    of_age = age.among(ill)
    needed = entry.value * len(Half)
    if len(of_age) < needed:
        return Illness(len(ill), None, _not_met(of_age, needed, entry))
    due_on = of_age[needed - 1].date
    return Illness(len(ill), due_on, _met(of_age[:needed], due_on, entry))


def _not_met(ill: tuple[Session, ...], needed: int, entry: Entry) -> Finding:
    sentence = (
        f"{how_many(len(ill), 'session')} of illness this school year; a sickness return is due at {needed}, or as "
        f"soon as {how_many(entry.value, 'school day')} can be foreseen."
    )
    return Finding(Outcome.NOT_MET, sentence, ill, (), (entry,))


def _met(ill: tuple[Session, ...], due_on: dt.date, entry: Entry) -> Finding:
    sentence = (
        f"{how_many(len(ill), 'session')} of illness this school year by {in_words(due_on)}: a sickness return to the "
        f"local authority is due, unless this spell has been reported."
    )
    return Finding(Outcome.MET, sentence, ill, (), (entry,))


class Limb(StrEnum):
    """How the days of a sickness return came about."""

    EXPECTED = "expected"
    CONSECUTIVE = "consecutive"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class SicknessReturn:
    """`due_on`: since when a return has been due, at once and so also the day to act; None, as `limb`, when not due."""

    due_on: dt.date | None
    limb: Limb | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Year:
    """What is asked of: sessions of illness in the school year, in spells of consecutive school days."""

    ill: tuple[Session, ...]
    spells: tuple[tuple[Session, ...], ...]
    reported: frozenset[int]
    needed: int


def sickness_return(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    age: SchoolAge,
    as_of: dt.date,
    *,
    expected_until: dt.date | None = None,
    sent_on: Collection[dt.date] = (),
) -> SicknessReturn:
    """Whether a return is due: fifteen days in one spell, expected by the end of this spell, or reached in the year.

    `expected_until`: the last day of the present spell as far as is known. `sent_on`: days on which returns were sent
    this school year; each answers for the spell that it fell in or followed, so that a spell is returned once. Days
    that add up over the year are returned once in it, until a spell of its own brings fifteen.
    """
    entry = parameter("returns/sickness").on(as_of)
    if not age.holds_on(as_of):
        return SicknessReturn(None, None, illness(span, age, as_of).finding)
    year = _year(span, calendar, year_group, age, as_of, sent_on)
    limb, due_on = _due(year, calendar, year_group, as_of, expected_until)
    if limb is None or due_on is None:
        return SicknessReturn(None, None, _watch(year, entry))
    sentence = (
        f"{how_many(len(year.ill), 'session')} of illness this year; {entry.value} school days are {_how(limb)}: "
        f"the sickness return to the local authority is due since {in_words(due_on)}."
    )
    return SicknessReturn(due_on, limb, Finding(Outcome.MET, sentence, year.ill, (), (entry,)))


def _year(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    age: SchoolAge,
    as_of: dt.date,
    sent_on: Collection[dt.date],
) -> _Year:
    first = first_of_school_year(as_of)
    ill = age.among(s for s in span.sessions_with(ILLNESS) if first <= s.date <= as_of)
    runs = runs_of_school_days(dict.fromkeys(session.date for session in ill), calendar, year_group)
    spells = tuple(tuple(s for s in ill if run[0] <= s.date <= run[-1]) for run in runs)
    sent = [day for day in sent_on if first <= day <= as_of]
    answered = (max((n for n, spell in enumerate(spells) if spell[0].date <= day), default=-1) for day in sent)
    needed = parameter("returns/sickness").on(as_of).value * len(Half)
    return _Year(ill, spells, frozenset(answered), needed)


def _due(
    year: _Year, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date, expected_until: dt.date | None
) -> tuple[Limb | None, dt.date | None]:
    for number, spell in enumerate(year.spells):
        if len(spell) >= year.needed and number not in year.reported:
            return Limb.CONSECUTIVE, spell[year.needed - 1].date
    if len(year.ill) >= year.needed and not year.reported:
        return Limb.CUMULATIVE, year.ill[year.needed - 1].date
    if expected_until is None or len(year.spells) - 1 in year.reported:
        return None, None
    last = min(expected_until, dt.date(first_of_school_year(as_of).year + 1, *LAST_OF_SCHOOL_YEAR))
    ahead = calendar.school_days(as_of + dt.timedelta(days=1), last, year_group)
    counted = year.spells[-1] if year.reported and year.spells else year.ill
    return (Limb.EXPECTED, as_of) if len(counted) + len(Half) * len(ahead) >= year.needed else (None, None)


def _watch(year: _Year, entry: Entry) -> Finding:
    if len(year.ill) >= year.needed:
        sentence = f"{how_many(len(year.ill), 'session')} of illness this school year, and the return has been sent."
        return Finding(Outcome.NOT_MET, sentence, year.ill, (), (entry,))
    return _not_met(year.ill, year.needed, entry)


def _how(limb: Limb) -> str:
    return {
        Limb.EXPECTED: "expected to be reached",
        Limb.CONSECUTIVE: "reached in one spell",
        Limb.CUMULATIVE: "reached over the year",
    }[limb]
