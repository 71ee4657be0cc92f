"""An MIS in memory for tests of workflows: it says what it was told to say, or fails as it was told to."""

import datetime as dt
from collections.abc import Iterable

from firstbell.errors import FirstbellError
from firstbell.records import (
    BesideTheRegister,
    ExpectedElsewhere,
    Lessons,
    Marks,
    MisCapabilities,
    Problem,
    RegisterStatus,
    Roll,
    School,
)
from rules.calendar import SchoolCalendar, Session
from rules.code_checks.validator import CodeProblem, read_code
from rules.people import Contact, Pupil, PupilContact
from rules.registers import Mark

HILL = School("hill", "Hill School")
MONDAY_MORNING = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)


class FakeMis:
    """An MIS whose every answer is set by the test. It begins empty, as at Monday 23 November 2026, 09:30 UTC."""

    def __init__(self, *, calendar: SchoolCalendar, school: School = HILL) -> None:
        self._calendar = calendar
        self._school = school
        self._roll = Roll(MONDAY_MORNING, (), (), ())
        self._marks = Marks(MONDAY_MORNING, ())
        self._registers: tuple[RegisterStatus, ...] = ()
        self._elsewhere: tuple[ExpectedElsewhere, ...] = ()
        self._beside = BesideTheRegister()
        self._has_notes = False
        self._lessons: dict[dt.date, Lessons] = {}
        self._failures: list[FirstbellError] = []

    def set_roll(
        self,
        pupils: Iterable[Pupil],
        contacts: Iterable[Contact] = (),
        links: Iterable[PupilContact] = (),
        *,
        as_at: dt.datetime = MONDAY_MORNING,
        is_complete: bool = True,
    ) -> None:
        """From now on, these are the pupils and their contacts."""
        self._roll = Roll(as_at, tuple(pupils), tuple(contacts), tuple(links), is_complete=is_complete)

    def set_marks(
        self, marks: Iterable[Mark], *, as_at: dt.datetime = MONDAY_MORNING, problems: Iterable[Problem] = ()
    ) -> None:
        """From now on, these are all the marks; an `as_at` of long ago makes them stale."""
        self._marks = Marks(as_at, tuple(marks), tuple(problems))

    def set_entries(self, entries: Iterable[tuple[str, Session, str]], *, as_at: dt.datetime = MONDAY_MORNING) -> None:
        """As `set_marks`, from pupil, session and the text that stands in the register, which may be no code at all."""
        read = [(pupil_id, session, read_code(text, session)) for pupil_id, session, text in entries]
        marks = [Mark(pupil_id, session, code) for pupil_id, session, code in read if not isinstance(code, CodeProblem)]
        problems = [
            Problem("the fake MIS", found.problem, pupil_id, session, found.code, found.suggestion)
            for pupil_id, session, found in read
            if isinstance(found, CodeProblem)
        ]
        self.set_marks(marks, as_at=as_at, problems=problems)

    def set_registers(self, registers: Iterable[RegisterStatus]) -> None:
        """From now on, these are the registers of every day."""
        self._registers = tuple(registers)

    def set_expected_elsewhere(self, expected: Iterable[ExpectedElsewhere]) -> None:
        """From now on, these are on a list."""
        self._elsewhere = tuple(expected)

    def set_beside_the_register(self, beside: BesideTheRegister, *, has_notes: bool = False) -> None:
        """From now on, this stands beside the register."""
        self._beside, self._has_notes = beside, has_notes

    def set_lessons(self, day: dt.date, lessons: Lessons) -> None:
        """From now on, these are the lesson marks of a day."""
        self._lessons[day] = lessons

    def lose_half_the_roll(self) -> None:
        """The export was cut in half: every other pupil is gone, and the MIS does not say so."""
        kept = self._roll.pupils[::2]
        self._roll = Roll(self._roll.as_at, kept, self._roll.contacts, self._roll.links)

    def fail(self, error: FirstbellError, *, times: int = 1) -> None:
        """The next `times` questions about roll, marks, registers, lists, lessons and what stands beside raise this."""
        self._failures += [error] * times

    @property
    def capabilities(self) -> MisCapabilities:
        return MisCapabilities(
            has_registers=bool(self._registers),
            has_minutes_late=True,
            has_changes=False,
            can_write_back=False,
            has_notes=self._has_notes,
            has_exam_dates=bool(self._beside.last_exams),
            has_part_time_agreements=bool(self._beside.part_time_until),
            has_second_registrations=bool(self._beside.second_registrations),
            has_lessons=any(lessons.marks for lessons in self._lessons.values()),
        )

    def school(self) -> School:
        return self._school

    def roll(self) -> Roll:
        self._fail_if_told()
        return self._roll

    def marks(self, first: dt.date, last: dt.date) -> Marks:
        self._fail_if_told()
        inside = tuple(mark for mark in self._marks.marks if first <= mark.session.date <= last)
        problems = tuple(p for p in self._marks.problems if p.session is None or first <= p.session.date <= last)
        return Marks(self._marks.as_at, inside, problems)

    def registers(self, day: dt.date) -> tuple[RegisterStatus, ...]:
        self._fail_if_told()
        return tuple(register for register in self._registers if register.session.date == day)

    def calendar(self) -> SchoolCalendar:
        return self._calendar

    def expected_elsewhere(self, day: dt.date) -> tuple[ExpectedElsewhere, ...]:
        self._fail_if_told()
        return tuple(expected for expected in self._elsewhere if expected.session.date == day)

    def beside_the_register(self) -> BesideTheRegister:
        self._fail_if_told()
        return self._beside

    def lessons(self, day: dt.date) -> Lessons:
        self._fail_if_told()
        return self._lessons.get(day, Lessons())

    def _fail_if_told(self) -> None:
        if self._failures:
            raise self._failures.pop(0)
