"""The mailer over Outlook mailboxes: a draft with an id that never changes, sent once, and found again by its key.

Three things make it exactly once. A run sends only the draft whose id was recorded. A draft of another run is claimed
before it is sent, and only when it has lain unchanged for so long that it can't be on its way. And a draft that may be
on its way counts neither as a draft nor as sent, because Outlook shows it as a draft until it stands in Sent Items.
"""

import datetime as dt
import hashlib
from typing import Any

from connectors._mail import check_envelope
from connectors.microsoft365.answered import replies_in
from connectors.microsoft365.arrived import Arrivals, arrived_in, arriving
from connectors.microsoft365.batches import Answer, ask_all
from connectors.microsoft365.bounced import bounces_in
from connectors.microsoft365.found import KEY, Found
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailbox import Mailbox, no_draft
from firstbell.errors import Misconfigured, RetryLater
from firstbell.mailboxes import mailbox_for
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts

# How long a draft may look like one although it is being sent (facts: two to five minutes).
MAY_BE_ON_ITS_WAY_FOR = dt.timedelta(minutes=5)
KEY_HEADER = "x-firstbell-key"
# Graph takes no other headers than x-…; this one is Exchange's, and other programs heed it too. Not "All": that would
# switch off reports of non-delivery as well.
NO_AUTOMATIC_ANSWERS = ("x-auto-response-suppress", "OOF, AutoReply")


