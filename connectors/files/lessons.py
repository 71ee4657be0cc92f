"""Reads lesson marks: pupil, date, period, code and the teacher. They are not the register; they only question it.

A row that can't be read is left out and reported: without it there is one question fewer.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.files.mapping import Mapping
from connectors.files.marks_rows import half_of, is_lesson
from connectors.files.reading import Line, Reading, reading_of
from connectors.files.registers import Cover, person_of
from connectors.files.tables import Table
from firstbell.records import Lessons, Problem, Teacher
from rules.calendar import Half, Session
from rules.codes import NOT_TAKEN, AttendanceCode
from rules.lessons import LessonMark
from rules.people import Personal

PERIOD = re.compile(r"(\d{1,2})[a-d]?$")
LONGEST_CODE = 4  # what is longer is a comment in the wrong column, and comments stay out of problems
NOBODY = Teacher("", Personal(""), Personal(""))


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson mark with the class and whose lesson it is by the timetable."""

    mark: LessonMark
    group: str
    teacher: Teacher


@dataclass(frozen=True, slots=True)
class LessonsExport:
    """What one file of lesson marks said, by date."""

    by_day: dict[dt.date, list[Lesson]] = field(repr=False)
    problems: tuple[Problem, ...]


def lessons_of(table: Table, mapping: Mapping, afternoon_from_period: int) -> LessonsExport:
    """The lesson marks of a table whose columns are known; periods from that one on are the afternoon's."""
    reading = reading_of(table, mapping, ("date",))
    reader = _LessonRows(reading, afternoon_from_period)
    by_day: dict[dt.date, list[Lesson]] = defaultdict(list)
    for line in reading:
        for lesson in reader.lesson(line):
            by_day[lesson.mark.session.date].append(lesson)
    return LessonsExport(dict(by_day), (*reading.problems, *reader.unknown_codes(table.file)))


def lessons_on(day: dt.date, files: Iterable[LessonsExport], cover: Cover) -> Lessons:
    """The lessons of a day with whoever really took each; of two files the later name has the last word."""
    found = list(files)
    lessons = {_place(lesson): lesson for file in found for lesson in file.by_day.get(day, ())}
    took = {place: cover.get((lesson.mark.session, lesson.group)) for place, lesson in lessons.items()}
    teachers = [took[place] or lesson.teacher for place, lesson in lessons.items()]
    marks = tuple(
        LessonMark(each.mark.pupil_id, each.mark.session, each.mark.period, each.mark.code, teacher.id)
        for each, teacher in zip(lessons.values(), teachers, strict=True)
    )
    away = {(each.teacher.id, each.mark.session) for place, each in lessons.items() if took[place]}
    problems = tuple(problem for file in found for problem in file.problems)
    return Lessons(marks, {teacher.id: teacher for teacher in teachers}, away, problems)


class _LessonRows:
    """Reads the rows of one file, and counts the codes that are the school's own."""

    def __init__(self, reading: Reading, afternoon_from_period: int) -> None:
        self._days = reading.dates["date"]
        self._afternoon = afternoon_from_period
        self._unknown: Counter[str] = Counter()

    def lesson(self, line: Line) -> Iterator[Lesson]:
        """The lesson of a row; none where the row is of the register, or can't be read."""
        pupil_id, day, period = line.text("pupil_id"), self._days.get(line.text("date")), line.text("period")
        if half_of(period) is not None:
            return
        problem = _problem(pupil_id, day, period)
        if problem or day is None:
            line.report(problem, pupil_id)
        elif (code := line.text("code")) in NOT_TAKEN or code in AttendanceCode:
            yield self._entry(line, pupil_id, day, None if code in NOT_TAKEN else AttendanceCode(code))
        else:
            self._unknown[code if len(code) <= LONGEST_CODE else "longer text"] += 1

    def _entry(self, line: Line, pupil_id: str, day: dt.date, code: AttendanceCode | None) -> Lesson:
        found = PERIOD.search(line.text("period").strip().casefold())
        number = int(found[1]) if found else 0
        session = Session(day, Half.PM if number >= self._afternoon else Half.AM)
        teacher = person_of(line, "teacher") or NOBODY
        return Lesson(LessonMark(pupil_id, session, number, code, teacher.id), line.text("group"), teacher)

    def unknown_codes(self, file: str) -> Iterator[Problem]:
        """A sentence for each text that is none of the national codes: schools have lesson codes of their own."""
        for text, count in sorted(self._unknown.items()):
            sentence = f"'{text}' is none of the national codes and was left out of {count} lesson marks."
            yield Problem(file, sentence)


def _problem(pupil_id: str, day: dt.date | None, period: str) -> str:
    if not pupil_id:
        return "The row names no pupil and was left out."
    if day is None:
        return "The date is not one that exists; the lesson mark was left out."
    return "" if is_lesson(period) else "The period is no lesson such as P3; the lesson mark was left out."


def _place(lesson: Lesson) -> tuple[str, Session, int, str]:
    return lesson.mark.pupil_id, lesson.mark.session, lesson.mark.period, lesson.group
