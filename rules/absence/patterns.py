"""Absences that fall oddly: on one weekday, on afternoons, beside holidays; and a check that chance would not do it.

What is counted is spells, each once, because absence comes in runs: a fortnight's illness takes in two Fridays and says
nothing of Fridays. Only short spells are looked at, by the day they begin. If they fell by chance, each would begin on
a given kind of day as often as there are such days among the pupil's possible ones, or, on the day after a weekend or
holiday, as often as illness that began while school was shut shows there: the larger share is used. The chance of at
least as many as seen is an exact binomial tail. It must be smaller than the false alarms allowed divided by the number
of tests made over the whole school (Bonferroni), so that a school of pure noise shows a pattern no oftener than that.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb

from rules.absence.episodes import AbsenceEpisode, absence_episodes
from rules.absence.rates import round_half_up
from rules.calendar import Half, SchoolCalendar, Session
from rules.codes import AttendanceCode, facts_of
from rules.findings import Finding, Outcome, how_many
from rules.registers import RegisterSpan

# Absence that a habit may stand behind. What was agreed beforehand (a part-time timetable, an appointment, an exam)
# falls where it was put, and is left out of both sides of the reckoning.
TELLING = frozenset(
    {
        AttendanceCode.ILLNESS,
        AttendanceCode.HOLIDAY_NOT_GRANTED,
        AttendanceCode.UNEXPLAINED,
        AttendanceCode.UNAUTHORISED,
        AttendanceCode.LATE_AFTER_CLOSE,
    }
)
# A short spell: up to two days. Longer ones are illness or holiday more often than a habit.
SHORT_SPELL_SESSIONS = 4
# A kind of day must have been missed at least so often before anything is said of it.
LEAST_SPELLS = 4
# Illness that began longer ago than this while school was shut has mostly passed when it opens again.
LONGEST_UNSEEN_DAYS = 3
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of day on which short absences begin more often than chance explains.

    `missed`: short spells that began there; `possible`: possible sessions of that kind; `expected`: spells that would
    begin there by chance; `chance`: of at least as many as seen.
    """

    label: str
    missed: int
    possible: int
    expected: Fraction
    chance: Fraction
    finding: Finding


def patterns(
    span: RegisterSpan,
    calendar: SchoolCalendar,
    year_group: str | None,
    as_of: dt.date,
    *,
    tests: int,
    false_alarms: Fraction,
) -> tuple[Pattern, ...]:
    """The patterns of one register up to `as_of`.

    `tests`: how many questions like these are asked over the whole school; `false_alarms`: the chance allowed that all
    of them together raise one false alarm.
    """
    seen = span.between(dt.date.min, as_of)
    telling = frozenset(seen.sessions_with(TELLING))
    episodes = (episode for episode in absence_episodes(seen) if not telling.isdisjoint(episode.sessions))
    short = [episode for episode in episodes if len(episode.sessions) <= SHORT_SPELL_SESSIONS]
    if len(short) < LEAST_SPELLS:
        return ()
    marked = ((session, code) for session, code in seen.marked() if facts_of(code).is_possible)
    possible = tuple(session for session, code in marked if code in TELLING or not facts_of(code).is_absence)
    found = (_pattern(label, holds, possible, short) for label, holds in _kinds(calendar, year_group))
    return tuple(p for p in found if p is not None and p.chance * tests <= false_alarms)


Kind = tuple[str, Callable[[Session], bool]]


def _kinds(calendar: SchoolCalendar, year_group: str | None) -> Iterator[Kind]:
    for weekday, name in enumerate(WEEKDAYS):
        yield name, partial(_is_on, weekday)
    yield "afternoons", lambda session: session.half is Half.PM
    beside = days_beside_holidays(calendar, year_group)
    yield "days beside a holiday", lambda session: session.date in beside


def _is_on(weekday: int, session: Session) -> bool:
    return session.date.weekday() == weekday


def questions_a_pupil() -> int:
    """How many kinds of day are looked at in each register."""
    return len(WEEKDAYS) + 2


def days_beside_holidays(calendar: SchoolCalendar, year_group: str | None) -> Collection[dt.date]:
    """The first and the last school day of every term."""
    terms = (calendar.school_days(term.first, term.last, year_group) for term in calendar.terms)
    return {day for days in terms if days for day in (days[0], days[-1])}


def _pattern(
    label: str, holds: Callable[[Session], bool], possible: tuple[Session, ...], short: list[AbsenceEpisode]
) -> Pattern | None:
    here = sum(map(holds, possible))
    began = tuple(episode.sessions[0] for episode in short if holds(episode.sessions[0]))
    if len(began) < LEAST_SPELLS or not here:
        return None
    expected = _share(holds, possible) * len(short)
    chance = at_least(len(began), len(short), _share(holds, possible))
    sentence = (
        f"{how_many(len(began), 'short absence')} of {len(short)} began on {label}; {round_half_up(expected)} would be "
        f"usual. By chance this happens once in {int(1 / chance):,}. A question to ask, and no answer."
    )
    return Pattern(label, len(began), here, expected, chance, Finding(Outcome.MET, sentence, began))


def _share(holds: Callable[[Session], bool], possible: tuple[Session, ...]) -> Fraction:
    """How often a spell begins on this kind of day by chance, never made too small."""
    weights = [_days_unseen(before, session) for before, session in zip((None, *possible), possible, strict=False)]
    weighted = sum(weight for weight, session in zip(weights, possible, strict=True) if holds(session))
    return max(Fraction(sum(map(holds, possible)), len(possible)), Fraction(weighted, sum(weights)))


def _days_unseen(before: Session | None, session: Session) -> int:
    """On how many days illness may have begun that first shows at this session: three after a weekend or longer."""
    return 1 if before is None else max(1, min(LONGEST_UNSEEN_DAYS, (session.date - before.date).days))


def at_least(hits: int, tries: int, share: Fraction) -> Fraction:
    """The chance of `hits` or more in `tries`, each with probability `share`: an exact binomial tail."""
    miss = 1 - share
    return sum((comb(tries, n) * share**n * miss ** (tries - n) for n in range(hits, tries + 1)), Fraction(0))
