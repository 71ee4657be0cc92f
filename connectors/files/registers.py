"""Reads which registers were taken, by whom, and who covers for whom."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from connectors.files.answers import derived_id, one_line
from connectors.files.columns import Kind
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.marks_rows import half_of
from connectors.files.reading import Line, strict_reading_of
from connectors.files.source import read_source
from connectors.files.tables import Table
from connectors.files.words import meaning
from firstbell.errors import BadInput
from firstbell.records import RegisterState, RegisterStatus, Teacher
from rules.calendar import Session
from rules.people import Personal

Place = tuple[Session, str]
Cover = dict[Place, Teacher]


def read_registers(path: Path, *, mapping: Mapping | None = None) -> tuple[RegisterStatus, ...]:
    """Read the registers export: one status a session and group, the last row of each counting. Raises BadInput.

    A row whose session or state can't be told refuses the file: a class would be thought chased, or taken, that is not.
    """
    table = read_table(read_source(path), (Kind.REGISTERS,))
    return registers_of(table, mapping or guess(table))


def read_cover(path: Path, *, mapping: Mapping | None = None) -> Cover:
    """Read the cover list: who takes a group's register for a session in its teacher's place. Raises BadInput."""
    table = read_table(read_source(path), (Kind.COVER,))
    return cover_of(table, mapping or guess(table))


def registers_of(table: Table, mapping: Mapping) -> tuple[RegisterStatus, ...]:
    """The registers of a table whose columns are known. Raises BadInput."""
    reading = strict_reading_of(table, mapping)
    _require_state(table, mapping)
    found: dict[Place, RegisterStatus] = {}
    for line in reading:
        session, group = _place(line)
        teacher = person_of(line, "teacher") or Teacher("", Personal(""), Personal(""))
        status = RegisterStatus(session, group, _state(line), teacher, head_of_department=person_of(line, "head"))
        found[session, group] = status
    return tuple(found.values())


def cover_of(table: Table, mapping: Mapping) -> Cover:
    """The cover list of a table whose columns are known. Raises BadInput."""
    people = ((_place(line), person_of(line, "teacher")) for line in strict_reading_of(table, mapping))
    return {place: person for place, person in people if person is not None}


def with_cover(registers: tuple[RegisterStatus, ...], cover: Cover) -> tuple[RegisterStatus, ...]:
    """The registers with the teacher who covers each, where the cover list names one."""
    return tuple(replace(r, cover=cover.get((r.session, r.group))) for r in registers)


def _require_state(table: Table, mapping: Mapping) -> None:
    """A list of missing registers needs no column for it; any other must say which were taken."""
    if not {"status", "completed_at"} & mapping.columns.keys() and "missing" not in table.file.casefold():
        expected = "a column such as 'taken' or 'Status', or a file name with 'missing' in it"
        raise BadInput(table.file, "no column that says whether a register was taken", expected, table.header_row)


def _place(line: Line) -> Place:
    half, group = half_of(line.text("session")), line.text("group")
    day = line.reading.dates["date"].get(line.text("date"))
    if day is None:
        raise _refusal(line, "no date that exists", "DD/MM/YYYY", "date")
    if half is None:
        raise _refusal(line, "neither AM nor PM", "AM or PM", "session")
    if not group:
        raise _refusal(line, "no group", "the registration group or class", "group")
    return Session(day, half), group


def _state(line: Line) -> RegisterState:
    if "status" not in line.reading.at:
        return RegisterState.TAKEN if line.text("completed_at") else RegisterState.NOT_TAKEN
    state = meaning("register", line.text("status"))
    if state is None:
        raise _refusal(line, "a status we don't know", "Taken or Missing", "status")
    return RegisterState(state)


def person_of(line: Line, role: str) -> Teacher | None:
    """The member of staff a row names in a role; without an id of their own they get one from address and name."""
    staff_id, name, email = (line.text(f"{role}_{part}") for part in ("id", "name", "email"))
    if not (staff_id or name or email):
        return None
    return Teacher(staff_id or derived_id(email or name), Personal(one_line(name)), Personal(email))


def _refusal(line: Line, found: str, expected: str, column: str) -> BadInput:
    return BadInput(line.reading.file, found, expected, line.row, column)


def on_day(registers: tuple[RegisterStatus, ...], day: dt.date) -> tuple[RegisterStatus, ...]:
    """The registers of one date."""
    return tuple(register for register in registers if register.session.date == day)
