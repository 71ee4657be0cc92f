"""Who may be told about a pupil: decided last, at the moment of sending, and no whenever anything is in doubt."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.contact.addresses import address_key, is_one_address, mailboxes_in, phone_key
from rules.contact.purposes import PURPOSES, Audience, Purpose
from rules.parameters import Entry, parameter
from rules.people import Contact, Personal, Pupil, PupilContact

# Pupils turn 18 in year 13 at the earliest; without a date of birth only these may be adults.
MAY_BE_ADULT = frozenset({"13", "14"})

MAJORITY, RESPONSIBILITY = "contact/age_of_majority", "contact/parental_responsibility"
LAW_OF_PURPOSE = {
    Purpose.FIRST_DAY_ABSENCE: "contact/first_day_contact",
    Purpose.IN_SCHOOL_CORRECTION: "contact/correction",
    Purpose.HALF_TERM_DAYS_MISSED: "contact/support_first",
    Purpose.SUPPORT_LETTER: "contact/support_first",
    Purpose.SUPPORT_MEETING: "contact/support_first",
    Purpose.ATTENDANCE_CONTRACT_OFFER: "contact/attendance_contract",
    Purpose.NOTICE_TO_IMPROVE_DRAFT: "contact/notice_to_improve",
}


class Refusal(StrEnum):
    """Why a contact may not be told by message; the first that applies, in this order."""

    BLOCKED = "blocked"
    SHARES_ADDRESS = "shares an address with a blocked contact"
    NOT_FOR_CONTACTS = "the purpose does not speak to contacts"
    PUPIL_IS_ADULT = "the pupil is an adult"
    AGE_UNKNOWN = "the pupil may be an adult"
    CONTRADICTORY = "the MIS contradicts itself"
    RESPONSIBILITY_UNKNOWN = "parental responsibility unknown"
    NO_RESPONSIBILITY = "no parental responsibility"
    UNSUBSCRIBED = "unsubscribed"
    NO_ADDRESS = "no address"
    BAD_ADDRESS = "unusable address"

    @property
    def sentence(self) -> str:
        """For staff: why, and what to do. Names nobody."""
        return SENTENCES[self]


SENTENCES = {
    Refusal.BLOCKED: "This contact must not be contacted about this pupil: no message and no call.",
    Refusal.SHARES_ADDRESS: (
        "This contact shares an inbox with someone who must not be contacted about this pupil, so nothing is sent "
        "there; ask the safeguarding lead before you call."
    ),
    Refusal.NOT_FOR_CONTACTS: "Messages of this purpose are for staff and are never sent to a pupil's contacts.",
    Refusal.PUPIL_IS_ADULT: "The pupil is 18 or over, so speak with the pupil; contacts are not told.",
    Refusal.AGE_UNKNOWN: (
        "The MIS gives no date of birth and the pupil may be 18, so nothing is sent; add the date, then call."
    ),
    Refusal.CONTRADICTORY: (
        "The MIS lists this contact more than once for the pupil and the entries differ, so nothing is sent; mend the "
        "record, then call."
    ),
    Refusal.RESPONSIBILITY_UNKNOWN: (
        "The MIS does not say whether this contact has parental responsibility, so nothing is sent; check the record, "
        "then call."
    ),
    Refusal.NO_RESPONSIBILITY: (
        "This contact has no parental responsibility and the school has not recorded that they may be told, so nothing "
        "is sent; if you call, ask them to get in touch and give no reason."
    ),
    Refusal.UNSUBSCRIBED: "This contact has unsubscribed from messages, so the pupil goes on the phone list: call.",
    Refusal.NO_ADDRESS: "There is no e-mail address for this contact, so the pupil goes on the phone list: call.",
    Refusal.BAD_ADDRESS: (
        "What the MIS holds is not exactly one e-mail address, so nothing is sent; call, and mend the record."
    ),
}


LAW_OF_REFUSAL = {
    Refusal.PUPIL_IS_ADULT: (MAJORITY,),
    Refusal.RESPONSIBILITY_UNKNOWN: (RESPONSIBILITY,),
    Refusal.NO_RESPONSIBILITY: (RESPONSIBILITY,),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one contact may be told, with the sentence staff read and the law it rests on."""

    contact_id: str
    relationship: str
    priority: int | None
    address: Personal | None
    may_be_told: bool
    refusal: Refusal | None
    sentence: str
    parameters: tuple[Entry, ...] = ()


