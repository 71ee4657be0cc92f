"""One mailbox of the school's, as Graph shows it: our messages in it, found by id or by the key they carry."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connectors.microsoft365.batches import Asking, ask_all
from connectors.microsoft365.found import CLAIM, KEY, SHOWN, Found, expanding, found_in, stamp, whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Policy, Reply
from firstbell.errors import Misconfigured, NeedsHuman, RetryLater

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder
    from msgraph.generated.users.item.mail_folders.item.mail_folder_item_request_builder import (
        MailFolderItemRequestBuilder,
    )
    from msgraph.generated.users.item.messages.item.message_item_request_builder import MessageItemRequestBuilder

# By this id a message is found again when it has moved from Drafts to Sent Items.
IMMUTABLE = 'IdType="ImmutableId"'
PAGE = 100
READING = "read its mailbox"
# 400: what was asked for is no id at all.
NO_MESSAGE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST})
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
FULL = "a mailbox that Firstbell writes from is full: make room in it, and until then its families' messages wait"
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
        """Write a draft; its id and etag. Raises Misconfigured for a mailbox that is full: a person makes room."""
        full = HTTPStatus.INSUFFICIENT_STORAGE
        reply = self._ask("POST", self._at.messages, "write drafts", policy=Policy.ONCE, json=content, may_be={full})
        if reply.status == full:
            raise Misconfigured(FULL)
        with whole_answers():
            told = reply.json()
            return told["id"], told["@odata.etag"]

    def find(self, message_id: str) -> Found | None:
        """The message with an id, wherever in the mailbox it lies."""
        return _found_or_none(self._answer(self._by_id(message_id)))

    def with_key(self, key: str) -> list[Found]:
        """Every message that carries a key, wherever it lies."""
        return self._carrying(key, self._answer(self._by_key(key)))

    def look_up(self, message_id: str, key: str) -> tuple[Found | None, list[Found]]:
        """The message with an id, and every one that carries a key, in one round trip."""
        askings = [self._by_id(message_id), self._by_key(key), *([] if self._drafts_id else [self._drafts_folder()])]
        ours, carrying, *folder = ask_all(self._graph, askings)
        found = _found_or_none(ours.reply())
        if folder:
            self._note_drafts(folder[0].reply())
        return found, self._carrying(key, carrying.reply())

    def is_in_drafts(self, found: Found) -> bool:
        """Whether it is a draft where drafts belong; one that somebody threw away lies in Deleted Items."""
        if not self._drafts_id:
            self._note_drafts(self._answer(self._drafts_folder()))
        return found.is_draft and found.folder == self._drafts_id

    def drafts(self) -> Asking:
        """Asks what lies in Drafts: our drafts, and people's own, which have no key."""
        return self._listing(self._folder("drafts").messages, {"$select": SHOWN, "$expand": expanding(KEY)})

    def drafts_in(self, first: Reply) -> list[Found]:
        """Our drafts, in the answer to that and its further pages."""
        return [each for each in (found_in(told, reply) for told, reply in self.pages(first)) if each.key]

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

    def received(self, since: dt.datetime, select: str, properties: Collection[str]) -> Asking:
        """Asks what came into the inbox since a moment."""
        return self._since("inbox", "receivedDateTime", since, select, properties)

    def sent(self, since: dt.datetime, select: str, properties: Collection[str]) -> Asking:
        """Asks what stands in Sent Items from a moment on."""
        return self._since("sentitems", "sentDateTime", since, select, properties)

    def pages(self, first: Reply) -> Iterator[tuple[dict[str, Any], Reply]]:
        """What stands in a list, of which this is the first page, and the page that each stands on.

        A page may be empty and have a next one. Refuses a list that leads back to itself.
        """
        reply, seen = first, set[str]()
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
            reply = self._ask("GET", following, READING)

    def whole(self, message_id: str) -> bytes:
        """A message as it travelled."""
        return self._ask("GET", self._message(message_id).content, READING).content

    def headers(self, message_id: str) -> Asking:
        """Asks for the headers of a message."""
        return self._asking(self._message(message_id), {"$select": "internetMessageHeaders"})

    def _by_id(self, message_id: str) -> Asking:
        return self._asking(self._message(message_id), {"$select": SHOWN}, may_be=NO_MESSAGE)

    def _by_key(self, key: str) -> Asking:
        quoted = key.replace("'", "''")
        has_key = f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value eq '{quoted}')"
        return self._listing(self._at.messages, {"$filter": has_key, "$select": SHOWN, "$expand": expanding(KEY)})

    def _carrying(self, key: str, first: Reply) -> list[Found]:
        return [each for each in (found_in(told, reply) for told, reply in self.pages(first)) if each.key == key]

    def _drafts_folder(self) -> Asking:
        return self._asking(self._folder("drafts"), {"$select": "id"})

    def _note_drafts(self, reply: Reply) -> None:
        with whole_answers():
            self._drafts_id = reply.json()["id"]

    def _since(self, folder: str, time: str, since: dt.datetime, select: str, properties: Collection[str]) -> Asking:
        query = {"$filter": f"{time} ge {stamp(since)}", "$select": select, "$expand": expanding(*properties)}
        return self._listing(self._folder(folder).messages, query)

    def _listing(self, at: "BaseRequestBuilder", query: Mapping[str, Any]) -> Asking:
        return self._asking(at, {**query, "$top": PAGE})

    def _asking(self, at: "BaseRequestBuilder", query: Mapping[str, Any], may_be: Collection[int] = ()) -> Asking:
        return Asking("GET", at, READING, query=query, headers={"Prefer": IMMUTABLE}, may_be=may_be)

    def _answer(self, asking: Asking) -> Reply:
        return ask_all(self._graph, [asking])[0].reply()

    def _message(self, message_id: str) -> "MessageItemRequestBuilder":
        return self._at.messages.by_message_id(message_id)

    def _folder(self, name: str) -> "MailFolderItemRequestBuilder":
        return self._at.mail_folders.by_mail_folder_id(name)

    def _ask(self, method: str, at: "BaseRequestBuilder | str", doing: str, **more: Any) -> Reply:  # noqa: ANN401
        headers = {"Prefer": IMMUTABLE, **more.pop("headers", {})}
        return self._graph.ask(method, at, doing=doing, headers=headers, **more)


def headers_in(reply: Reply) -> dict[str, str]:
    """The headers of a message, by lower-case name."""
    with whole_answers():
        shown = reply.json().get("internetMessageHeaders", ())
        return {each["name"].lower(): each["value"] for each in shown}


def _found_or_none(reply: Reply) -> Found | None:
    return None if reply.status in NO_MESSAGE else found_in(reply.json(), reply)
