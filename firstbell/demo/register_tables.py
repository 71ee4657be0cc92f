"""Marks, registers, cover and lists as tables, with plain headings."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from firstbell.demo.history import History
from firstbell.demo.school import DemoSchool
from firstbell.records import ExpectedElsewhere, Teacher
from rules.calendar import Half, Session
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.registers import Mark

Rows = Iterable[Sequence[object]]
MARK_HEADINGS = ("pupil_id", "date", "session", "code", "minutes_late")
REGISTER_HEADINGS = (
    *("date", "session", "group", "taken", "teacher_id", "teacher_name", "teacher_email"),
    *("head_of_department_id", "head_of_department_name", "head_of_department_email"),
)
COVER_HEADINGS = ("date", "session", "group", "cover_id", "cover_name", "cover_email")


def history_rows(history: History, amended: Mapping[tuple[str, Session], Mark]) -> Rows:
    """Every past mark; a session when the pupil was not on roll has no row."""
    letters = {byte_of(code): code.value for code in AttendanceCode}
    spans = history.spans
    keys = [(s, s.date.isoformat(), s.half.value) for s in next(iter(spans.values())).sessions]
    yield (*MARK_HEADINGS, "note")
    for pupil_id, span in spans.items():
        for (session, day, half), byte in zip(keys, span.marks, strict=True):
            if byte != NO_MARK:
                mark = amended.get((pupil_id, session))
                letter = mark.code if mark else letters[byte]
                place = (pupil_id, session)
                yield pupil_id, day, half, letter, history.minutes_late.get(place, ""), history.notes.get(place, "")


def mark_rows(marks: Mapping[str, Mark]) -> Rows:
    """The marks of today by pupil id; SIMS puts a dash where the register is not taken."""
    yield MARK_HEADINGS
    for pupil_id in sorted(marks):
        mark = marks[pupil_id]
        minutes = "" if mark.minutes_late is None else mark.minutes_late
        yield pupil_id, mark.session.date, mark.session.half, mark.code or "-", minutes


def register_rows(school: DemoSchool, taken: Collection[str]) -> Rows:
    """The register of every form this morning: taken or not, and whose it is."""
    yield REGISTER_HEADINGS
    for form, tutor in sorted(school.staff.tutors.items()):
        head = school.staff.heads[tutor.id]
        yield (school.day, Half.AM, form, "yes" if form in taken else "no", *_teacher(tutor), *_teacher(head))


def cover_rows(school: DemoSchool) -> Rows:
    """Who stands in for the tutor that is away today."""
    yield COVER_HEADINGS
    yield (school.day, Half.AM, school.staged.covered, *_teacher(school.staff.cover[0]))


def list_rows(listed: Iterable[ExpectedElsewhere]) -> Rows:
    """The pupils on one list."""
    yield ("pupil_id", "date", "session", "kind")
    for entry in sorted(listed, key=lambda each: each.pupil_id):
        yield entry.pupil_id, entry.session.date, entry.session.half, entry.kind


def _teacher(teacher: Teacher) -> tuple[str, str, str]:
    return teacher.id, teacher.name.reveal(), teacher.email.reveal()
