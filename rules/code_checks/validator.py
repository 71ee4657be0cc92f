"""The checks of a pupil's register: which of its codes cannot stand, and which want a second look.

A refused code is no mark: nothing counts it. A queried one counts as it stands and a person looks at it. A fact that
is not known (notes, exam dates, a second registration, minutes late) accuses nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from itertools import compress

from rules.absence.unexplained import unexplained_absences
from rules.calendar import Half, SchoolCalendar, Session, school_year_of
from rules.calendar.runs import runs_of_school_days
from rules.calendar.sessions import in_words
from rules.code_checks.by_the_clock import RegisterHours, late_mark_problem
from rules.code_checks.reading import ONLY_IN, CodeProblem, for_one_half_only, for_the_other_age, read_code, refusal
from rules.codes import AttendanceCode, byte_of, code_of, facts_of
from rules.parameters import parameter
from rules.registers import RegisterSpan
from rules.school_age import SchoolAge

__all__ = ["CodeProblem", "KnownFacts", "code_problems", "read_code", "refusal"]


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of one pupil beside the register; None or empty where it is not, and then nothing is said of it.

    `without_note`: sessions whose mark needs its nature or cause beside it and surely has none. `others_in_school`:
    those for which other pupils have ordinary marks. `part_time_until`: the end or review date of an agreed part-time
    timetable. `minutes_late` count from the opening of the register; `hours` say when it opens and closes.
    """

    age: SchoolAge | None = None
    without_note: AbstractSet[Session] = field(default_factory=frozenset)
    last_exam_on: dt.date | None = None
    part_time_until: dt.date | None = None
    has_second_registration: bool | None = None
    others_in_school: AbstractSet[Session] = field(default_factory=frozenset)
    minutes_late: Mapping[Session, int] = field(default_factory=dict)
    hours: Mapping[Half, RegisterHours] = field(default_factory=dict)


def code_problems(
    span: RegisterSpan, calendar: SchoolCalendar, year_group: str | None, as_of: dt.date, known: KnownFacts
) -> tuple[CodeProblem, ...]:
    """Everything wrong or odd in a pupil's register up to `as_of`, in order of session."""
    register = _Register(span, calendar, year_group, as_of, known)
    codes = [code for byte in sorted(set(span.marks)) if (code := code_of(byte)) is not None]
    found = [problem for code in codes for check in _checks_of(code) for problem in check(register, code)]
    return tuple(sorted((p for p in found if p.session.date <= as_of), key=lambda problem: problem.session))


@dataclass(frozen=True, slots=True)
class _Register:
    """What every check looks at."""

    span: RegisterSpan
    calendar: SchoolCalendar
    year_group: str | None
    as_of: dt.date
    known: KnownFacts

    def sessions_with(self, code: AttendanceCode) -> tuple[Session, ...]:
        return self.span.sessions_with(frozenset({code}))


Check = Callable[[_Register, AttendanceCode], Iterator[CodeProblem]]


