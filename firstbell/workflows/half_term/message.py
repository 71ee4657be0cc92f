"""The half-term message: how many days a child missed, as a new half-term begins. Proposed here, approved by a person.

A trial in 105 English secondary schools found that saying the days missed cut absence a little, and that comparing with
other pupils added nothing; its staff first took out bereavement, long illness and the like by hand. So the message has
no comparison, comes as a fresh start, and never goes to a family on the hold list.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from firstbell.messages.contexts import HalfTermDaysMissed, reference_of
from firstbell.messages.shown import days_in_words
from firstbell.records import Message, Proposal, State
from firstbell.workflows.half_term.picture import PURPOSE, Missed, Picture, fresh_start, look_at_half_term
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import NOBODY, proposal_key
from firstbell.workflows.outgoing.sending import NothingIsDue, Round, send_due
from rules.contact.addresses import address_key
from rules.contact.households import sharing_group
from rules.contact.permissions import Decision, contacts_to_tell
from rules.people import Personal, Pupil

# One sentence for every cause, so that a line of the Queue does not tell which it is.
ON_THE_HOLD_LIST = (
    "The pupil is on the hold list, so no automatic message is proposed; somebody who knows the family decides."
)


@dataclass(frozen=True, slots=True)
class HalfTermSummary:
    """What one planning run came to, in pupils but for `proposed`, which counts messages; and why, in a sentence."""

    sentence: str
    proposed: int = 0
    below_minimum: int = 0
    on_hold_list: int = 0
    nobody_to_tell: int = 0


def propose_half_term_messages(office: Office, as_of: dt.date) -> HalfTermSummary:
    """Propose a message for each pupil who missed enough days; nothing is held or sent before a person approves it.

    Safe to repeat. Raises NeedsHuman when the register in the store is not of today.
    """
    start = fresh_start(office.mis.calendar(), as_of, office.settings.half_term.send_within_school_days)
    if start is None:
        return HalfTermSummary("No half-term begins now, so no half-term message is proposed.")
    picture = look_at_half_term(office, start, as_of)
    planned = [p for pupil in picture.pupils() for p in _for_pupil(picture, pupil)]
    added = office.store.proposals.add(planned, at=office.clock.now(), actor="Firstbell")
    return _summary(picture, added)


def send_half_term_messages(office: Office, as_of: dt.date, kept_back: Collection[str] = frozenset()) -> Round | None:
    """Send those that a person approved and whose time has come, each read again first; None when no half-term begins.

    What a run of the last days left half-way is settled all the same. `kept_back`: keys of those on their way that
    somebody would stop or hold.
    Raises NeedsHuman when the register in the store is not of today.
    """
    start = fresh_start(office.mis.calendar(), as_of, office.settings.half_term.send_within_school_days)
    if start is None:
        Round(office, PURPOSE, NothingIsDue()).run()
        return None
    letter = HalfTermLetter(look_at_half_term(office, start, as_of))
    return send_due(office, PURPOSE, letter, lambda p: p.key not in letter.picture.notes.kept_back | set(kept_back))


@dataclass(frozen=True, slots=True)
class HalfTermLetter:
    """Tells a contact how many days a child missed: the register's figures at the moment of sending."""

    picture: Picture

    def objection(self, proposal: Proposal) -> str | None:
        """Counts the days and reads the hold list and the permissions again."""
        pupil = self.picture.pupil(proposal.subject_id)
        if pupil is None:
            return "The pupil is no longer on roll."
        if self.picture.is_on_hold_list(pupil):
            return ON_THE_HOLD_LIST
        return self._count_objection(pupil, proposal) or self._contact_objection(pupil, proposal)

    def _count_objection(self, pupil: Pupil, proposal: Proposal) -> str | None:
        """Fewer days than were approved are told as they are now; more were never approved."""
        missed = self.picture.missed(pupil)
        if self.picture.is_below_minimum(missed):
            return "The register was put right, and too few days are left to write about."
        approved = Missed(int(proposal.facts["last_half_term"]), int(proposal.facts["this_year"]))
        is_more = missed.last_half_term > approved.last_half_term or missed.this_year > approved.this_year
        return "The register now shows more days than were approved." if is_more else None

    def _contact_objection(self, pupil: Pupil, proposal: Proposal) -> str | None:
        decisions = self.picture.decisions(pupil)
        decision = next((d for d in decisions if d.contact_id == proposal.recipient_id), None)
        if decision is None or not decision.may_be_told or decision.address is None:
            return "This contact may not be told any more." if decision is None else decision.sentence
        same = address_key(decision.address) == address_key(proposal.address)
        return None if same else "The contact's address has changed."

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One message for all children of the members, each with its own days."""
        wanted = {p.subject_id for p in members}
        pupils = [pupil for pupil in self.picture.pupils() if pupil.id in wanted]
        missed = [self.picture.missed(pupil) for pupil in pupils]
        office, school = self.picture.office, self.picture.office.settings.school
        context = HalfTermDaysMissed(
            children=tuple(pupil.forename for pupil in pupils),
            days_last_half_term=_days(m.last_half_term for m in missed),
            days_this_year=_days(m.this_year for m in missed),
            school_name=school.name,
            school_phone=school.phone,
            absence_email=school.absence_email,
            reference=reference_of(key),
        )
        first = members[0]
        return office.wording.email(PURPOSE, context, key=key, to=first.address, send_before=first.send_before)


def _days(sessions: Iterable[int]) -> tuple[Personal, ...]:
    return tuple(Personal(days_in_words(count)) for count in sessions)


def _for_pupil(picture: Picture, pupil: Pupil) -> list[Proposal]:
    missed = picture.missed(pupil)
    if picture.is_below_minimum(missed):
        return []
    if picture.is_on_hold_list(pupil):
        return [_proposal(picture, pupil, missed, ON_THE_HOLD_LIST, {"guard": "hold list"})]
    decisions = picture.decisions(pupil)
    chosen = contacts_to_tell(decisions, picture.office.settings.first_day.contacts_told_first)
    if not chosen:
        reasons = dict.fromkeys(d.sentence for d in decisions) or {"The MIS holds no contact for this pupil.": None}
        return [_proposal(picture, pupil, missed, " ".join(reasons), {})]
    group = sharing_group(decisions, PURPOSE, picture.start.session)
    return [_to_contact(picture, pupil, missed, decision, group) for decision in chosen]


def _to_contact(picture: Picture, pupil: Pupil, missed: Missed, decision: Decision, group: str) -> Proposal:
    facts = {"relationship": decision.relationship}
    return _proposal(picture, pupil, missed, f"{missed}. {decision.sentence}", facts, (decision, group))


def _proposal(
    picture: Picture,
    pupil: Pupil,
    missed: Missed,
    reason: str,
    facts: dict[str, str],
    told: tuple[Decision, str] | None = None,
) -> Proposal:
    """A message that waits for approval, or with nobody in `told` a line that says why there is none."""
    office, start = picture.office, picture.start
    recipient, group = (told[0].contact_id, told[1]) if told else (NOBODY, NOBODY)
    counts = {"last_half_term": str(missed.last_half_term), "this_year": str(missed.this_year)}
    return Proposal(
        key=proposal_key(office.settings.school.key, pupil.id, start.session, PURPOSE, recipient),
        purpose=PURPOSE,
        session=start.session,
        subject_id=pupil.id,
        recipient_id=recipient,
        address=(told and told[0].address) or Personal(""),
        group=group,
        state=State.PROPOSED if told else State.BLOCKED,
        reason=reason,
        planned_at=office.clock.now(),
        release_at=office.at(start.begins, office.settings.half_term.send_at),
        send_before=office.at(start.last_day, dt.time(18)),
        facts=facts | counts,
    )


def _summary(picture: Picture, added: tuple[Proposal, ...]) -> HalfTermSummary:
    pupils = picture.pupils()
    found = Counter((p.state, p.facts.get("guard", "")) for p in added)
    below = sum(
        picture.is_below_minimum(missed) and missed.last_half_term > 0 for missed in map(picture.missed, pupils)
    )
    proposed = found[State.PROPOSED, ""]
    return HalfTermSummary(
        f"{proposed} half-term messages wait for a named person's approval in the Queue.",
        proposed=proposed,
        below_minimum=below,
        on_hold_list=found[State.BLOCKED, "hold list"],
        nobody_to_tell=found[State.BLOCKED, ""],
    )
