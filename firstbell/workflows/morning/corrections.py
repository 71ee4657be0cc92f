"""When a pupil turns out to be in school after a message went, the same people get one short note."""

import dataclasses

from firstbell.records import Proposal, State
from firstbell.workflows.morning.session_now import SessionNow, session_at
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import proposal_key
from rules.contact.purposes import Purpose

TOLD = (State.SENT, State.DELIVERED, State.ANSWERED)
LOST = (State.BLOCKED, State.BOUNCED, State.EXPIRED, State.UNKNOWN)


def plan_corrections(office: Office, now: SessionNow) -> tuple[Proposal, ...]:
    """Propose a correction for each message of today that went and is no longer true; one each, and due at once.

    Morning marks are put right in the afternoon too, and the family still waits to hear.
    """
    found = office.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE, states=TOLD)
    sent = [p for p in found if p.session.date == now.session.date]
    seen = {session: session_at(office, now, session) for session in {p.session for p in sent}}
    wrong = [_correction(office, now, p) for p in sent if seen[p.session].is_in_school(p.subject_id)]
    return office.store.proposals.add(wrong, at=now.moment, actor="Firstbell")


def lost_corrections(office: Office) -> tuple[Proposal, ...]:
    """Today's corrections that will not arrive: the family still believes the first message."""
    found = office.store.proposals.find(purpose=Purpose.IN_SCHOOL_CORRECTION, states=LOST)
    return tuple(p for p in found if p.session.date == office.today())


def _correction(office: Office, now: SessionNow, told: Proposal) -> Proposal:
    purpose = Purpose.IN_SCHOOL_CORRECTION
    return dataclasses.replace(
        told,
        key=proposal_key(office.settings.school.key, told.subject_id, told.session, purpose, told.recipient_id),
        purpose=purpose,
        state=State.HELD,
        reason="The mark says now that the pupil is in school, and this contact was told otherwise.",
        planned_at=now.moment,
        release_at=now.moment,
        send_before=office.end_of(told.session.date),
        dispatch_key=None,
        draft_id=None,
    )