def who_may_be_told(
    pupil: Pupil,
    links: Iterable[PupilContact],
    contacts: Mapping[str, Contact],
    purpose: Purpose,
    as_of: dt.date,
    blocked_addresses: Collection[Personal] = frozenset(),
) -> tuple[Decision, ...]:
    """Every contact of the pupil, first priority first, each with whether they may be told on `as_of` and why.

    `links` and `contacts` (by id) may be the whole school's. `blocked_addresses` are those the safeguarding lead typed,
    telephone numbers among them: whoever uses one is blocked. A contact with parental responsibility may be told, and
    one without it only by the school's own recorded consent. `is_blocked` None counts as not blocked, because an MIS
    without such a flag can't raise it and court orders then stand in the Safeguarding workbook; parental responsibility
    None counts as no. Unsubscribing stops even a safety message, and the pupil is called about instead. Raises
    UnknownParameter for a date the cited law does not cover.
    """
    own = tuple(dict.fromkeys(link for link in links if link.pupil_id == pupil.id))
    family = _Family(own, contacts, blocked_addresses)
    about_pupil = _refusal_for_pupil(pupil, purpose, as_of)
    return tuple(sorted((_decision(link, family, about_pupil, purpose, as_of) for link in own), key=_order))


class _Family:
    """A pupil's links with what they say together: who is blocked, and which inboxes a blocked person may read."""

    def __init__(
        self, links: tuple[PupilContact, ...], people: Mapping[str, Contact], blocked_addresses: Collection[Personal]
    ) -> None:
        self.people = people
        typed = {box for address in blocked_addresses for box in mailboxes_in(address)}
        self.blocked = {link.contact_id for link in links if link.is_blocked}
        numbers = {number for address in blocked_addresses if (number := phone_key(address))}
        # Whoever uses one is blocked with all their inboxes, also when the record is a sibling's.
        if typed:
            self.blocked |= {contact_id for contact_id in people if typed & self.mailboxes(contact_id)}
        if numbers:
            self.blocked |= {contact_id for contact_id in people if numbers & self.numbers(contact_id)}
        self.blocked_mailboxes = {box for contact_id in self.blocked for box in self.mailboxes(contact_id)}
        times = Counter(link.contact_id for link in links)
        self.contradictory = {contact_id for contact_id, count in times.items() if count > 1}

    def mailboxes(self, contact_id: str) -> set[str]:
        contact = self.people.get(contact_id)
        return {box for email in contact.emails for box in mailboxes_in(email)} if contact else set()

    def numbers(self, contact_id: str) -> set[str]:
        contact = self.people.get(contact_id)
        return {phone_key(phone) for phone in contact.phones} - {""} if contact else set()

    def address(self, contact_id: str) -> Personal | None:
        contact = self.people.get(contact_id)
        return contact.emails[0] if contact and contact.emails else None


def _refusal_for_pupil(pupil: Pupil, purpose: Purpose, as_of: dt.date) -> Refusal | None:
    if PURPOSES[purpose].audience is not Audience.CONTACTS:
        return Refusal.NOT_FOR_CONTACTS
    if pupil.date_of_birth is None:
        return Refusal.AGE_UNKNOWN if pupil.year_group in MAY_BE_ADULT else None
    return Refusal.PUPIL_IS_ADULT if is_adult(pupil.date_of_birth, as_of) else None