class GraphMailer:
    """Writes from one or more mailboxes; a family always hears from the same one. One message at a time.

    A draft's id is "MAILBOX:ID", where MAILBOX is a hash of the mailbox's address, so that any run finds it.
    """

    def __init__(self, graph: Graph, mailboxes: tuple[str, ...]) -> None:
        """Asks nobody yet. Raises Misconfigured without a mailbox."""
        if not mailboxes:
            raise Misconfigured("microsoft365.mailboxes must name the mailbox to write from")
        self._graph, self._addresses = graph, mailboxes
        self._boxes = {name_of(address): Mailbox(graph, address) for address in mailboxes}
        # Drafts of this run that it has not tried to send yet, with their etags.
        self._untried: dict[str, str] = {}
        # What was listed for the reports, and is kept: what came in since a moment for the answers, and the drafts.
        self._arrived: dict[dt.datetime, list[tuple[Mailbox, Arrivals]]] = {}
        self._drafts: list[Answer] = []

    @property
    def guarantee(self) -> Guarantee:
        return Guarantee.EXACTLY_ONCE

    def create_draft(self, message: Message) -> str:
        """Write the draft into Drafts, key and all, in one request. Raises GiveUp, RetryLater, Misconfigured."""
        check_envelope(message)
        name = name_of(mailbox_for(message.to, self._addresses))
        message_id, etag = self._boxes[name].draft(as_graph_has_it(message))
        draft_id = f"{name}:{message_id}"
        self._untried[draft_id] = etag
        return draft_id

    def send_draft(self, draft_id: str) -> None:
        """Send it; one that this run did not just make is claimed first. Any doubt is NeedsHuman."""
        box, message_id = self._place_of(draft_id)
        if box is None:
            raise no_draft()
        etag = self._untried.pop(draft_id, "") or self._claimed(box, message_id)
        try:
            box.send(message_id)
        except RetryLater:  # it surely was not sent
            self._untried[draft_id] = etag
            raise

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        """Look for the id, which is quickest to be true, and for the key in the whole mailbox."""
        box, message_id = self._place_of(draft_id)
        if box is None:
            return self._look_everywhere(key)
        ours, carrying = box.look_up(message_id, key)
        if any(not each.is_draft for each in (*filter(None, [ours]), *carrying)):
            return Whereabouts.SENT
        if ours is None or not box.is_in_drafts(ours):
            return Whereabouts.ABSENT
        return Whereabouts.DRAFT if self._only_lies_there(draft_id, ours) else Whereabouts.CANNOT_TELL

    def discard_draft(self, draft_id: str) -> bool:
        """Delete a draft for ever, if nobody has touched it since it was looked at.

        Raises RetryLater for one that may be on its way: deleted now, it might arrive all the same.
        """
        box, message_id = self._place_of(draft_id)
        if box is None:
            return False
        etag = self._untried.pop(draft_id, "")
        if not etag:
            found = box.find(message_id)
            if found is None or not box.is_in_drafts(found):
                return False
            if not _has_lain(found):
                raise RetryLater(MAY_BE_ON_ITS_WAY_FOR - found.unchanged_for)
            etag = found.etag
        return box.delete(message_id, etag)

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        """Our drafts in all mailboxes. Where reports were asked for before, as they lay then: a draft is looked at once
        more before it is discarded.
        """
        answers, self._drafts = self._drafts or ask_all(self._graph, [box.drafts() for box in self._every_box]), []
        listed = zip(self._boxes.items(), answers, strict=True)
        lying = ((name, each) for (name, box), answer in listed for each in box.drafts_in(answer.reply()))
        return tuple(Draft(f"{name}:{each.id}", each.key) for name, each in lying if each.made_at < moment)

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:
        """Reports of non-delivery that came in since a time, about messages that still stand in Sent Items.

        The drafts are asked for in the same round trip.
        """
        boxes = self._every_box
        answers = ask_all(self._graph, [*(arriving(box, since) for box in boxes), *(box.drafts() for box in boxes)])
        arrived = self._arrivals(answers)
        self._arrived, self._drafts = {since: arrived}, answers[len(boxes) :]
        return tuple(bounces_in(self._graph, arrived, since))

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:
        """Answers of people that came in since a time, to messages that still stand in Sent Items.

        Where the reports since that time were asked for just before, what was listed then is looked at, once.
        """
        arrived = self._arrived.pop(since, None)
        if arrived is None:
            arrived = self._arrivals(ask_all(self._graph, [arriving(box, since) for box in self._every_box]))
        return tuple(replies_in(self._graph, arrived, since))

    def _arrivals(self, answers: list[Answer]) -> list[tuple[Mailbox, Arrivals]]:
        """What came into each mailbox, of which these are the first answers."""
        return [(box, arrived_in(box, answer.reply())) for box, answer in zip(self._every_box, answers, strict=False)]

    def close(self) -> None:
        """Nothing of its own to let go of: the connection to Microsoft 365 is the office's."""

    @property
    def _every_box(self) -> list[Mailbox]:
        return list(self._boxes.values())

    def _claimed(self, box: Mailbox, message_id: str) -> str:
        found = box.find(message_id)
        if found is None or not box.is_in_drafts(found) or not _has_lain(found):
            raise no_draft()
        return box.claim(found)

    def _only_lies_there(self, draft_id: str, found: Found) -> bool:
        """Whether surely nobody has just sent it: we made it and nobody has touched it, or it has lain for long."""
        return self._untried.get(draft_id) == found.etag or _has_lain(found)

    def _look_everywhere(self, key: str) -> Whereabouts:
        """Where the draft's mailbox is not among ours any more: one that was sent may still be found."""
        found = [each for box in self._boxes.values() for each in box.with_key(key)]
        return Whereabouts.CANNOT_TELL if all(each.is_draft for each in found) else Whereabouts.SENT

    def _place_of(self, draft_id: str) -> tuple[Mailbox | None, str]:
        name, _, message_id = draft_id.partition(":")
        return (self._boxes.get(name) if message_id else None), message_id


def name_of(address: str) -> str:
    """What stands for a mailbox in the id of a draft."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:8]


def as_graph_has_it(message: Message) -> dict[str, Any]:
    """The message as Graph takes it. It holds one body: Exchange writes the plain text beside HTML by itself."""
    html = message.html.reveal()
    headers = ((KEY_HEADER, message.key), NO_AUTOMATIC_ANSWERS)
    return {
        "subject": message.subject,
        "body": {"contentType": "html" if html else "text", "content": html or message.text.reveal()},
        "toRecipients": [{"emailAddress": {"address": message.to.reveal()}}],
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in headers],
        "singleValueExtendedProperties": [{"id": KEY, "value": message.key}],
    }


def _has_lain(found: Found) -> bool:
    return found.unchanged_for >= MAY_BE_ON_ITS_WAY_FOR
