"""The sickness return: fifteen school days, that is thirty sessions, of code I in a school year, in a row or not.

SI 2024/208 regulation 13. The duty looks ahead: where the days can be foreseen, from a doctor's note say, the return
is due at once. M, a medical appointment, is another code and does not count.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rules.calendar import Half, SchoolCalendar, Session, first_of_school_year, last_of_school_year
from rules.calendar.runs import runs_of_school_days
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode, Category, codes_in
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

ILLNESS = frozenset({AttendanceCode.ILLNESS})
ATTENDING = codes_in(Category.PRESENT, Category.APPROVED_EDUCATIONAL_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Illness:
    """`sessions` counts I in the school year of `as_of`; `sickness_return_due_on` is the date of the thirtieth."""

    sessions: int
    sickness_return_due_on: dt.date | None
    finding: Finding


def illness(span: RegisterSpan, age: SchoolAge, as_of: dt.date) -> Illness:
    """Sessions of illness in the school year of `as_of`, up to it; no return outside compulsory school age."""
    entry = parameter("returns/sickness").on(as_of)
    ill = _ill_this_year(span, as_of)
    if not age.holds_on(as_of):
        sentence = "The pupil is not of compulsory school age, so no sickness return is due."
        return Illness(len(ill), None, Finding(Outcome.NOT_APPLICABLE, sentence, (), ill, (entry,)))
    of_age = age.among(ill)
    needed = entry.value * len(Half)
    if len(of_age) < needed:
        return Illness(len(ill), None, _not_met(of_age, needed, entry))
    due_on = of_age[needed - 1].date
    return Illness(len(ill), due_on, _met(of_age[:needed], due_on, entry))


def _ill_this_year(span: RegisterSpan, as_of: dt.date) -> tuple[Session, ...]:
    return span.between(first_of_school_year(as_of), as_of).sessions_with(ILLNESS)


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
    """`due_on`: since when a return has been due, at once and so also the day to act; None, as `limb`, when not due.

    `spell` holds the sessions of illness of the spell that brings the return about: one spell, one return.
    """

    due_on: dt.date | None
    limb: Limb | None
    finding: Finding
    spell: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class _Year:
    """What is asked of: sessions of illness in the school year, in spells of consecutive school days.

    `is_going_on`: the pupil has attended no session since the last of them.
    """

    ill: tuple[Session, ...]
    spells: tuple[tuple[Session, ...], ...]
    reported: frozenset[int]
    needed: int
    is_going_on: bool

    def spell_of(self, session: Session) -> tuple[Session, ...]:
        """The spell a session of illness belongs to."""
        return next(spell for spell in self.spells if session in spell)


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

    `expected_until`: the last day of the present spell as far as is known; it counts while the spell goes on, that is
    from the first I until the pupil attends. `sent_on`: for each return sent this school year the day it was sent, or
    better a day of the spell it was about; it answers for the spell that it fell in or followed, so that a spell is
    returned once, and one before any spell answers for none. Days that add up over the year are returned once in it,
    until a spell of its own brings fifteen.
    """
    entry = parameter("returns/sickness").on(as_of)
    if not age.holds_on(as_of):
        return SicknessReturn(None, None, illness(span, age, as_of).finding)
    year = _year(span, calendar, year_group, age, as_of, sent_on)
    due = _due(year, calendar, year_group, as_of, expected_until)
    if due is None:
        return SicknessReturn(None, None, _watch(year, entry))
    limb, due_on, spell = due
    sentence = (
        f"{how_many(len(year.ill), 'session')} of illness this year; {entry.value} school days are {_how(limb)}: "
        f"the sickness return to the local authority is due since {in_words(due_on)}."
    )
    return SicknessReturn(due_on, limb, Finding(Outcome.MET, sentence, year.ill, (), (entry,)), spell)


def _year(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    age: SchoolAge,
    as_of: dt.date,
    sent_on: Collection[dt.date],
) -> _Year:
    ill = age.among(_ill_this_year(span, as_of))
    runs = runs_of_school_days(dict.fromkeys(session.date for session in ill), calendar, year_group)
    spells = tuple(tuple(s for s in ill if run[0] <= s.date <= run[-1]) for run in runs)
    begun = [sum(spell[0].date <= day for spell in spells) for day in sent_on if day <= as_of]
    answered = frozenset(count - 1 for count in begun if count)
    needed = parameter("returns/sickness").on(as_of).value * len(Half)
    return _Year(ill, spells, answered, needed, _is_going_on(span, ill, as_of))


def _is_going_on(span: RegisterSpan, ill: tuple[Session, ...], as_of: dt.date) -> bool:
    """Whether no attendance has ended the last spell."""
    return bool(ill) and span.between(ill[-1].date, as_of).sessions_with(ATTENDING | ILLNESS)[-1] == ill[-1]


def _due(
    year: _Year, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date, expected_until: dt.date | None
) -> tuple[Limb, dt.date, tuple[Session, ...]] | None:
    for number, spell in enumerate(year.spells):
        if len(spell) >= year.needed and number not in year.reported:
            return Limb.CONSECUTIVE, spell[year.needed - 1].date, spell
    if len(year.ill) >= year.needed and not year.reported:
        last = year.ill[year.needed - 1]
        return Limb.CUMULATIVE, last.date, year.spell_of(last)
    if expected_until is None or not year.is_going_on or len(year.spells) - 1 in year.reported:
        return None
    is_enough = _expected(year, calendar, year_group, as_of, expected_until) >= year.needed
    return (Limb.EXPECTED, as_of, year.spells[-1]) if is_enough else None


def _expected(
    year: _Year, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date, expected_until: dt.date
) -> int:
    """Sessions of illness there will be by the end of the present spell, within this school year."""
    last = min(expected_until, last_of_school_year(as_of))
    ahead = calendar.school_days(as_of + dt.timedelta(days=1), last, year_group)
    counted = year.spells[-1] if year.reported else year.ill
    return len(counted) + len(Half) * len(ahead)


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
