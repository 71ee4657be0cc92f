"""Pupils and contacts as tables: the headings a SIMS report designer leaves, dates the British way, years padded."""

import datetime as dt
from collections.abc import Iterable, Sequence

from firstbell.demo.families import People
from rules.people import Contact, Pupil, PupilContact

PUPIL_HEADINGS = (
    *("Adno", "UPN", "Legal Surname", "Legal Forename", "Preferred Surname", "Preferred Forename", "DOB", "Gender"),
    *("Year Group", "Reg Group", "Date of Admission", "Date of Leaving", "Pupil Premium Indicator", "Eligible for FSM"),
    *("SEN Status", "EHCP", "Looked After", "Child Protection", "Social Worker", "Young Carer", "EAL"),
)
CONTACT_HEADINGS = (
    *("Adno", "Contact ID", "Title", "Forename", "Surname", "Relationship", "Priority", "Parental Responsibility"),
    *("Lives With Pupil", "Court Order", "Unsubscribed", "School Consent", "Primary Email", "Mobile", "Home Telephone"),
    "Language",
)


def pupil_rows(pupils: Iterable[Pupil]) -> Iterable[Sequence[object]]:
    """The heading and one row a pupil. This is an edge: names are written out."""
    yield PUPIL_HEADINGS
    for pupil in pupils:
        flags = pupil.flags
        yield (
            *(pupil.id, pupil.upn.value if pupil.upn else "", *2 * (pupil.surname.reveal(), pupil.forename.reveal())),
            *(_date(pupil.date_of_birth), pupil.sex, f"Year {pupil.year_group:>2}", pupil.form),
            *(_date(pupil.on_roll_from), _date(pupil.on_roll_to), _yes_no(flags.pupil_premium), _yes_no(flags.fsm)),
            *(flags.sen_status, _yes_no(flags.ehcp), _yes_no(flags.looked_after), _yes_no(flags.child_protection)),
            *(_yes_no(flags.social_worker), _yes_no(flags.young_carer), _yes_no(flags.eal)),
        )


def contact_rows(people: People) -> Iterable[Sequence[object]]:
    """The heading and one row for each link between a pupil and a contact."""
    contacts = {contact.id: contact for contact in people.contacts}
    yield CONTACT_HEADINGS
    for link in sorted(people.links, key=lambda each: (each.pupil_id, each.contact_id)):
        yield _contact_row(link, contacts[link.contact_id])


def _contact_row(link: PupilContact, contact: Contact) -> Sequence[object]:
    mobile, home, *_ = (*(phone.reveal() for phone in contact.phones), "", "")
    return (
        *(link.pupil_id, contact.id, contact.title, contact.forename.reveal(), contact.surname.reveal()),
        *(link.relationship, link.priority, _yes_no(link.parental_responsibility), _yes_no(link.lives_with_pupil)),
        *(_yes_no(link.is_blocked), _yes_no(link.is_unsubscribed), _yes_no(link.school_consent)),
        *(contact.emails[0].reveal() if contact.emails else "", mobile, home, contact.language),
    )


def _date(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 - three states of one fact, not a switch
    return {True: "Y", False: "N", None: ""}[value]
