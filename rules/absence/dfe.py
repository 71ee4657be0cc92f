"""A school's figures counted as DfE counts them, and why the school's own differ.

DfE counts pupils of certain ages, each from joining to leaving, without Year 11 after the summer half-term holiday and
without pupils who have no possible session; rates are pooled over sessions. DfE, methodologies of the pupil absence and
pupil attendance statistics.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from rules.absence.counts import SessionCounts, count_sessions, pooled
from rules.absence.forecast import is_over_the_line
from rules.absence.rates import attendance_percent, round_half_up
from rules.calendar import SchoolCalendar, first_of_school_year, school_year_of
from rules.calendar.sessions import in_words
from rules.codes import AttendanceCode, byte_of
from rules.findings import how_many
from rules.parameters import Entry, parameter
from rules.people import Pupil
from rules.registers import RegisterSpan

WEEK = dt.timedelta(days=7)
MAY, AUGUST = 5, 8
# Year 1 is the year of the sixth birthday, so its pupils are 5 at 31 August; the ages of those before it.
YEAR_ONE_LESS_ONE = 4
AGES_BEFORE_YEAR_ONE = {"R": 4, "N2": 3, "N1": 2}


@dataclass(frozen=True, slots=True)
class PupilYear:
    """A pupil who is or was on roll this school year, leavers too, with the register as the school holds it."""

    pupil: Pupil
    span: RegisterSpan


class Cause(StrEnum):
    """What DfE does and a school's own figure may not, in the order in which `reconcile` goes from one to the other."""

    LEAVERS = "leavers"
    OFF_ROLL = "joiners and leavers, sessions off roll"
    OVER_AGE = "over age"
    UNDER_AGE = "under age"
    SUMMER = "Year 11 after the summer half-term"
    DUAL_REGISTERED = "dual registered"
    NO_POSSIBLE_SESSION = "no possible session"


AS_DFE = frozenset(Cause)
# What Firstbell's own figures of the pupils on roll already do in DfE's way.
AS_FIRSTBELL = frozenset({Cause.DUAL_REGISTERED, Cause.NO_POSSIBLE_SESSION})


class Measure(StrEnum):
    """The three figures that are compared, each per hundred."""

    ATTENDANCE = "attendance"
    PERSISTENT = "persistent absence"
    SEVERE = "severe absence"