def is_adult(date_of_birth: dt.date, as_of: dt.date) -> bool:
    """Whether someone born on that date is of age on `as_of`; born on 29 February, from 1 March in a common year."""
    majority: int = parameter(MAJORITY).on(as_of).value
    return age_on(date_of_birth, as_of) >= majority


def age_on(date_of_birth: dt.date, day: dt.date) -> int:
    """Age in whole years on a date."""
    had_birthday = (day.month, day.day) >= (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - (not had_birthday)


def _refusal(link: PupilContact, family: _Family, about_pupil: Refusal | None) -> Refusal | None:
    address = family.address(link.contact_id)
    refusals = {
        Refusal.BLOCKED: link.contact_id in family.blocked,
        Refusal.SHARES_ADDRESS: bool(family.mailboxes(link.contact_id) & family.blocked_mailboxes),
        about_pupil: about_pupil is not None,
        Refusal.CONTRADICTORY: link.contact_id in family.contradictory,
        Refusal.RESPONSIBILITY_UNKNOWN: link.parental_responsibility is None and not link.school_consent,
        Refusal.NO_RESPONSIBILITY: link.parental_responsibility is False and not link.school_consent,
        Refusal.UNSUBSCRIBED: bool(link.is_unsubscribed),
        Refusal.NO_ADDRESS: not address,
        Refusal.BAD_ADDRESS: address is not None and not is_one_address(address),
    }
    return next((refusal for refusal, applies in refusals.items() if applies), None)


def _decision(
    link: PupilContact, family: _Family, about_pupil: Refusal | None, purpose: Purpose, as_of: dt.date
) -> Decision:
    refusal = _refusal(link, family, about_pupil)
    return Decision(
        contact_id=link.contact_id,
        relationship=link.relationship,
        priority=link.priority,
        address=family.address(link.contact_id),
        may_be_told=refusal is None,
        refusal=refusal,
        sentence=_why_allowed(link) if refusal is None else refusal.sentence,
        parameters=_law(refusal, purpose, as_of),
    )


def _why_allowed(link: PupilContact) -> str:
    if link.parental_responsibility:
        return "This contact has parental responsibility and may be told."
    return "This contact has no recorded parental responsibility; the school has recorded that they may be told."


def _law(refusal: Refusal | None, purpose: Purpose, as_of: dt.date) -> tuple[Entry, ...]:
    """The entries a decision rests on: none where it rests on an order, a flag or an address."""
    names = LAW_OF_REFUSAL.get(refusal, ()) if refusal else (RESPONSIBILITY, LAW_OF_PURPOSE[purpose])
    return tuple(parameter(name).on(as_of) for name in names)


def _order(decision: Decision) -> tuple[bool, int, str, str]:
    return decision.priority is None, decision.priority or 0, decision.contact_id, decision.sentence


def contacts_to_tell(decisions: Iterable[Decision], how_many: int) -> tuple[Decision, ...]:
    """The first `how_many` contacts who may be told, by priority, one for each address.

    Contacts of the same priority as the last one go with it, so two parents placed first are both told. Contacts
    without a priority are not the same as each other.
    """
    chosen: list[Decision] = []
    for decision in _one_for_each_address(decisions):
        ties = chosen and decision.priority is not None and decision.priority == chosen[-1].priority
        if len(chosen) >= how_many and not ties:
            break
        chosen.append(decision)
    return tuple(chosen)


def next_contact(decisions: Iterable[Decision], already_tried_addresses: Iterable[Personal]) -> Decision | None:
    """The next contact who may be told at an address not tried yet; None when the pupil must go on the phone list."""
    tried = {address_key(address) for address in already_tried_addresses}
    untried = (d for d in _one_for_each_address(decisions) if d.address and address_key(d.address) not in tried)
    return next(untried, None)


def _one_for_each_address(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Those who may be told, in order, without a second one for an address."""
    by_address: dict[str, Decision] = {}
    for decision in sorted(decisions, key=_order):
        if decision.may_be_told and decision.address:
            by_address.setdefault(address_key(decision.address), decision)
    return tuple(by_address.values())
