"""One mailbox of the school's, as Graph shows it: our messages in it, found by id or by the key they carry."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connectors.microsoft365.found import CLAIM, KEY, SHOWN, Found, expanding, found_in, stamp, whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Policy, Reply
from firstbell.errors import NeedsHuman, RetryLater

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder
    from msgraph.generated.users.item.mail_folders.item.mail_folder_item_request_builder import (
        MailFolderItemRequestBuilder,
    )
    from msgraph.generated.users.item.messages.item.message_item_request_builder import MessageItemRequestBuilder

# By this id a message is found again when it has moved from Drafts to Sent Items.
IMMUTABLE = 'IdType="ImmutableId"'
PAGE = 100
# The service is asked to send a message and answers in one of these ways: it was not a draft, or is none any more.
NO_DRAFT = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.LOCKED,
    }
)
CHANGED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})


def no_draft() -> NeedsHuman:
    """It may have been sent, or deleted."""
    return NeedsHuman("the draft is not there any more: look the message up", "the mailbox's Sent Items")


class Mailbox:
    """The requests that concern one mailbox. Raises RetryLater, GiveUp, NeedsHuman, Misconfigured, as `Graph.ask`."""

    def __init__(self, graph: Graph, address: str) -> None:
        self._graph = graph
        self._at = graph.at.users.by_user_id(address)
        self._drafts_id = ""

    def draft(self, content: Mapping[str, Any]) -> tuple[str, str]:
        """Write a draft; its id and etag."""
        reply = self._ask("POST", self._at.messages, "write drafts", policy=Policy.ONCE, json=content)
        with whole_answers():
            told = reply.json()
            return told["id"], told["@odata.etag"]

    def find(self, message_id: str) -> Found | None:
        """The message with an id, wherever in the mailbox it lies."""
        query = {"$select": SHOWN}
        may_be = {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}  # 400: what was asked for is no id at all
        reply = self._ask("GET", self._message(message_id), "read its mailbox", query=query, may_be=may_be)
        return None if reply.status in may_be else found_in(reply.json(), reply)

    def with_key(self, key: str) -> list[Found]:
        """Every message that carries a key, wherever it lies."""
        quoted = key.replace("'", "''")
        has_key = f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value eq '{quoted}')"
        found = self._all(self._at.messages, {"$filter": has_key, "$select": SHOWN, "$expand": expanding(KEY)})
        return [each for each in (found_in(told, reply) for told, reply in found) if each.key == key]

    def drafts_before(self, moment: dt.datetime) -> list[Found]:
        """Our drafts that were made before a moment; people's own lie beside them and have no key."""
        at = self._folder("drafts").messages
        query = {"$filter": f"createdDateTime lt {stamp(moment)}", "$select": SHOWN, "$expand": expanding(KEY)}
        return [each for each in (found_in(told, reply) for told, reply in self._all(at, query)) if each.key]

    def is_in_drafts(self, found: Found) -> bool:
        """Whether it is a draft where drafts belong; one that somebody threw away lies in Deleted Items."""
        if not self._drafts_id:
            query = {"$select": "id"}
            reply = self._ask("GET", self._folder("drafts"), "read its mailbox", query=query)
            with whole_answers():
                self._drafts_id = reply.json()["id"]
        return found.is_draft and found.folder == self._drafts_id

    def claim(self, found: Found) -> str:
        """Write on a draft that it is about to be sent, unless it has changed since; its new etag.

        Of several runs that want to send it one gets through, and who looks now sees that it was touched.
        """
        json = {"singleValueExtendedProperties": [{"id": CLAIM, "value": found.etag}]}
        headers = {"If-Match": found.etag}
        at = self._message(found.id)
        reply = self._ask("PATCH", at, "change drafts", json=json, headers=headers, may_be=CHANGED)
        if reply.status in CHANGED:
            raise no_draft()
        with whole_answers():
            return str(reply.json()["@odata.etag"])

    def send(self, message_id: str) -> None:
        """Send a draft. A wait that comes with a 202 is for the next one: this one was taken."""
        at = self._message(message_id).send
        reply = self._ask("POST", at, "send mail", policy=Policy.NEVER_TWICE, may_be=NO_DRAFT)
        if reply.status in NO_DRAFT:
            raise no_draft()

    def delete(self, message_id: str, etag: str) -> bool:
        """Delete it for ever, so that it can't be sent from Deleted Items; False if it has changed or is gone."""
        at = self._message(message_id).permanent_delete
        headers = {"If-Match": etag}
        reply = self._ask("POST", at, "delete drafts", policy=Policy.ONCE, headers=headers, may_be=CHANGED)
        return reply.status not in CHANGED

    def received(self, since: dt.datetime, select: str, properties: Collection[str]) -> Iterator[dict[str, Any]]:
        """What came into the inbox since a moment."""
        return self._since("inbox", "receivedDateTime", since, select, properties)

    def sent(self, since: dt.datetime, select: str, properties: Collection[str]) -> Iterator[dict[str, Any]]:
        """What stands in Sent Items from a moment on."""
        return self._since("sentitems", "sentDateTime", since, select, properties)

    def whole(self, message_id: str) -> bytes:
        """A message as it travelled."""
        return self._ask("GET", self._message(message_id).content, "read its mailbox").content

    def headers(self, message_id: str) -> dict[str, str]:
        """The headers of a message, by lower-case name."""
        query = {"$select": "internetMessageHeaders"}
        reply = self._ask("GET", self._message(message_id), "read its mailbox", query=query)
        with whole_answers():
            shown = reply.json().get("internetMessageHeaders", ())
            return {each["name"].lower(): each["value"] for each in shown}

    def _since(
        self, folder: str, time: str, since: dt.datetime, select: str, properties: Collection[str]
    ) -> Iterator[dict[str, Any]]:
        query = {"$filter": f"{time} ge {stamp(since)}", "$select": select, "$expand": expanding(*properties)}
        return (told for told, _ in self._all(self._folder(folder).messages, query))

    def _all(self, at: "BaseRequestBuilder", query: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Reply]]:
        """All pages of a list; a page may be empty and have a next one. Refuses a list that leads back to itself."""
        reply = self._ask("GET", at, "read its mailbox", query={**query, "$top": PAGE})
        seen: set[str] = set()
        while True:
            with whole_answers():
                told = reply.json()
                page, following = list(told["value"]), told.get("@odata.nextLink")
            yield from ((each, reply) for each in page)
            if not following:
                return
            if following in seen:
                raise RetryLater(TRY_AGAIN_AFTER)
            seen.add(following)
            reply = self._ask("GET", following, "read its mailbox")

    def _message(self, message_id: str) -> "MessageItemRequestBuilder":
        return self._at.messages.by_message_id(message_id)

    def _folder(self, name: str) -> "MailFolderItemRequestBuilder":
        return self._at.mail_folders.by_mail_folder_id(name)

    def _ask(self, method: str, at: "BaseRequestBuilder | str", doing: str, **more: Any) -> Reply:  # noqa: ANN401
        headers = {"Prefer": IMMUTABLE, **more.pop("headers", {})}
        return self._graph.ask(method, at, doing=doing, headers=headers, **more)