@dataclass(frozen=True, slots=True)
class DfeFigures:
    """`counts` pooled over the `enrolments` that count; the rates are per hundred, None where nobody counts."""

    enrolments: int
    counts: SessionCounts
    attendance: Fraction | None
    persistent: Fraction | None
    severe: Fraction | None
    sentence: str
    parameters: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cause of the gap: the pupils whose sessions it changes, by how many possible sessions, and its effect.

    `effect` is in percentage points: what counting as DfE does adds to the school's own figure.
    """

    cause: Cause
    pupils: int
    sessions: int
    effect: Fraction
    sentence: str


@dataclass(frozen=True, slots=True)
class _Year:
    """The law of the school year of `as_of`, and when its last half-term begins (None: not in the calendar)."""

    as_of: dt.date
    ages: Entry
    left_out_in_summer: Entry
    persistent: Entry
    severe: Entry
    last_half_term: dt.date | None

    @property
    def parameters(self) -> tuple[Entry, ...]:
        return self.ages, self.left_out_in_summer, self.persistent, self.severe


type _Enrolments = list[SessionCounts | None]


def dfe_figures(pupils: Iterable[PupilYear], calendar: SchoolCalendar, as_of: dt.date) -> DfeFigures:
    """The DfE-comparable figures of the school year up to and with `as_of`."""
    year = _year(calendar, as_of)
    counting = [counts for counts in _enrolments(pupils, AS_DFE, year) if counts]
    attendance, persistent, severe = (_rate(counting, measure, year) for measure in Measure)
    counts = pooled(counting)
    sentence = _summary(len(counting), counts, (attendance, persistent, severe), as_of)
    return DfeFigures(len(counting), counts, attendance, persistent, severe, sentence, year.parameters)


def own_figure(
    pupils: Iterable[PupilYear],
    calendar: SchoolCalendar,
    as_of: dt.date,
    measure: Measure,
    already: AbstractSet[Cause] = AS_FIRSTBELL,
) -> Fraction | None:
    """The school's own figure, per hundred: counted in DfE's way where `already` says so and nowhere else.

    Without LEAVERS only pupils on roll at `as_of` are in it, without OFF_ROLL every mark given counts, without
    DUAL_REGISTERED a D counts as attended, without NO_POSSIBLE_SESSION a pupil without one is among those counted.
    """
    year = _year(calendar, as_of)
    return _rate(_enrolments(pupils, already, year), measure, year)


def reconcile(
    pupils: Iterable[PupilYear],
    calendar: SchoolCalendar,
    as_of: dt.date,
    measure: Measure,
    already: AbstractSet[Cause] = AS_FIRSTBELL,
) -> tuple[Difference, ...]:
    """Why `own_figure` differs from DfE's: one cause after another is counted in DfE's way, in the order of Cause.

    The effects sum exactly to DfE's figure less the school's own; a cause that concerns nobody is not listed. Empty
    when either figure cannot be told. The order decides which cause gets what two of them share.
    """
    everyone, year = list(pupils), _year(calendar, as_of)
    ways = [frozenset(already)]
    ways += [ways[0] | set(list(Cause)[: place + 1]) for place in range(len(Cause))]
    stages = [_enrolments(everyone, way, year) for way in ways]
    figures = [_rate(stage, measure, year) for stage in stages]
    if figures[0] is None or figures[-1] is None:
        return ()
    steps = zip(Cause, pairwise(stages), pairwise(figures), strict=True)
    found = (_difference(cause, stage, figure, measure, year) for cause, stage, figure in steps)
    return tuple(difference for difference in found if difference.pupils)


def age_at_31_august(pupil: Pupil, as_of: dt.date) -> int | None:
    """Age in years at the 31 August of the school year of `as_of`: by date of birth, or else by year group."""
    born, group = pupil.date_of_birth, pupil.year_group
    if born is not None:
        return school_year_of(as_of) - born.year - (born.month > AUGUST)
    return int(group) + YEAR_ONE_LESS_ONE if group.isdecimal() else AGES_BEFORE_YEAR_ONE.get(group)


def last_half_term_begins(calendar: SchoolCalendar, as_of: dt.date) -> dt.date | None:
    """The Monday after the half-term holiday of the summer term, by its week without sessions from May on.

    None when the calendar of that school year does not reach beyond it.
    """
    summer = school_year_of(as_of) + 1
    first, last = dt.date(summer, MAY, 1) - WEEK, dt.date(summer, AUGUST, 1)
    weeks = [monday for monday in calendar.school_weeks if first < monday < last]
    return next((later for earlier, later in pairwise(weeks) if later - earlier > WEEK), None)


def _year(calendar: SchoolCalendar, as_of: dt.date) -> _Year:
    return _Year(
        as_of=as_of,
        ages=parameter("absence/statistics_ages").on(as_of),
        left_out_in_summer=parameter("absence/summer_left_out").on(as_of),
        persistent=parameter("absence/persistent_absence").on(as_of),
        severe=parameter("absence/severe_absence").on(as_of),
        last_half_term=last_half_term_begins(calendar, as_of),
    )


def _enrolments(pupils: Iterable[PupilYear], way: AbstractSet[Cause], year: _Year) -> _Enrolments:
    """The counts of each pupil, None where this way of counting leaves the pupil out."""
    return [_counted(each, way, year) if _belongs(each.pupil, way, year) else None for each in pupils]


def _belongs(pupil: Pupil, way: AbstractSet[Cause], year: _Year) -> bool:
    first, last = year.ages.value
    age = age_at_31_august(pupil, year.as_of)
    is_over = Cause.OVER_AGE in way and age is not None and age > last
    is_under = Cause.UNDER_AGE in way and age is not None and age < first
    is_missed = Cause.LEAVERS not in way and not pupil.is_on_roll(year.as_of)
    return not (is_over or is_under or is_missed)


def _counted(each: PupilYear, way: AbstractSet[Cause], year: _Year) -> SessionCounts | None:
    first, last = first_of_school_year(year.as_of), year.as_of
    if Cause.OFF_ROLL in way:
        first, last = max(first, each.pupil.on_roll_from or first), min(last, each.pupil.on_roll_to or last)
    is_of_the_age = age_at_31_august(each.pupil, year.as_of) == year.left_out_in_summer.value
    if Cause.SUMMER in way and is_of_the_age and year.last_half_term:
        last = min(last, year.last_half_term - dt.timedelta(days=1))
    marks = each.span.between(first, last).marks
    counts = count_sessions(marks if Cause.DUAL_REGISTERED in way else _dual_as_attended(marks))
    return None if Cause.NO_POSSIBLE_SESSION in way and not counts.possible else counts


def _dual_as_attended(marks: bytes) -> bytes:
    dual, attended = byte_of(AttendanceCode.DUAL_REGISTERED), byte_of(AttendanceCode.PRESENT_MORNING)
    return marks.replace(bytes([dual]), bytes([attended]))


def _rate(enrolments: Sequence[SessionCounts | None], measure: Measure, year: _Year) -> Fraction | None:
    counting = [counts for counts in enrolments if counts is not None]
    if measure is Measure.ATTENDANCE:
        return attendance_percent(pooled(counting))
    line = (year.persistent if measure is Measure.PERSISTENT else year.severe).value
    over = sum(is_over_the_line(counts.absent, counts.possible, line) for counts in counting)
    return Fraction(100 * over, len(counting)) if counting else None


def _difference(
    cause: Cause,
    stages: tuple[_Enrolments, _Enrolments],
    figures: tuple[Fraction | None, Fraction | None],
    measure: Measure,
    year: _Year,
) -> Difference:
    before, after = stages
    own, comparable = figures
    pupils = sum(one != other for one, other in zip(before, after, strict=True))
    sessions = abs(_possible(after) - _possible(before))
    effect = (comparable or Fraction()) - (own or Fraction())
    how = f"{how_many(pupils, 'pupil')}, {how_many(sessions, 'session')}"
    sentence = f"{_what(cause, year)}: {how}. {_moves(effect, measure)}"
    return Difference(cause, pupils, sessions, effect, sentence)


def _possible(enrolments: _Enrolments) -> int:
    return sum(counts.possible for counts in enrolments if counts is not None)


def _what(cause: Cause, year: _Year) -> str:
    first, last = year.ages.value
    return {
        Cause.LEAVERS: "DfE keeps pupils who have left",
        Cause.OFF_ROLL: "DfE counts no session before a pupil joined or after the pupil left",
        Cause.OVER_AGE: f"DfE leaves out pupils over {last} at 31 August, so the sixth form",
        Cause.UNDER_AGE: f"DfE leaves out pupils under {first} at 31 August",
        Cause.SUMMER: "DfE leaves out Year 11 after the summer half-term holiday",
        Cause.DUAL_REGISTERED: "DfE counts no session marked D as possible",
        Cause.NO_POSSIBLE_SESSION: "DfE leaves out pupils without a possible session",
    }[cause]


def _moves(effect: Fraction, measure: Measure) -> str:
    if not effect:
        return f"That leaves {measure} as it is."
    size = round_half_up(abs(effect), 2)
    points = f"{size} percentage points" if size else "less than 0.01 percentage points"
    return f"That {'raises' if effect > 0 else 'lowers'} {measure} by {points}."


def _summary(enrolments: int, counts: SessionCounts, rates: tuple[Fraction | None, ...], as_of: dt.date) -> str:
    period = f"{in_words(first_of_school_year(as_of))} to {in_words(as_of)}"
    figures = [
        f"{measure} {round_half_up(rate)} %" for measure, rate in zip(Measure, rates, strict=True) if rate is not None
    ]
    if not figures:
        return f"{period}: no pupil counts in DfE's figures."
    of = f"{how_many(counts.possible, 'possible session')} of {how_many(enrolments, 'pupil')}"
    return f"{period}, counted as DfE does: {', '.join(figures)}; {of}."
