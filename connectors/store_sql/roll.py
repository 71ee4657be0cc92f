"""The roll as rows: pupils, contacts and their links, in the order the MIS gave them.

Names and addresses are revealed here, on their way into the store, and wrapped again on their way out.
"""

import datetime as dt
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from connectors.store_sql.engine import put
from connectors.store_sql.tables import contacts, pupil_contacts, pupils, rolls
from firstbell.records import Problem, Roll
from rules.calendar.sessions import Half, Session
from rules.people import Contact, Personal, Pupil, PupilContact, PupilFlags, Upn

Row = sa.Row[Any]


def write_roll(connection: sa.Connection, school: str, roll: Roll) -> None:
    """Put this roll in the place of the last."""
    problems = [_problem_told(problem) for problem in roll.problems]
    values = {"as_at": roll.as_at, "is_complete": roll.is_complete, "problems": problems}
    put(connection, rolls, {"school": school}, values)
    _replace(connection, pupils, school, [_pupil_told(pupil) for pupil in roll.pupils])
    _replace(connection, contacts, school, [_contact_told(contact) for contact in roll.contacts])
    _replace(connection, pupil_contacts, school, [_link_told(link) for link in roll.links])


def read_roll(connection: sa.Connection, school: str) -> Roll | None:
    """The roll as last written; None before the first."""
    row = connection.execute(sa.select(rolls).where(rolls.c.school == school)).one_or_none()
    if row is None:
        return None
    return Roll(
        as_at=row.as_at,
        pupils=tuple(_pupil(each) for each in _rows(connection, pupils, school)),
        contacts=tuple(_contact(each) for each in _rows(connection, contacts, school)),
        links=tuple(_link(each) for each in _rows(connection, pupil_contacts, school)),
        problems=tuple(_problem(each) for each in row.problems),
        is_complete=row.is_complete,
    )


def _replace(connection: sa.Connection, table: sa.Table, school: str, told: list[dict[str, object]]) -> None:
    connection.execute(sa.delete(table).where(table.c.school == school))
    if told:
        connection.execute(sa.insert(table), [{"school": school, "place": n} | row for n, row in enumerate(told)])


def _rows(connection: sa.Connection, table: sa.Table, school: str) -> sa.CursorResult[Any]:
    return connection.execute(sa.select(table).where(table.c.school == school).order_by(table.c.place))


def _pupil_told(pupil: Pupil) -> dict[str, object]:
    return {
        "pupil_id": pupil.id,
        "forename": pupil.forename.reveal(),
        "surname": pupil.surname.reveal(),
        "date_of_birth": pupil.date_of_birth,
        "year_group": pupil.year_group,
        "form": pupil.form,
        "upn": pupil.upn.value if pupil.upn else None,
        "sex": pupil.sex,
        "on_roll_from": pupil.on_roll_from,
        "on_roll_to": pupil.on_roll_to,
        "flags": asdict(pupil.flags),
    }


def _pupil(row: Row) -> Pupil:
    return Pupil(
        id=row.pupil_id,
        forename=Personal(row.forename),
        surname=Personal(row.surname),
        date_of_birth=row.date_of_birth,
        year_group=row.year_group,
        form=row.form,
        upn=None if row.upn is None else Upn(row.upn),
        sex=row.sex,
        on_roll_from=row.on_roll_from,
        on_roll_to=row.on_roll_to,
        flags=PupilFlags(**row.flags),
    )


def _contact_told(contact: Contact) -> dict[str, object]:
    return {
        "contact_id": contact.id,
        "title": contact.title,
        "forename": contact.forename.reveal(),
        "surname": contact.surname.reveal(),
        "emails": [email.reveal() for email in contact.emails],
        "phones": [phone.reveal() for phone in contact.phones],
        "language": contact.language,
    }


def _contact(row: Row) -> Contact:
    return Contact(
        id=row.contact_id,
        title=row.title,
        forename=Personal(row.forename),
        surname=Personal(row.surname),
        emails=tuple(Personal(email) for email in row.emails),
        phones=tuple(Personal(phone) for phone in row.phones),
        language=row.language,
    )


def _link_told(link: PupilContact) -> dict[str, object]:
    return asdict(link)


def _link(row: Row) -> PupilContact:
    return PupilContact(
        pupil_id=row.pupil_id,
        contact_id=row.contact_id,
        relationship=row.relationship,
        priority=row.priority,
        parental_responsibility=row.parental_responsibility,
        lives_with_pupil=row.lives_with_pupil,
        is_blocked=row.is_blocked,
        is_unsubscribed=row.is_unsubscribed,
        school_consent=row.school_consent,
    )


def _problem_told(problem: Problem) -> dict[str, object]:
    return asdict(problem) | {"session": problem.session.key if problem.session else None}


def _problem(told: dict[str, Any]) -> Problem:
    return Problem(**told | {"session": _session(told["session"])})


def _session(key: str | None) -> Session | None:
    if key is None:
        return None
    day, _, half = key.rpartition("-")
    return Session(dt.date.fromisoformat(day), Half(half))
