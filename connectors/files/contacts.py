"""Reads contacts and their links to pupils: a row a link, or the three slots that Bromcom flattens them into.

What could let a message go to the wrong person is read on the safe side: unclear words about a court order block,
and details that contradict each other are dropped.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from connectors.files.answers import derived_id, one_line, whole_number
from connectors.files.columns import Kind
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.reading import Line, Reading, reading_of
from connectors.files.source import read_source
from connectors.files.tables import Table
from firstbell.records import Problem
from rules.people import Contact, Personal, PupilContact

Contacts = tuple[tuple[Contact, ...], tuple[PupilContact, ...], tuple[Problem, ...]]
CONTACT_KINDS = (Kind.CONTACTS, Kind.CONTACT_SLOTS)
EMAILS = ("email", "email_2", "email_3")
PHONES = ("mobile", "phone", "home_phone", "work_phone")
NAMES = ("title", "forename", "surname", "name")


def read_contacts(path: Path, *, mapping: Mapping | None = None) -> Contacts:
    """Read a file of contacts: contacts, links, problems. Raises BadInput when the whole file can't be used.

    An address cell is kept as given, even with two addresses in it: the rules refuse such a one. Without a contact
    id in the export, an id is derived for each pupil's contact, and siblings' contacts stay apart.
    """
    table = read_table(read_source(path), CONTACT_KINDS)
    return contacts_of(table, mapping or guess(table))


def contacts_of(table: Table, mapping: Mapping) -> Contacts:
    """The contacts and links of a table whose columns are known. Raises BadInput."""
    reading = reading_of(table, mapping)
    read: Callable[[Line], Iterator[tuple[Contact, PupilContact]]] = {
        Kind.CONTACTS: _linked_contact,
        Kind.CONTACT_SLOTS: _slots,
    }[table.kind]
    contacts: dict[str, list[Contact]] = defaultdict(list)
    links: dict[tuple[str, str], list[PupilContact]] = defaultdict(list)
    for line in reading:
        for contact, link in read(line):
            contacts[contact.id].append(contact)
            links[link.pupil_id, link.contact_id].append(link)
    agreed = tuple(_agreed_contact(reading, found) for found in contacts.values())
    return agreed, tuple(_agreed_link(reading, found) for found in links.values()), tuple(reading.problems)


def _linked_contact(line: Line) -> Iterator[tuple[Contact, PupilContact]]:
    pupil_id = line.text("pupil_id")
    if not pupil_id:
        line.report("The row names no pupil and was left out.")
        return
    contact = _contact(line, pupil_id)
    yield (
        contact,
        PupilContact(
            pupil_id=pupil_id,
            contact_id=contact.id,
            relationship=one_line(line.text("relationship")),
            priority=_priority(line, pupil_id),
            parental_responsibility=line.answer("parental_responsibility", pupil_id),
            lives_with_pupil=line.answer("lives_with_pupil", pupil_id),
            is_blocked=_is_blocked(line, pupil_id),
            is_unsubscribed=line.answer("unsubscribed", pupil_id, unclear=True),
            school_consent=line.answer("school_consent", pupil_id, unclear=False),
        ),
    )


def _contact(line: Line, pupil_id: str) -> Contact:
    names = [line.text(column) for column in NAMES]
    forename, surname = (names[1], names[2] or names[3]) if any(names[1:3]) else ("", names[3])
    return Contact(
        id=line.text("contact_id") or derived_id(pupil_id, line.text("relationship"), *names),
        title=one_line(names[0]),
        forename=Personal(one_line(forename)),
        surname=Personal(one_line(surname)),
        emails=_filled(line, EMAILS),
        phones=_filled(line, PHONES),
        language=line.text("language") or None,
    )


def _slots(line: Line) -> Iterator[tuple[Contact, PupilContact]]:
    """The contacts in a pupil's own row: slot 1 is the first to be told."""
    pupil_id = line.text("pupil_id")
    if not pupil_id:
        line.report("The row names no pupil and was left out.")
        return
    for slot in (1, 2, 3):
        name = one_line(line.text(f"contact{slot}_name"))
        relationship = one_line(line.text(f"contact{slot}_relationship"))
        if name:
            contact = Contact(
                id=derived_id(pupil_id, relationship, name),
                title="",
                forename=Personal(""),
                surname=Personal(name),
                emails=_filled(line, (f"contact{slot}_email",)),
                phones=_filled(line, (f"contact{slot}_telephone",)),
            )
            responsible = line.answer(f"contact{slot}_parental_responsibility", pupil_id)
            yield contact, PupilContact(pupil_id, contact.id, relationship, slot, responsible)


def _filled(line: Line, columns: tuple[str, ...]) -> tuple[Personal, ...]:
    return tuple(Personal(text) for text in dict.fromkeys(line.text(column) for column in columns) if text)


def _priority(line: Line, pupil_id: str) -> int | None:
    text = line.text("priority")
    try:
        return whole_number(text) if text else None
    except ValueError:
        line.report("The priority is not a whole number; it was left out.", pupil_id)
        return None


def _is_blocked(line: Line, pupil_id: str) -> bool | None:
    """Yes when either column says so, or says anything but yes and no: words about a court order are no clearance."""
    answers = [line.answer(column, pupil_id, unclear=True) for column in ("court_order", "no_contact")]
    return True if True in answers else False if False in answers else None


def _agreed_contact(reading: Reading, rows: list[Contact]) -> Contact:
    """One contact from its rows. Where they differ, addresses and numbers are dropped: one of them may be another's."""
    if all(contact == rows[0] for contact in rows):
        return rows[0]
    sentence = f"Contact {rows[0].id} has different details in {len(rows)} rows; it was kept without address or phone."
    reading.problems.append(Problem(reading.file, sentence))
    return replace(rows[0], emails=(), phones=())


def _agreed_link(reading: Reading, rows: list[PupilContact]) -> PupilContact:
    """One link from its rows. Where they differ, nothing is known but what forbids."""
    if all(link == rows[0] for link in rows):
        return rows[0]
    sentence = f"Contact {rows[0].contact_id} is linked {len(rows)} times in different ways; nothing is sent to it."
    reading.problems.append(Problem(reading.file, sentence, rows[0].pupil_id))
    return replace(
        rows[0],
        priority=None,
        parental_responsibility=None,
        school_consent=None,
        is_blocked=True if any(link.is_blocked for link in rows) else rows[0].is_blocked,
        is_unsubscribed=True if any(link.is_unsubscribed for link in rows) else rows[0].is_unsubscribed,
    )
