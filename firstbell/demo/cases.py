"""The families that first-day contact must get right: each is one case a real attendance office has met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from firstbell.demo import names
from firstbell.demo.contact_book import ContactBook
from firstbell.demo.pupils import birthday
from rules.people import Pupil, PupilFlags

UNREMARKABLE = PupilFlags(
    pupil_premium=False,
    fsm=False,
    sen_status="N",
    ehcp=False,
    looked_after=False,
    child_protection=False,
    social_worker=False,
    young_carer=False,
    eal=False,
)


class Case(StrEnum):
    """What is particular about a family."""

    SIBLINGS_TOLD_TOGETHER = "brother and sister with the same two parents"
    SIBLINGS_TOLD_APART = "a court order keeps a father from one of two children"
    ESTRANGED_SHARED_INBOX = "a parent who must not be contacted shares the other's inbox"
    UNKNOWN_RESPONSIBILITY = "nobody recorded whether the contact has parental responsibility"
    LOOKED_AFTER = "looked after: a foster carer and a social worker"
    CHILD_PROTECTION = "a child protection plan"
    ADULT_PUPIL = "eighteen already"
    SENSITIVE = "a bereavement: no automatic message"
    SEPARATED_PARENTS = "parents who live apart, both first in line"
    DUPLICATED_CONTACT = "one mother recorded twice, once for each child"
    YOUNG_CARER = "a young carer"
    EHCP = "an education, health and care plan"
    NO_EMAIL = "a mother without an email address"
    TWO_ADDRESSES = "two email addresses in one field"
    LANDLINE_AS_MOBILE = "a landline in the mobile field"


Write = Callable[[ContactBook, Sequence[Pupil]], None]


@dataclass(frozen=True, slots=True)
class CaseFamily:
    """How to make one: who writes its contacts, how many pupils it has, what is flagged, and which year it needs."""

    write: Write
    pupils: int = 1
    flags: PupilFlags = UNREMARKABLE
    year_group: str = ""

    def pupil(self, pupil: Pupil, surname: Pupil) -> Pupil:
        """The pupil as this case needs them; brothers and sisters share the first one's surname."""
        born = birthday("13", 0) if self.year_group == "13" else pupil.date_of_birth
        return replace(pupil, surname=surname.surname, flags=self.flags, date_of_birth=born)


def two_parents(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    surname = pupils[0].surname.reveal()
    mother, father = book.add("Mother", surname), book.add("Father", surname)
    for pupil in pupils:
        book.link(pupil, mother, "Mother", 1)
        book.link(pupil, father, "Father", 2)


def one_mother(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    mother = book.add("Mother", pupils[0].surname.reveal())
    grandmother = book.add("Grandmother", names.surname(book.rng))
    for pupil in pupils:
        book.link(pupil, mother, "Mother", 1)
        book.link(pupil, grandmother, "Grandmother", 2, responsible=False, at_home=False)


def separated_parents(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    mother = book.add("Mother", pupils[0].surname.reveal())
    father = book.add("Father", names.surname(book.rng))
    for pupil in pupils:
        book.link(pupil, mother, "Mother", 1)
        book.link(pupil, father, "Father", 1, at_home=False)


def _court_order_on_the_second(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    mother = book.add("Mother", pupils[0].surname.reveal())
    father = book.add("Father", names.surname(book.rng))
    for position, pupil in enumerate(pupils):
        book.link(pupil, mother, "Mother", 1)
        book.link(pupil, father, "Father", 1, at_home=False, blocked=position > 0)


def _estranged_in_one_inbox(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    surname = pupils[0].surname.reveal()
    inbox = [names.email("family", surname, len(book.contacts) + 1)]
    mother, father = book.add("Mother", surname, emails=inbox), book.add("Father", surname, emails=inbox)
    book.link(pupils[0], mother, "Mother", 1)
    book.link(pupils[0], father, "Father", 2, at_home=False, blocked=True)


def _unknown_responsibility(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    father = book.add("Father", names.surname(book.rng))
    book.link(pupils[0], father, "Father", 1, responsible=None)


def _foster_carer_and_social_worker(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    carer = book.add("Foster carer", names.surname(book.rng))
    worker = book.add("Social worker", names.surname(book.rng))
    book.link(pupils[0], carer, "Foster carer", 1, responsible=False, school_consent=True)
    book.link(pupils[0], worker, "Social worker", 2, responsible=False, at_home=False)


def _one_mother_twice(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    surname, forename, phones = pupils[0].surname.reveal(), names.forename(book.rng), [names.mobile(book.rng)]
    inbox = [names.email(forename, surname, len(book.contacts) + 1)]
    for pupil in pupils:
        mother = book.add("Mother", surname, forename=forename, emails=inbox, phones=phones)
        book.link(pupil, mother, "Mother", 1)


def _no_email(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    book.link(pupils[0], book.add("Mother", pupils[0].surname.reveal(), emails=[]), "Mother", 1)


def _two_addresses(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    surname, forename, number = pupils[0].surname.reveal(), names.forename(book.rng), len(book.contacts) + 1
    addresses = f"{names.email(forename, surname, number)}; {names.email('work', surname, number)}"
    book.link(pupils[0], book.add("Mother", surname, forename=forename, emails=[addresses]), "Mother", 1)


def _landline_as_mobile(book: ContactBook, pupils: Sequence[Pupil]) -> None:
    mother = book.add("Mother", pupils[0].surname.reveal(), phones=[names.landline(book.rng)])
    book.link(pupils[0], mother, "Mother", 1)


FAMILIES = {
    Case.SIBLINGS_TOLD_TOGETHER: CaseFamily(two_parents, pupils=2),
    Case.SIBLINGS_TOLD_APART: CaseFamily(_court_order_on_the_second, pupils=2),
    Case.ESTRANGED_SHARED_INBOX: CaseFamily(_estranged_in_one_inbox),
    Case.UNKNOWN_RESPONSIBILITY: CaseFamily(_unknown_responsibility),
    Case.LOOKED_AFTER: CaseFamily(
        _foster_carer_and_social_worker, flags=replace(UNREMARKABLE, looked_after=True, social_worker=True)
    ),
    Case.CHILD_PROTECTION: CaseFamily(
        one_mother, flags=replace(UNREMARKABLE, child_protection=True, social_worker=True)
    ),
    Case.ADULT_PUPIL: CaseFamily(two_parents, year_group="13"),
    Case.SENSITIVE: CaseFamily(one_mother),
    Case.SEPARATED_PARENTS: CaseFamily(separated_parents),
    Case.DUPLICATED_CONTACT: CaseFamily(_one_mother_twice, pupils=2),
    Case.YOUNG_CARER: CaseFamily(one_mother, flags=replace(UNREMARKABLE, young_carer=True)),
    Case.EHCP: CaseFamily(two_parents, flags=replace(UNREMARKABLE, ehcp=True, sen_status="E")),
    Case.NO_EMAIL: CaseFamily(_no_email),
    Case.TWO_ADDRESSES: CaseFamily(_two_addresses),
    Case.LANDLINE_AS_MOBILE: CaseFamily(_landline_as_mobile),
}
