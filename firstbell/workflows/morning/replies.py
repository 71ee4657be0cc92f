"""Who wrote back to a first-day message.

An answer explains nothing until somebody has read it ("she left for school at eight" is one too), so the pupil goes on
the phone list, and not off it.
"""

import datetime as dt
from collections.abc import Collection

from firstbell.records import Proposal, Reply
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.office import Office
from rules.contact.purposes import Purpose

WROTE_BACK = "reply.came"


def take_replies(office: Office, now: SessionNow) -> int:
    """Write down who wrote back today, once for each message; what they wrote stays in the mailbox. Returns how many
    are new. Raises RetryLater, NeedsHuman, Misconfigured.
    """
    morning = office.at(now.session.date, dt.time())
    known = {entry.facts["key"] for entry in office.store.ledger.entries(kind=WROTE_BACK, since=morning)}
    return sum(_write_down(office, reply, known) for reply in office.mailer.replies(morning))


def _write_down(office: Office, reply: Reply, known: set[str]) -> bool:
    members = office.store.proposals.find(dispatch_key=reply.key, purpose=Purpose.FIRST_DAY_ABSENCE)
    new = [p for p in members if p.key not in known]
    for proposal in new:
        facts = {"key": proposal.key, "purpose": str(proposal.purpose), "came_at": reply.at.isoformat()}
        office.store.ledger.append(
            WROTE_BACK, at=office.clock.now(), actor="Firstbell", facts=facts, pupil_id=proposal.subject_id
        )
        known.add(proposal.key)
    return bool(new)


def wrote_back_at(office: Office, pupil_id: str, made: Collection[Proposal]) -> dt.datetime | None:
    """When the first answer to one of these messages came; None while there is none."""
    keys = {proposal.key for proposal in made}
    entries = office.store.ledger.entries(pupil_id=pupil_id, kind=WROTE_BACK)
    came = (dt.datetime.fromisoformat(entry.facts["came_at"]) for entry in entries if entry.facts["key"] in keys)
    return min(came, default=None)
