"""Who wrote back to our messages: mails in the inbox that answer one of them, and that a person wrote.

Of a mail that names none of ours nothing more is asked, and of the others only the headers: nobody's words are read.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors._bounces import is_mail_program
from connectors.microsoft365.arrived import ANSWERS, ITEM_CLASS, Arrivals
from connectors.microsoft365.batches import Asking, ask_all
from connectors.microsoft365.found import KEY, property_of, whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailbox import Mailbox, headers_in
from connectors.microsoft365.replies import Reply as Answered
from firstbell.records import Reply

ORDINARY = "IPM.Note"
# A family that answers a message of last week's has not explained today.
ANSWERED_WITHIN = dt.timedelta(days=1)
# RFC 3834, and what Exchange and older programs write instead of it.
AUTOMATIC = frozenset({"x-auto-response-suppress", "x-autoreply", "x-autorespond"})
AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "bulk", "junk", "list"})


def replies_in(graph: Graph, arrived: Sequence[tuple[Mailbox, Arrivals]], since: dt.datetime) -> Iterator[Reply]:
    """The answers among what came into each mailbox: what they answer is looked at in one round trip, and their headers
    in another.
    """
    maybe = [(box, [told for told in arrivals if _may_be(told)]) for box, arrivals in arrived]
    maybe = [(box, answers) for box, answers in maybe if answers]
    sent = ask_all(graph, [_sent(box, since - ANSWERED_WITHIN) for box, _ in maybe])
    found: list[tuple[Mailbox, Mapping[str, Any], str]] = []
    for (box, answers), listed in zip(maybe, sent, strict=True):
        keys = _keys(box, listed.reply())
        found += [
            (box, told, keys[property_of(told, ANSWERS)]) for told in answers if property_of(told, ANSWERS) in keys
        ]
    headers = ask_all(graph, [box.headers(told["id"]) for box, told, _ in found])
    for (_, told, key), shown in zip(found, headers, strict=True):
        if not is_automatic(headers_in(shown.reply())):
            yield Reply(key, _came_at(told))


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether a program wrote a mail in somebody's place; headers by lower-case name."""
    submitted = headers.get("auto-submitted", "no").strip().casefold()
    precedence = headers.get("precedence", "").strip().casefold()
    return submitted != "no" or precedence in AUTOMATIC_PRECEDENCE or not AUTOMATIC.isdisjoint(headers)


def _may_be(told: Mapping[str, Any]) -> bool:
    """An ordinary mail of a person that answers one, by its kind and sender; Exchange gives out-of-office notes a kind
    of their own.
    """
    if not property_of(told, ANSWERS):
        return False
    sender = ((told.get("from") or {}).get("emailAddress") or {}).get("address") or ""
    return property_of(told, ITEM_CLASS) in {ORDINARY, ""} and not is_mail_program(sender)


def _sent(box: Mailbox, since: dt.datetime) -> Asking:
    return box.sent(since, "id,internetMessageId", (KEY,))


def _keys(box: Mailbox, first: Answered) -> dict[str, str]:
    with whole_answers():
        shown = [told for told, _ in box.pages(first)]
        return {told["internetMessageId"]: property_of(told, KEY) for told in shown if property_of(told, KEY)}


def _came_at(told: Mapping[str, Any]) -> dt.datetime:
    with whole_answers():
        return dt.datetime.fromisoformat(told["receivedDateTime"])
