"""Drafts that nobody will ever send: a run was killed, or an answer lost, before the draft's id could be written down.

They harm nobody, but somebody who opens the mailbox would wonder, and might send one by hand.
"""

import datetime as dt

from firstbell.records import Draft, Proposal
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.settling import ON_THE_WAY

# Younger ones may be in the hands of a run that is just writing down their id.
LEFT_ALONE_FOR = dt.timedelta(minutes=15)


def discard_orphan_drafts(office: Office) -> int:
    """Delete the drafts that no message can be sent from any more; how many there were. Raises RetryLater.

    The drafts are listed before the proposals are read: a dispatch released between the two has a younger draft.
    """
    drafts = office.mailer.drafts_before(office.clock.now() - LEFT_ALONE_FOR)
    if not drafts:
        return 0
    on_the_way = {p.dispatch_key: p for p in office.store.proposals.find(states=ON_THE_WAY)}
    return sum(office.mailer.discard_draft(d.id) for d in drafts if _is_orphan(d, on_the_way.get(d.key)))


def _is_orphan(draft: Draft, proposal: Proposal | None) -> bool:
    """Whether no dispatch on its way has this draft, or could still come to record it."""
    return proposal is None or proposal.draft_id not in {None, draft.id}
