"""The two letters of the morning: "is not marked in", and "is in school after all"."""

from dataclasses import dataclass

from firstbell.messages.contexts import FirstDayAbsence, InSchoolCorrection, reference_of
from firstbell.records import Message, Proposal
from firstbell.workflows.morning.planning import decisions_for, situation_of
from firstbell.workflows.morning.session_now import SessionNow, look, look_again, usable
from firstbell.workflows.office import Office
from firstbell.workflows.words import session_in_words
from rules.contact.addresses import address_key
from rules.contact.guards import guard_against
from rules.contact.purposes import Purpose
from rules.people import Personal


@dataclass(frozen=True, slots=True)
class FirstDayLetter:
    """Tells a contact that a pupil is not marked in."""

    office: Office
    now: SessionNow

    def objection(self, proposal: Proposal) -> str | None:
        """Reads the mark, the lists and the permissions again at this moment."""
        return objection_now(_look(self.office, self.now, proposal), proposal)

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One message, naming each of the members' pupils once."""
        school = self.office.settings.school
        context = FirstDayAbsence(
            children=_forenames(self.now, members),
            session_words=session_in_words(members[0].session),
            school_name=school.name,
            school_phone=school.phone,
            absence_email=school.absence_email,
            reference=reference_of(key),
        )
        return _email(self.office, Purpose.FIRST_DAY_ABSENCE, context, members, key)


@dataclass(frozen=True, slots=True)
class CorrectionLetter:
    """Tells the same contact that the pupil is in school."""

    office: Office
    now: SessionNow

    def objection(self, proposal: Proposal) -> str | None:
        """A correction goes while the mark says that the pupil is in school, and never to somebody blocked since."""
        now = _look(self.office, self.now, proposal)
        if not now.is_in_school(proposal.subject_id):
            return "The mark no longer says that the pupil is in school."
        return _objection_to_address(now, proposal)

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One short note for each of the members' pupils."""
        school = self.office.settings.school
        context = InSchoolCorrection(
            children=_forenames(self.now, members),
            session_words=session_in_words(members[0].session),
            school_name=school.name,
            school_phone=school.phone,
            reference=reference_of(key),
        )
        return _email(self.office, Purpose.IN_SCHOOL_CORRECTION, context, members, key)


def _look(office: Office, now: SessionNow, proposal: Proposal) -> SessionNow:
    """The proposal's own session at this moment: what is left of a morning is not judged by the afternoon."""
    if proposal.session == now.session:
        return look_again(office, now)
    return usable(office, look(office, proposal.session))


def objection_now(now: SessionNow, proposal: Proposal) -> str | None:
    """Why a first-day message must not go at this moment; None when it is still true and its contact may be told."""
    pupil = now.pupils.get(proposal.subject_id)
    if pupil is None:
        return "The pupil is no longer on roll."
    if now.is_explained(pupil.id):
        return "Somebody has written down the reason."
    guarded = guard_against(situation_of(now, pupil))
    if guarded is not None:
        return guarded.sentence
    decision = next((d for d in decisions_for(now, pupil) if d.contact_id == proposal.recipient_id), None)
    if decision is None or not decision.may_be_told or decision.address is None:
        return "This contact may not be told any more." if decision is None else decision.sentence
    same = address_key(decision.address) == address_key(proposal.address)
    return None if same else "The contact's address has changed."


def _objection_to_address(now: SessionNow, proposal: Proposal) -> str | None:
    """Why this address must not be written to any more; whoever was renumbered in the MIS is known by the address."""
    pupil = now.pupils.get(proposal.subject_id)
    if pupil is None:
        return "The pupil is no longer on roll."
    mine = address_key(proposal.address)
    same = [d for d in decisions_for(now, pupil, proposal.purpose) if d.address and address_key(d.address) == mine]
    if not same:
        return "The address is no longer on the pupil's record."
    return next((d.sentence for d in same if not d.may_be_told), None)


def _forenames(now: SessionNow, members: tuple[Proposal, ...]) -> tuple[Personal, ...]:
    return tuple(now.pupils[pupil_id].forename for pupil_id in sorted({p.subject_id for p in members}))


def _email(
    office: Office,
    purpose: Purpose,
    context: FirstDayAbsence | InSchoolCorrection,
    members: tuple[Proposal, ...],
    key: str,
) -> Message:
    return office.wording.email(purpose, context, key=key, to=members[0].address, send_before=members[0].send_before)