def _wrong_half(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    half = ONLY_IN[facts_of(code).sessions]
    for session in compress(register.span.sessions, register.span.marks.translate(_only(byte_of(code)))):
        if session.half is not half:
            yield for_one_half_only(code, session)


def _wrong_age(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    if register.known.age is not None:
        for session in register.sessions_with(code):
            yield from for_the_other_age(facts_of(code), session, register.known.age)


def _missing_note(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    for session in register.sessions_with(code):
        if session in register.known.without_note:
            sentence = f"Code {code} needs its nature or cause beside it."
            yield CodeProblem(session, code.value, sentence, f"{code} with a note")


def _overdue(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    for absence in unexplained_absences(register.span, register.calendar, register.year_group, register.as_of):
        if absence.is_overdue or absence.settle_by is None:
            suggestion = AttendanceCode.UNAUTHORISED.value if absence.is_overdue else ""
            yield CodeProblem(absence.session, code.value, absence.finding.sentence, suggestion)


def _after_the_last_exam(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    """Study leave after the examinations of its own school year; those of another year say nothing of it."""
    last_exam = register.known.last_exam_on
    if last_exam is None:
        return
    for session in register.sessions_with(code):
        if session.date > last_exam and school_year_of(session.date) == school_year_of(last_exam):
            sentence = f"Study leave ends with the last examination, which was on {in_words(last_exam)}."
            yield CodeProblem(session, code.value, sentence, "C")


def _part_time_past_review(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    until = register.known.part_time_until
    for session in register.sessions_with(code):
        if until is not None and session.date > until:
            sentence = f"The part-time timetable was agreed until {in_words(until)}, and nothing is recorded since."
            yield CodeProblem(session, code.value, sentence, "the full timetable's mark, or C2 once agreed anew")


def _religious_days_in_a_row(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    sessions = register.sessions_with(code)
    days = dict.fromkeys(session.date for session in sessions)
    runs = runs_of_school_days(days, register.calendar, register.year_group)
    further = {day for run in runs for day in run[1:]}
    for session in sessions:
        if session.date in further:
            sentence = "Code R is for one day per observance, and the school day before is R too."
            yield CodeProblem(session, code.value, sentence, "C or O, unless this is another observance")


def _excluded_without_provision(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    limit = parameter("attendance_register/days_excluded_without_provision").on(register.as_of).value
    days = register.span.days_wholly(frozenset({code}))
    runs = runs_of_school_days(days, register.calendar, register.year_group)
    late = {day for run in runs for day in run[limit:]}
    for session in register.sessions_with(code):
        if session.date in late:
            sentence = f"More than {limit} consecutive school days are E; from day {limit + 1} provision is due."
            yield CodeProblem(session, code.value, sentence, "K, B or D, as provided")


def _no_second_school(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    if register.known.has_second_registration is False:
        for session in register.sessions_with(code):
            sentence = "Code D needs a second school, and none is recorded."
            yield CodeProblem(session, code.value, sentence, "the mark of this school")


def _closed_while_others_attend(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    for session in register.sessions_with(code):
        if session in register.known.others_in_school:
            sentence = "Code # is for the whole school, and other pupils have ordinary marks for this session."
            yield CodeProblem(session, code.value, sentence, "Y3 or Y7")


def _against_the_clock(register: _Register, code: AttendanceCode) -> Iterator[CodeProblem]:
    for session in register.sessions_with(code):
        hours, minutes = register.known.hours.get(session.half), register.known.minutes_late.get(session)
        if hours is not None and minutes is not None:
            yield from late_mark_problem(session, code, minutes, hours)


CHECKS: dict[AttendanceCode, Check] = {
    AttendanceCode.LATE_BEFORE_CLOSE: _against_the_clock,
    AttendanceCode.LATE_AFTER_CLOSE: _against_the_clock,
    AttendanceCode.UNEXPLAINED: _overdue,
    AttendanceCode.LEAVE_STUDY: _after_the_last_exam,
    AttendanceCode.LEAVE_PART_TIME_TIMETABLE: _part_time_past_review,
    AttendanceCode.RELIGIOUS_OBSERVANCE: _religious_days_in_a_row,
    AttendanceCode.EXCLUDED_NO_PROVISION: _excluded_without_provision,
    AttendanceCode.DUAL_REGISTERED: _no_second_school,
    AttendanceCode.PLANNED_CLOSURE: _closed_while_others_attend,
}


@cache
def _checks_of(code: AttendanceCode) -> tuple[Check, ...]:
    """The checks that are about one code: those its row in the table asks for, and its own."""
    facts = facts_of(code)
    asked_for = (
        (_wrong_half, facts.sessions in ONLY_IN),
        (_wrong_age, facts.compulsory_school_age != "any"),
        (_missing_note, facts.needs_note),
    )
    general = tuple(check for check, is_asked_for in asked_for if is_asked_for)
    return (*general, CHECKS[code]) if code in CHECKS else general


@cache
def _only(byte: int) -> bytes:
    """A table that keeps one byte and turns all others to 0."""
    return bytes(value * (value == byte) for value in range(256))
