"""Writes contacts and their links to pupils, the way an office fills them in over the years."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from firstbell.demo import names
from rules.people import Contact, Personal, Pupil, PupilContact

WITH_LANDLINE = 0.3
TITLES = {"Mother": "Ms", "Father": "Mr", "Grandmother": "Mrs", "Foster carer": "Mx", "Social worker": "Ms"}


@dataclass
class ContactBook:
    """The contacts so far; one random source, so that the same school is written again the same way."""

    rng: random.Random
    contacts: list[Contact] = field(default_factory=list)
    links: list[PupilContact] = field(default_factory=list)

    def add(
        self,
        relationship: str,
        surname: str,
        *,
        forename: str = "",
        emails: Sequence[str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Contact:
        """A new contact. Without `emails` or `phones` they get their own; an empty sequence means none."""
        first = forename or names.forename(self.rng)
        number = len(self.contacts) + 1
        own = [names.email(first, surname, number)] if emails is None else emails
        contact = Contact(
            id=f"C{number:06d}",
            title=TITLES[relationship],
            forename=Personal(first),
            surname=Personal(surname),
            emails=tuple(Personal(address) for address in own),
            phones=tuple(Personal(phone) for phone in (self._phones() if phones is None else phones)),
            language="English",
        )
        self.contacts.append(contact)
        return contact

    def link(
        self,
        pupil: Pupil,
        contact: Contact,
        relationship: str,
        priority: int,
        *,
        responsible: bool | None = True,
        at_home: bool = True,
        blocked: bool = False,
        school_consent: bool = False,
    ) -> None:
        """Put a contact on a pupil's record."""
        self.links.append(
            PupilContact(
                pupil_id=pupil.id,
                contact_id=contact.id,
                relationship=relationship,
                priority=priority,
                parental_responsibility=responsible,
                lives_with_pupil=at_home,
                is_blocked=blocked,
                is_unsubscribed=False,
                school_consent=school_consent,
            )
        )

    def _phones(self) -> list[str]:
        phones = [names.mobile(self.rng)]
        return [*phones, names.landline(self.rng)] if self.rng.random() < WITH_LANDLINE else phones
