"""The measures of every pupil from plain marks: counts, rates, thresholds and returns, recomputed in full.

Counts, rates, persistent and severe absence and the list of unexplained absences cover the days from `first` to
`as_of`. The national threshold and the two returns have periods of their own in law, so they look at every mark up to
`as_of`, also those before `first`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from firstbell.errors import BadInput
from firstbell.records import Marks, Problem
from firstbell.workflows.watch.arranging import PupilRegister, arrange
from rules.absence.counts import SessionCounts, count_sessions
from rules.absence.persistent import persistent_absence, severe_absence
from rules.absence.unexplained import UnexplainedAbsence, unexplained_absences
from rules.calendar import SchoolCalendar, Session, school_year_of
from rules.calendar.sessions import in_words
from rules.code_checks.closures import closed_for_some
from rules.code_checks.validator import CodeProblem, KnownFacts, code_problems
from rules.codes import code_table
from rules.findings import Finding
from rules.parameters import Entry, parameter
from rules.penalty_notices.national_threshold import NationalThreshold, national_threshold
from rules.people import Pupil
from rules.returns.attendance_return import ContinuousAbsence, continuous_absence
from rules.returns.sickness_return import Illness, illness
from rules.school_age import ALWAYS

PARAMETERS = (
    "absence/persistent_absence",
    "absence/severe_absence",
    "attendance_register/days_excluded_without_provision",
    "attendance_register/unexplained_limit",
    "penalty_notices/national_threshold",
    "penalty_notices/threshold_codes",
    "penalty_notices/window",
    "returns/continuous_absence",
    "returns/continuous_absence_codes",
    "returns/sickness",
    "school_age/leaving_date",
    "school_age/prescribed_days",
)


@dataclass(frozen=True, slots=True)
class PupilMeasures:
    """Everything measured of one pupil; `problems` are the entries that were refused or want a second look."""

    pupil_id: str
    counts: SessionCounts
    persistently_absent: Finding
    severely_absent: Finding
    unexplained: tuple[UnexplainedAbsence, ...]
    penalty_notice: NationalThreshold
    continuous_absence: ContinuousAbsence
    illness: Illness
    problems: tuple[Problem, ...]

    def needs_attention(self) -> tuple[str, ...]:
        """The sentences for which a person has to do something, most serious first."""
        absence = self.severely_absent if self.severely_absent.is_met else self.persistently_absent
        findings = (self.penalty_notice.finding, self.continuous_absence.finding, self.illness.finding, absence)
        return (*(f.sentence for f in findings if f.is_met), *(_in_place(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a school's pupils, in order of pupil id, with every dated value that was used."""

    first: dt.date
    as_of: dt.date
    parameters: tuple[Entry, ...]
    pupils: tuple[PupilMeasures, ...]


def measures(
    calendar: SchoolCalendar,
    marks: Marks,
    pupils: Sequence[Pupil] | None,
    as_of: dt.date,
    first: dt.date | None = None,
) -> Measures:
    """Measure every pupil as at the end of `as_of`; `first` is by default the first school day of its school year.

    Without `pupils` everyone is taken to be of compulsory school age. Raises BadInput for dates that the code table
    or the calendar does not reach.
    """
    counted_from = _counted_from(calendar, as_of, first)
    registers = arrange(marks, pupils, calendar, as_of)
    busy = closed_for_some([register.span for register in registers])
    measured = tuple(measure_pupil(register, calendar, as_of, counted_from, busy) for register in registers)
    return Measures(counted_from, as_of, tuple(parameter(name).on(as_of) for name in PARAMETERS), measured)


def measure_pupil(
    register: PupilRegister,
    calendar: SchoolCalendar,
    as_of: dt.date,
    first: dt.date,
    others_in_school: frozenset[Session] = frozenset(),
) -> PupilMeasures:
    """Measure one pupil. `others_in_school`: sessions coded # for this pupil or another, and not for everyone."""
    year_group, age = register.year_group, register.age or ALWAYS
    known = KnownFacts(age=register.age, others_in_school=others_in_school)
    odd = code_problems(register.span, calendar, year_group, as_of, known)
    refused = {problem.session for problem in odd if problem.is_refused}
    span = register.span.without(refused) if refused else register.span
    period = span.between(first, as_of)
    counts = count_sessions(period.marks)
    return PupilMeasures(
        span.pupil_id,
        counts,
        persistent_absence(counts, as_of),
        severe_absence(counts, as_of),
        unexplained_absences(period, calendar, year_group, as_of),
        national_threshold(span, calendar, age, as_of),
        continuous_absence(span, calendar, year_group, age, as_of),
        illness(span, age, as_of),
        _in_order((*register.problems, *(_as_problem(problem, span.pupil_id) for problem in odd))),
    )


def _counted_from(calendar: SchoolCalendar, as_of: dt.date, first: dt.date | None) -> dt.date:
    begins = code_table().begins
    if as_of < begins:
        raise BadInput("--as-of", as_of.isoformat(), f"a date from {in_words(begins)}, when today's codes came in")
    if first is not None and first > as_of:
        raise BadInput("--from", first.isoformat(), f"a date no later than {in_words(as_of)}")
    covered = f"{in_words(calendar.first)} to {in_words(calendar.last)}"
    if as_of < calendar.first:
        raise BadInput("--as-of", as_of.isoformat(), f"a date that the calendar has reached ({covered})")
    days = (day for day in calendar.school_days_of(None) if school_year_of(day) == school_year_of(as_of))
    found = first or next(days, None)
    if found is None:
        raise BadInput("--as-of", as_of.isoformat(), f"a date in a school year of the calendar ({covered}), or --from")
    return min(found, as_of)


def _as_problem(problem: CodeProblem, pupil_id: str) -> Problem:
    return Problem("register", problem.problem, pupil_id, problem.session, problem.code, problem.suggestion)


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Those about the pupil first, then by session; one session's stay in the order they were found."""
    about_pupil = [problem for problem in problems if problem.session is None]
    about_sessions = [(problem.session, problem) for problem in problems if problem.session is not None]
    return (*about_pupil, *(problem for _, problem in sorted(about_sessions, key=lambda pair: pair[0])))


def _in_place(problem: Problem) -> str:
    place = "" if problem.session is None else str(problem.session)
    return problem.sentence if problem.sentence.startswith(place) else f"{place}: {problem.sentence}"
