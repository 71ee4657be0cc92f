"""The staff channel in Teams, through the workflow "When a Teams webhook request is received".

The workflow says that it took a card before it posts it, and says nothing when it does not. So what stands in the
channel is read back: a card that is not found there counts as not posted, and the safeguarding team gets a mail.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from connectors._cards import adaptive_card, check_link
from connectors._rotation import signed_in
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy, Reply
from firstbell.errors import GiveUp, Misconfigured
from firstbell.records import Card, Secret

DOING = "post a card into the channel"
READING = "read what stands in the channel"
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
# Teams takes about 28 KB from a workflow, counted as it keeps text, in UTF-16.
LARGEST = 25 * 1024
# The largest page, and how far back a card is looked for: those of the last days are among the newest 500.
PAGE, PAGES = 50, 10
# Seconds between looks for a card that the workflow took: most stand there after two or three.
LOOKS = (1.0, 2.0, 4.0)
# Answers for an address that leads to no workflow: nothing was posted, so another address may be tried.
NO_SUCH_ADDRESS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
SWITCHED_OFF = NO_SUCH_ADDRESS | {HTTPStatus.BAD_REQUEST}
NOT_ENABLED = "WorkflowTriggerIsNotEnabled"  # the one bad request that surely started nothing
NO_WORKFLOW = (
    "the workflow that posts cards into the channel is switched off or gone, or its address has changed: "
    "open Workflows in Teams, and put its address into the secret again"
)


class AddressRefused(Misconfigured):
    """The workflow's address leads to no workflow that runs, so surely no card was posted."""


class WorkflowsChannel:
    """One channel. `webhook` is the workflow's address, a secret in itself; `hosts` the servers it may be of, with
    those below them.
    """

    def __init__(
        self,
        graph: Graph,
        webhook: Secret,
        *,
        hosts: Collection[str],
        team: str,
        channel: str,
    ) -> None:
        self._graph, self._webhook, self._hosts = graph, webhook, hosts
        self._messages = graph.at.teams.by_team_id(team).channels.by_channel_id(channel).messages
        # The cards that this run has seen, and whether it has seen all that stood there; the marks of its own.
        self._seen: list[str] = []
        self._was_read = False
        self._posted: set[str] = set()

    def post(self, card: Card) -> None:
        """Hand the card to the workflow, unless it stands in the channel already.

        Whether it shows there, `is_posted` says. Raises GiveUp (link, size), RetryLater, Misconfigured (the workflow).
        """
        check_link(card)
        content = _message(card)
        if self.is_posted(card.key):
            return
        self._posted.add(_quoted_mark(card.key))  # before it is handed over: the answer may be lost
        signed_in(self._webhook, partial(self._hand_over, content), AddressRefused)

    def _hand_over(self, content: bytes, address: str) -> None:
        reply = self._graph.ask_unsigned(
            "POST",
            address,
            doing=DOING,
            policy=Policy.ONCE,
            hosts=self._hosts,
            content=content,
            headers={"Content-Type": "application/json"},
            may_be=SWITCHED_OFF,
        )
        if reply.status in SWITCHED_OFF:
            raise AddressRefused(NO_WORKFLOW) if _leads_nowhere(reply) else Misconfigured(NO_WORKFLOW)

    def is_posted(self, key: str) -> bool:
        """Whether the card is found among the newest messages; for one of this run's own it waits a little to see it.

        False as well where Firstbell may not read them, as in a private channel: nobody can say then that it stands
        there. The channel is read once in a run, and again for cards that this run has posted.
        """
        mark = _quoted_mark(key)
        if self._has_seen(mark):
            return True
        if mark in self._posted:
            return self._shows(mark)
        return not self._was_read and self._read(mark, PAGES) is True

    def _shows(self, mark: str) -> bool:
        """Whether a card that was just posted comes to show; all that come meanwhile are seen with it."""
        for seconds in LOOKS:
            found = self._read(mark, 1)
            if found is not False:
                return found is True
            self._graph.pause(seconds)
        return self._read(mark, PAGES) is True

    def _has_seen(self, mark: str) -> bool:
        return any(mark in card for card in self._seen)

    def _read(self, mark: str, pages: int) -> bool | None:
        """Read up to the page with the card, from the newest; None where the channel may not be read."""
        where: Any = self._messages
        query: dict[str, Any] = {"$top": PAGE}
        for _ in range(pages):
            reply = self._graph.ask("GET", where, doing=READING, query=query, may_be={HTTPStatus.FORBIDDEN})
            if reply.status == HTTPStatus.FORBIDDEN:
                return None
            page = reply.json()
            self._seen += _cards(page["value"])
            if self._has_seen(mark):
                return True
            where, query = page.get("@odata.nextLink"), {}
            if not where:
                break
        self._was_read |= pages == PAGES
        return False


def _leads_nowhere(reply: Reply) -> bool:
    """Whether a workflow's server said so: a page is some proxy's, which would answer for any address."""
    return not reply.is_a_page and (reply.status in NO_SUCH_ADDRESS or reply.code == NOT_ENABLED)


def _cards(messages: list[dict[str, Any]]) -> Iterator[str]:
    """The cards of messages, as JSON."""
    for message in messages:
        yield from (each.get("content") or "" for each in message.get("attachments") or ())


def _message(card: Card) -> bytes:
    """The message that the workflow posts. The id of the card's heading is the mark by which it is found again: ids of
    a card's parts are kept, and never shown or read out.
    """
    content = adaptive_card(card)
    content["body"][0]["id"] = mark_of(card.key)
    attachment = {"contentType": ADAPTIVE, "contentUrl": None, "content": content}
    text = json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False)
    if len(text.encode("utf-16-le")) > LARGEST:
        raise GiveUp("the card is larger than Teams takes")
    return text.encode()


def mark_of(key: str) -> str:
    """Found again by the key, which says nothing by itself."""
    return f"firstbell-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _quoted_mark(key: str) -> str:
    """As it stands in the JSON of a card."""
    return f'"{mark_of(key)}"'
