"""A family to ask questions of: a pupil, Alicia unless told otherwise, and contacts added by name."""

import datetime as dt
from collections.abc import Callable

import pytest

from rules.contact.permissions import Decision, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact

MONDAY = dt.date(2026, 11, 23)


class Family:
    def __init__(self, pupil_id="alicia", born=dt.date(2014, 5, 2), year_group="7"):
        self.pupil = Pupil(pupil_id, Personal("Alicia"), Personal("Example"), born, year_group)
        self.contacts: dict[str, Contact] = {}
        self.links: list[PupilContact] = []

    def contact(self, contact_id, *emails, phones=(), priority=1, parental_responsibility=True, **flags) -> "Family":
        addresses, numbers = tuple(map(Personal, emails)), tuple(map(Personal, phones))
        name = Personal(contact_id), Personal("Example")
        self.contacts[contact_id] = Contact(contact_id, "", *name, addresses, numbers)
        self.links.append(PupilContact(self.pupil.id, contact_id, "parent", priority, parental_responsibility, **flags))
        return self

    def decisions(self, purpose=Purpose.FIRST_DAY_ABSENCE, as_of=MONDAY, blocked=()) -> tuple[Decision, ...]:
        typed = frozenset(Personal(address) for address in blocked)
        return who_may_be_told(self.pupil, self.links, self.contacts, purpose, as_of, typed)

    def refusals(self, **asked) -> dict[str, str | None]:
        return {decision.contact_id: decision.refusal for decision in self.decisions(**asked)}


@pytest.fixture
def a_family() -> Callable[..., Family]:
    return Family
