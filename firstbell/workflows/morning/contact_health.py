"""What is wrong with the details the morning relies on, so that it is mended before it is needed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from firstbell.records import Proposal, State
from firstbell.workflows.morning.planning import for_tutors
from firstbell.workflows.morning.session_now import SessionNow
from rules.contact.permissions import Refusal, who_may_be_told
from rules.contact.purposes import Purpose
from rules.parameters import parameter
from rules.people import Contact, Pupil, PupilContact
from rules.school_age import doubt_about_birth

MEND = {
    Refusal.RESPONSIBILITY_UNKNOWN: "Record in the MIS who has parental responsibility.",
    Refusal.NO_ADDRESS: "Ask for an e-mail address.",
    Refusal.BAD_ADDRESS: "Correct the e-mail address in the MIS: one address, nothing else.",
    Refusal.SHARES_ADDRESS: "The safeguarding team asks for an address of the contact's own.",
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One thing to mend about one pupil's details; rank 1 first."""

    pupil: Pupil
    rank: int
    wrong: str
    mend: str


def contact_health(
    pupils: Iterable[Pupil],
    contacts: Mapping[str, Contact],
    links: Mapping[str, tuple[PupilContact, ...]],
    as_of: dt.date,
) -> tuple[HealthLine, ...]:
    """Everything to mend for these pupils, those nobody can be told about first. `links` are by pupil id."""
    lines = [line for pupil in pupils for line in _lines(pupil, links.get(pupil.id, ()), contacts, as_of)]
    return tuple(sorted(lines, key=lambda line: (line.rank, line.pupil.id, line.wrong)))


def bounced_addresses(pupils: Mapping[str, Pupil], proposals: Iterable[Proposal]) -> tuple[HealthLine, ...]:
    """Pupils with a contact whose address sent a message back."""
    bounced = sorted({p.subject_id for p in proposals if p.state is State.BOUNCED and p.subject_id in pupils})
    wrong, mend = "A message to a contact came back.", "Ask the family for the right e-mail address."
    return tuple(HealthLine(pupils[pupil_id], 2, wrong, mend) for pupil_id in bounced)


def reasons_against_marks(now: SessionNow) -> tuple[HealthLine, ...]:
    """Pupils whose parent gave a reason for absence while the register says they are in school."""
    said = sorted(pupil_id for pupil_id, session in now.notes.said_absent if session == now.session)
    wrong = "A reason for absence was given, yet the register says the pupil is in school."
    mend = "Find the pupil, then correct the mark or take the reason out."
    found = (pupil_id for pupil_id in said if pupil_id in now.pupils and now.is_in_school(pupil_id))
    return tuple(HealthLine(now.pupils[pupil_id], 1, wrong, mend) for pupil_id in found)


def _lines(
    pupil: Pupil, links: tuple[PupilContact, ...], contacts: Mapping[str, Contact], as_of: dt.date
) -> Iterator[HealthLine]:
    decisions = who_may_be_told(pupil, links, contacts, Purpose.FIRST_DAY_ABSENCE, as_of=as_of)
    reasons = dict.fromkeys(d.refusal for d in decisions if d.refusal)
    if not any(d.may_be_told for d in decisions) and Refusal.PUPIL_IS_ADULT not in reasons:
        yield HealthLine(
            pupil, 1, "Nobody can be told by message when this pupil is absent.", _first_mend(list(reasons))
        )
    for refusal in reasons:
        if refusal in MEND:
            yield HealthLine(pupil, 2, next(for_tutors(d) for d in decisions if d.refusal is refusal), MEND[refusal])
    doubt = pupil.date_of_birth and doubt_about_birth(pupil.date_of_birth, pupil.year_group, as_of)
    if doubt:
        yield HealthLine(pupil, 2, doubt, "Correct it in the MIS: compulsory school age goes by it.")
    least = parameter("contact/emergency_contacts").on(as_of).value
    if len({link.contact_id for link in links}) < least:
        yield HealthLine(pupil, 3, f"Fewer than {least} emergency contacts.", "Ask the family for another contact.")
    if any(_is_landline(contacts[link.contact_id]) for link in links if link.contact_id in contacts):
        yield HealthLine(
            pupil, 4, "A contact has a landline where a mobile number is expected.", "Ask for a mobile number."
        )


def _first_mend(reasons: list[Refusal]) -> str:
    return next((MEND[reason] for reason in reasons if reason in MEND), "Look at this pupil's contacts in the MIS.")


def _is_landline(contact: Contact) -> bool:
    """A first number that is no UK mobile: the MIS's main number is where a text message would go."""
    first = contact.phones[0].reveal().replace(" ", "") if contact.phones else ""
    return bool(first) and not first.startswith(("07", "+447", "00447"))
