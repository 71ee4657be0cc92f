"""How DfE counts a school's pupils, and each point in which a school may count otherwise.

DfE, methodologies of the pupil absence and pupil attendance statistics: pupils of certain ages, each from joining to
leaving, without Year 11 after the summer half-term holiday and without pupils who have no possible session.
"""

import datetime as dt
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rules.absence.counts import SessionCounts, count_sessions
from rules.calendar import SchoolCalendar, first_of_school_year, school_year_of
from rules.codes import AttendanceCode, byte_of
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


@dataclass(frozen=True, slots=True)
class CountedYear:
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


# One for each pupil given, in order; None where the way of counting leaves the pupil out.
type Enrolments = list[SessionCounts | None]


def counted_year(calendar: SchoolCalendar, as_of: dt.date) -> CountedYear:
    """The school year of `as_of` with the law in force on that day. Raises UnknownParameter before there is any."""
    return CountedYear(
        as_of=as_of,
        ages=parameter("absence/statistics_ages").on(as_of),
        left_out_in_summer=parameter("absence/summer_left_out").on(as_of),
        persistent=parameter("absence/persistent_absence").on(as_of),
        severe=parameter("absence/severe_absence").on(as_of),
        last_half_term=last_half_term_begins(calendar, as_of),
    )


def enrolments_of(pupils: Iterable[PupilYear], way: AbstractSet[Cause], year: CountedYear) -> Enrolments:
    """The counts of each pupil, None where this way of counting leaves the pupil out."""
    return [_counted(each, way, year) if _belongs(each.pupil, way, year) else None for each in pupils]


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
    weeks = [week for week in calendar.school_weeks if week.year == summer and MAY <= week.month < AUGUST]
    return next((later for earlier, later in pairwise(weeks) if later - earlier > WEEK), None)


def _belongs(pupil: Pupil, way: AbstractSet[Cause], year: CountedYear) -> bool:
    first, last = year.ages.value
    age = age_at_31_august(pupil, year.as_of)
    is_over = Cause.OVER_AGE in way and age is not None and age > last
    is_under = Cause.UNDER_AGE in way and age is not None and age < first
    is_missed = Cause.LEAVERS not in way and not pupil.is_on_roll(year.as_of)
    return not (is_over or is_under or is_missed)


def _counted(each: PupilYear, way: AbstractSet[Cause], year: CountedYear) -> SessionCounts | None:
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
