"""Writes the plain files of docs/files.md, as a school's own script would."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from firstbell.records import RegisterState, RegisterStatus, Teacher
from firstbell.testing.mis_conformance import Exported
from rules.calendar import SchoolCalendar
from rules.lessons import LessonMark
from rules.people import Contact, Personal, Pupil, PupilContact
from rules.registers import Mark

FLAGS = (
    *("pupil_premium", "fsm", "sen_status", "ehcp", "looked_after", "child_protection", "social_worker"),
    *("young_carer", "eal"),
)
PUPIL_COLUMNS = ("date_of_birth", "year_group", "form", "sex", "on_roll_from", "on_roll_to")
LINK_COLUMNS = (
    *("pupil_id", "contact_id", "relationship", "priority", "parental_responsibility", "lives_with_pupil"),
    *("unsubscribed", "school_consent", "no_contact"),
)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as the csv module does; None is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_marks(path: Path, marks: Iterable[Mark]) -> None:
    """Write marks, a row a mark."""
    rows = ((m.pupil_id, m.session.date, m.session.half, m.code or "-", m.minutes_late) for m in marks)
    write_csv(path, ("pupil_id", "date", "session", "code", "minutes_late"), rows)


def write_calendar(path: Path, calendar: SchoolCalendar) -> None:
    """Write a calendar as TOML."""
    lines = [f'name = "{calendar.name}"', f'school_year = "{calendar.school_year}"']
    for name, days in (("bank_holidays", calendar.bank_holidays), ("inset", calendar.inset)):
        lines.append(f"{name} = [{', '.join(day.isoformat() for day in sorted(days))}]")
    for closure in calendar.closures:
        years = ", ".join(f'"{year}"' for year in sorted(closure.year_groups))
        lines += ["[[closures]]", f"date = {closure.on}", f'reason = "{closure.reason}"', f"years = [{years}]"]
    for term in calendar.terms:
        lines += ["[[terms]]", f'name = "{term.name}"', f"first = {term.first}", f"last = {term.last}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_exports(folder: Path, exported: Exported) -> None:
    """Write everything an MIS holds as plain files in a folder, dated `exported.as_at`; lists nobody is on are gone."""
    for old in folder.rglob("*.csv"):
        old.unlink()
    write_csv(
        folder / "pupils.csv",
        ("pupil_id", "forename", "surname", "upn", *PUPIL_COLUMNS, *FLAGS),
        map(_pupil, exported.pupils),
    )
    contacts = {contact.id: contact for contact in exported.contacts}
    links = ((*_link(link), *_contact(contacts[link.contact_id])) for link in exported.links)
    write_csv(folder / "contacts.csv", (*LINK_COLUMNS, "title", "forename", "surname", "email", "mobile"), links)
    _write_marks_with_notes(folder, exported)
    _write_registers(folder, exported)
    _write_beside(folder, exported)
    _write_lessons(folder, exported)
    if exported.elsewhere:
        listed = ((e.pupil_id, e.session.date, e.session.half, e.kind) for e in exported.elsewhere)
        write_csv(folder / "lists" / "today.csv", ("pupil_id", "date", "session", "kind"), listed)
    write_calendar(folder / "calendar.toml", exported.calendar)
    for path in folder.rglob("*.csv"):
        os.utime(path, (exported.as_at.timestamp(), exported.as_at.timestamp()))


def _write_registers(folder: Path, exported: Exported) -> None:
    place = ("date", "session", "group")
    registers = exported.registers
    taken = ((*_place(r), r.state is RegisterState.TAKEN, *_teacher(r.teacher)) for r in registers)
    cover = ((*_place(r), *_teacher(r.cover)) for r in registers if r.cover is not None)
    if registers:
        write_csv(folder / "registers.csv", (*place, "taken", "teacher_id", "teacher_name", "teacher_email"), taken)
        write_csv(folder / "cover.csv", (*place, "cover_id", "cover_name", "cover_email"), cover)


def _write_marks_with_notes(folder: Path, exported: Exported) -> None:
    """The register, with a column of notes only where the MIS has them."""
    entries = [(pupil_id, session.date, session.half, text) for pupil_id, session, text in exported.entries]
    header, notes = ("pupil_id", "date", "session", "code"), exported.notes
    if notes is None:
        write_csv(folder / "marks.csv", header, entries)
        return
    texts = ["a note" if (pupil_id, session) in notes else "" for pupil_id, session, _ in exported.entries]
    write_csv(folder / "marks.csv", (*header, "note"), ((*e, text) for e, text in zip(entries, texts, strict=True)))


def _write_beside(folder: Path, exported: Exported) -> None:
    """A file for each fact that the MIS records of anybody."""
    beside = exported.beside
    statuses = {pupil_id: "Dual" if has else "Single" for pupil_id, has in beside.second_registrations.items()}
    for name, column, facts in (
        ("exams", "exam_date", beside.last_exams),
        ("part-time", "agreed_until", beside.part_time_until),
        ("enrolments", "enrolment_status", statuses),
    ):
        if facts:
            write_csv(folder / f"{name}.csv", ("pupil_id", column), facts.items())


def _write_lessons(folder: Path, exported: Exported) -> None:
    """Every lesson under the class 7A, with the teacher of the timetable; who stands in is on the cover list."""
    lessons, place = exported.lessons, ("date", "session", "group")
    absent = {session: teacher_id for teacher_id, session in lessons.away}
    rows = [
        (
            m.pupil_id,
            m.session.date,
            m.period,
            m.code or "-",
            "7A",
            *_lesson_teacher(exported, absent.get(m.session), m),
        )
        for m in lessons.marks
    ]
    cover = {m.session: lessons.teachers[m.teacher_id] for m in lessons.marks if m.session in absent}
    if rows:
        teacher = ("teacher_id", "teacher_name", "teacher_email")
        write_csv(folder / "lessons.csv", ("pupil_id", "date", "period", "code", "class", *teacher), rows)
        write_csv(
            folder / "cover.csv",
            (*place, "cover_id", "cover_name", "cover_email"),
            ((session.date, session.half, "7A", *_teacher(who)) for session, who in cover.items()),
        )


def _lesson_teacher(exported: Exported, absent: str | None, mark: LessonMark) -> tuple[str, str, str]:
    return (absent, "", "") if absent else _teacher(exported.lessons.teachers[mark.teacher_id])


def _place(register: RegisterStatus) -> tuple[object, ...]:
    return register.session.date, register.session.half, register.group


def _teacher(teacher: Teacher) -> tuple[str, str, str]:
    return teacher.id, teacher.name.reveal(), teacher.email.reveal()


def _pupil(pupil: Pupil) -> tuple[object, ...]:
    who = (pupil.id, pupil.forename.reveal(), pupil.surname.reveal(), pupil.upn.value if pupil.upn else None)
    return (*who, *(getattr(pupil, c) for c in PUPIL_COLUMNS), *(getattr(pupil.flags, flag) for flag in FLAGS))


def _link(link: PupilContact) -> tuple[object, ...]:
    return (
        *(link.pupil_id, link.contact_id, link.relationship, link.priority, link.parental_responsibility),
        *(link.lives_with_pupil, link.is_unsubscribed, link.school_consent, link.is_blocked),
    )


def _contact(contact: Contact) -> tuple[str, ...]:
    return (
        contact.title,
        *(_first((p,)) for p in (contact.forename, contact.surname)),
        _first(contact.emails),
        _first(contact.phones),
    )


def _first(texts: tuple[Personal, ...]) -> str:
    return texts[0].reveal() if texts else ""
