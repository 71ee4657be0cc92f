"""Codes to check: marks of this school year that were refused, and marks that stand and want a second look.

Facts the MIS does not export ask nothing. An N past its days is not among them: it has a sheet of its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from firstbell.records import BesideTheRegister, Marks, Problem
from firstbell.settings import DayTimes
from firstbell.workflows.office import Office
from firstbell.workflows.registers.optional_exports import beside_the_register
from rules.calendar import Half, Session, first_of_school_year, monday_of
from rules.code_checks.by_the_clock import RegisterHours
from rules.code_checks.closures import closed_for_some
from rules.code_checks.validator import CodeProblem, KnownFacts, code_problems
from rules.codes import AttendanceCode
from rules.people import Pupil
from rules.registers import RegisterSpan
from rules.school_age import school_age_as_known

PupilSession = tuple[str, Session]
# One missing fact is behind all of a pupil's marks with these: a date, an agreement, a second school. Say it once.
ONE_FACT = frozenset(
    {
        AttendanceCode.LEAVE_STUDY.value,
        AttendanceCode.LEAVE_PART_TIME_TIMETABLE.value,
        AttendanceCode.DUAL_REGISTERED.value,
    }
)


@dataclass(frozen=True, slots=True)
class CodeToCheck:
    """The same thing wrong with a pupil's marks of one week, or of the year where one fact is behind them all.

    `sessions` are in order; `code` is as it stands in the MIS.
    """

    pupil: Pupil
    sessions: tuple[Session, ...]
    code: str
    problem: str
    suggestion: str
    is_refused: bool


def codes_to_check(office: Office, as_of: dt.date) -> tuple[CodeToCheck, ...]:
    """Everything of this school year up to `as_of`: refused marks first, then the newest first."""
    roll = office.store.registers.roll()
    pupils = {pupil.id: pupil for pupil in roll.pupils if pupil.is_on_roll(as_of)} if roll else {}
    first = max(first_of_school_year(as_of), office.mis.calendar().first)
    found = [*_refused_at_reading(office.mis.marks(first, as_of), pupils), *_odd(office, pupils, first, as_of)]
    lines = (line for pupil_id, problems in _by_pupil(found) for line in _lines(pupils[pupil_id], problems))
    newest_first = sorted(lines, key=lambda line: line.sessions[0], reverse=True)
    return tuple(sorted(newest_first, key=lambda line: not line.is_refused))


def register_hours(day: DayTimes) -> dict[Half, RegisterHours]:
    """When the register of each half-day opens and closes, as the settings say."""
    times = {Half.AM: day.am, Half.PM: day.pm}
    return {half: RegisterHours(register.opens, register.closes) for half, register in times.items()}


def _refused_at_reading(marks: Marks, pupils: Mapping[str, Pupil]) -> Iterator[tuple[str, CodeProblem]]:
    """Entries that never became marks; one that another file has since put right is none of them."""
    refused = {
        (problem.pupil_id, problem.session): problem
        for problem in marks.problems
        if is_of_the_register(problem) and problem.pupil_id in pupils
    }
    put_right = {(m.pupil_id, m.session) for m in marks.marks if m.code} & refused.keys() if refused else set()
    for (pupil_id, session), problem in refused.items():
        if (pupil_id, session) not in put_right and pupil_id and session:
            sentence = problem.sentence.removesuffix(f" Use {problem.suggestion}.")
            yield pupil_id, CodeProblem(session, problem.code, sentence, problem.suggestion, is_refused=True)


def is_of_the_register(problem: Problem) -> bool:
    """Whether what could not be used is an entry of the register, and no mistake of the file."""
    return problem.session is not None and bool(problem.suggestion)


def _odd(
    office: Office, pupils: Mapping[str, Pupil], first: dt.date, as_of: dt.date
) -> Iterator[tuple[str, CodeProblem]]:
    calendar = office.mis.calendar()
    spans = office.store.registers.spans(first, as_of)
    facts = _Facts(office, list(spans.values()), first, as_of)
    for pupil_id, pupil in pupils.items():
        if pupil_id in spans:
            known = facts.of(pupil)
            for problem in code_problems(spans[pupil_id], calendar, pupil.year_group, as_of, known):
                if problem.code != AttendanceCode.UNEXPLAINED:
                    yield pupil_id, problem


class _Facts:
    """What is known beside the register, for the whole school and then pupil by pupil."""

    def __init__(self, office: Office, spans: list[RegisterSpan], first: dt.date, as_of: dt.date) -> None:
        self._beside: BesideTheRegister = beside_the_register(office)
        self._as_of = as_of
        self._others = closed_for_some(spans)
        self._hours = register_hours(office.settings.day)
        self._without_note = _sessions_by_pupil(self._beside.without_note)
        self._minutes: dict[str, dict[Session, int]] = defaultdict(dict)
        for (pupil_id, session), minutes in office.store.registers.minutes_late(first, as_of).items():
            self._minutes[pupil_id][session] = minutes

    def of(self, pupil: Pupil) -> KnownFacts:
        """Everything the checks may use of one pupil."""
        return KnownFacts(
            age=school_age_as_known(pupil.date_of_birth, pupil.year_group, self._as_of),
            without_note=self._without_note.get(pupil.id, frozenset()),
            last_exam_on=self._beside.last_exams.get(pupil.id),
            part_time_until=self._beside.part_time_until.get(pupil.id),
            has_second_registration=self._beside.second_registrations.get(pupil.id),
            others_in_school=self._others,
            minutes_late=self._minutes.get(pupil.id, {}),
            hours=self._hours,
        )


def _sessions_by_pupil(places: Iterable[PupilSession]) -> dict[str, frozenset[Session]]:
    found: dict[str, set[Session]] = defaultdict(set)
    for pupil_id, session in places:
        found[pupil_id].add(session)
    return {pupil_id: frozenset(sessions) for pupil_id, sessions in found.items()}


def _by_pupil(found: Iterable[tuple[str, CodeProblem]]) -> Iterator[tuple[str, list[CodeProblem]]]:
    by_pupil: dict[str, list[CodeProblem]] = defaultdict(list)
    for pupil_id, problem in found:
        by_pupil[pupil_id].append(problem)
    yield from sorted(by_pupil.items())


def _lines(pupil: Pupil, problems: Iterable[CodeProblem]) -> Iterator[CodeToCheck]:
    """One line for the marks with the same thing wrong; of two things wrong with one mark, the graver."""
    gravest: dict[Session, CodeProblem] = {}
    for problem in sorted(problems, key=lambda each: not each.is_refused):
        gravest.setdefault(problem.session, problem)
    lines: dict[tuple[dt.date | None, str, str], list[CodeProblem]] = defaultdict(list)
    for session in sorted(gravest):
        problem = gravest[session]
        week = None if problem.code in ONE_FACT else monday_of(session.date)
        lines[week, problem.code, problem.problem].append(problem)
    for alike in lines.values():
        first = alike[0]
        sessions = tuple(problem.session for problem in alike)
        yield CodeToCheck(pupil, sessions, first.code, first.problem, first.suggestion, first.is_refused)
