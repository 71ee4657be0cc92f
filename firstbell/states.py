"""The life of a proposal: which steps are allowed, and what the ledger keeps of each. docs/states.md is this table.

Kept apart from any store, so that the fake and the real one cannot come to differ.
"""

from dataclasses import replace

from firstbell.records import Proposal, State
from rules.contact.purposes import PURPOSES, Audience

ALLOWED_STEPS: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.HELD, State.BLOCKED}),
    State.HELD: frozenset({State.RELEASING, State.STOPPED, State.BLOCKED, State.RECALLED, State.EXPIRED}),
    State.RELEASING: frozenset({State.SENDING, State.HELD, State.RECALLED, State.EXPIRED, State.STOPPED}),
    State.SENDING: frozenset({State.SENT, State.BOUNCED, State.UNKNOWN, State.RELEASING, State.HELD}),
    State.UNKNOWN: frozenset({State.SENT, State.SENDING, State.HELD, State.STOPPED}),
    State.SENT: frozenset({State.DELIVERED, State.BOUNCED, State.ANSWERED}),
    State.DELIVERED: frozenset({State.ANSWERED, State.BOUNCED}),
    State.BOUNCED: frozenset({State.ANSWERED}),
    State.BLOCKED: frozenset({State.HELD}),
    State.STOPPED: frozenset({State.HELD}),
    State.ANSWERED: frozenset(),
    State.RECALLED: frozenset(),
    State.EXPIRED: frozenset(),
}


def check_step(old: State, new: State, dispatch_key: str | None) -> None:
    """Raise ValueError for a step the life of a message does not have: a mistake in our code, never in the data."""
    if new not in ALLOWED_STEPS[old]:
        raise ValueError(f"no proposal goes from '{old}' to '{new}'; see docs/states.md")
    if (new is State.RELEASING) != (dispatch_key is not None):
        raise ValueError("a dispatch key goes with the step to 'releasing', and with no other")


def stepped(proposal: Proposal, new: State, reason: str, dispatch_key: str | None) -> Proposal:
    """The proposal after a step. HELD lets go of dispatch and draft; a new dispatch lets go of the old one's draft."""
    if new is State.HELD:
        return replace(proposal, state=new, reason=reason, dispatch_key=None, draft_id=None)
    dispatch = dispatch_key or proposal.dispatch_key
    draft = proposal.draft_id if dispatch == proposal.dispatch_key else None
    return replace(proposal, state=new, reason=reason, dispatch_key=dispatch, draft_id=draft)


def entry_kind(state: State) -> str:
    """The kind of the ledger entry for coming into a state: `message.held`."""
    return f"message.{state}"


def entry_pupil(proposal: Proposal) -> str | None:
    """The pupil a proposal's ledger entries are about; None where the subject is a register or the office's own."""
    return None if PURPOSES[proposal.purpose].audience is Audience.STAFF else proposal.subject_id


def planned_facts(proposal: Proposal) -> dict[str, str]:
    """What the ledger keeps of a new proposal: ids and sentences, never the address."""
    return {
        "key": proposal.key,
        "purpose": proposal.purpose,
        "session": proposal.session.key,
        "subject_id": proposal.subject_id,
        "recipient_id": proposal.recipient_id,
        "new": proposal.state,
        "reason": proposal.reason,
    }


def step_facts(before: Proposal, after: Proposal) -> dict[str, str]:
    """What the ledger keeps of a step; the dispatch is the one the message was on, even when the step lets it go."""
    facts = {
        "key": before.key,
        "purpose": before.purpose,
        "old": before.state,
        "new": after.state,
        "reason": after.reason,
    }
    dispatch = after.dispatch_key or before.dispatch_key
    return facts if dispatch is None else facts | {"dispatch_key": dispatch}


def hold_facts(proposal: Proposal, reason: str) -> dict[str, str]:
    """What the ledger keeps when a hold ends at another moment than before."""
    return {"key": proposal.key, "purpose": proposal.purpose, "reason": reason}


def draft_facts(proposal: Proposal, draft_id: str) -> dict[str, str]:
    """What the ledger keeps when a draft stands at the provider."""
    return {
        "key": proposal.key,
        "purpose": proposal.purpose,
        "dispatch_key": proposal.dispatch_key or "",
        "draft_id": draft_id,
    }
