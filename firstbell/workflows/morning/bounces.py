"""A message that bounced reached nobody: the next contact is told, and after the last one the pupil is telephoned."""

import datetime as dt

from firstbell.records import Bounce, Proposal, State
from firstbell.workflows.morning.planning import decisions_for, first_day_proposal
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.office import Office
from rules.contact.households import sharing_group
from rules.contact.permissions import next_contact
from rules.contact.purposes import Purpose

PURPOSE = Purpose.FIRST_DAY_ABSENCE


def take_bounces(office: Office, now: SessionNow) -> int:
    """Mark what bounced today, and propose the next contact of each pupil concerned. Returns how many bounced."""
    morning = office.at(now.session.date, dt.time())
    return sum(_mark(office, bounce) for bounce in office.mailer.bounces(morning))


def _mark(office: Office, bounce: Bounce) -> bool:
    members = office.store.proposals.find(dispatch_key=bounce.key)
    reason = "The address refused it for good." if bounce.is_permanent else "It could not be delivered."
    marked = [
        office.store.proposals.move(
            [p.key], p.state, State.BOUNCED, at=office.clock.now(), actor="Firstbell", reason=reason
        )
        for p in members
        if p.state in {State.SENT, State.DELIVERED}
    ]
    return any(marked)


def plan_next_contacts(office: Office, now: SessionNow) -> tuple[Proposal, ...]:
    """For each pupil still unexplained whose messages all bounced, propose the next contact there is, due at once."""
    made = office.store.proposals.find(session=now.session, purpose=PURPOSE)
    planned = []
    for pupil in now.unexplained():
        tried = [p for p in made if p.subject_id == pupil.id]
        if not tried or any(p.state is not State.BOUNCED for p in tried):
            continue
        decisions = decisions_for(now, pupil)
        following = next_contact(decisions, frozenset(p.address for p in tried))
        if following is not None:
            group = sharing_group(decisions, PURPOSE, now.session)
            planned.append(first_day_proposal(office, now, pupil, following, group, at_once=True))
    return office.store.proposals.add(planned, at=now.moment, actor="Firstbell")
