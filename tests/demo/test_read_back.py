"""What the demo writes is what the files connector reads: nothing is lost, and nothing needs mending by hand."""

import datetime as dt

from connectors.files import (
    read_calendar,
    read_contacts,
    read_cover,
    read_list,
    read_marks,
    read_pupils,
    read_registers,
)
from firstbell.demo.morning import make_morning
from firstbell.records import RegisterState
from rules.registers import Mark


def test_the_pupils_come_back_as_they_were(school, export):
    pupils, problems = read_pupils(export(school) / "mis" / "pupils.csv")

    assert pupils == school.comings.known_on(school.people.pupils, school.day - dt.timedelta(days=1))
    assert problems == ()


def test_the_contacts_come_back_with_their_links(school, export):
    contacts, links, problems = read_contacts(export(school) / "mis" / "contacts.csv")

    assert set(contacts) == set(school.people.contacts)
    assert set(links) == set(school.people.links)
    assert problems == ()


def test_the_past_comes_back_mark_by_mark(school, export):
    found = read_marks(export(school) / "mis" / "marks.csv")

    late = school.history.minutes_late
    assert found.problems == ()
    assert list(found.marks) == [
        Mark(pupil_id, session, code, late.get((pupil_id, session)))
        for pupil_id, span in school.history.spans.items()
        for session, code in span.marked()
    ]


def test_today_comes_back_as_at_the_moment_of_its_export(school_on, export):
    school = school_on(pupils=150)
    moments = [i for i, moment in enumerate(make_morning(school), 1) if len(moment.registers_taken) > 1]

    found = read_marks(export(school, moments=moments[0]) / "mis" / "marks_today.csv")

    not_taken = {
        pupil.id for form in (school.staged.covered, school.staged.forgotten) for pupil in school.pupils_of(form)
    }
    assert found.as_at == make_morning(school)[moments[0] - 1].at
    assert {mark.pupil_id for mark in found.marks if mark.code is None} == not_taken
    assert found.problems == ()


def test_registers_come_back_with_whoever_is_in_the_room(school_on, export):
    school = school_on(pupils=150)
    folder = export(school) / "mis"

    registers = {register.group: register for register in read_registers(folder / "registers.csv")}
    ((session, group), cover), *others = read_cover(folder / "cover.csv").items()

    assert {group: register.teacher for group, register in registers.items()} == school.staff.tutors
    assert all(r.head_of_department == school.staff.heads[r.teacher.id] for r in registers.values())
    assert {register.state for register in registers.values()} == {RegisterState.NOT_TAKEN}
    assert (session, group, cover) == (registers[group].session, school.staged.covered, school.staff.cover[0])
    assert others == []


def test_the_lists_come_back(school_on, export):
    school = school_on(pupils=400)

    folder = export(school, moments=30) / "mis" / "lists"

    told = {entry for moment in make_morning(school) for entry in moment.elsewhere}
    assert {entry for path in folder.iterdir() for entry in read_list(path)} == told


def test_the_calendar_comes_back(school_on, export):
    school = school_on(pupils=150)

    assert read_calendar(export(school) / "mis" / "calendar.toml") == school.calendar
