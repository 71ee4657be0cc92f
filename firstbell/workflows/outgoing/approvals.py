"""A named person's approval: some purposes leave only after somebody has said yes to that very message.

The ledger is what counts, not the state: `send_due` asks here for every message of such a purpose, so that whatever
brings one to HELD, without an entry signed by a person nothing leaves.
"""

from firstbell.records import Proposal, State
from firstbell.settings import StaffMember
from firstbell.workflows.office import Office
from rules.contact.purposes import PURPOSES

APPROVAL = "approval.given"


class NotApproved(Exception):
    """The message can't be approved; the text is the plain sentence for its row."""


def approve(office: Office, key: str, person: StaffMember) -> str:
    """Approve one proposed message, so that it may go when its time has come; returns the sentence for its row.

    Raises NotApproved for a message that is not there or waits for nobody, or when its time has passed.
    """
    proposal = next((p for p in _waiting_or_later(office) if p.key == key), None)
    if proposal is None:
        raise NotApproved("No message with this key waits for approval.")
    if office.settings.person(person.initials) != person:
        raise NotApproved("Only somebody in the school's settings can approve a message.")
    if proposal.state is not State.PROPOSED:
        raise NotApproved(f"There is nothing to approve: the message is {proposal.state}.")
    if proposal.send_before <= office.clock.now():
        raise NotApproved("Too late: its time has passed. Nothing is sent.")
    _record(office, proposal, person)
    return f"Approved by {person.initials}. It goes when its time comes, if it is still true."


def approved_keys(office: Office) -> frozenset[str]:
    """The keys of all messages that a person has approved."""
    return frozenset(entry.facts["key"] for entry in office.store.ledger.entries(kind=APPROVAL))


def _waiting_or_later(office: Office) -> tuple[Proposal, ...]:
    purposes = (purpose for purpose, rules in PURPOSES.items() if rules.needs_approval)
    return tuple(p for purpose in purposes for p in office.store.proposals.find(purpose=purpose))


def _record(office: Office, proposal: Proposal, person: StaffMember) -> None:
    """The signature first: a crash between the two leaves a proposal that can be approved again."""
    now, actor = office.clock.now(), person.initials
    facts = {"key": proposal.key, "purpose": proposal.purpose, "role": person.role, "says": proposal.reason}
    office.store.ledger.append(APPROVAL, at=now, actor=actor, facts=facts, pupil_id=proposal.subject_id)
    office.store.proposals.move(
        [proposal.key], State.PROPOSED, State.HELD, at=now, actor=actor, reason=f"Approved by {actor}."
    )
