"""Who wrote back to our messages: mails in the inbox that answer one of them, and that a person wrote.

Of a mail that names none of ours nothing more is asked, and of the others only the headers: nobody's words are read.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from connectors._bounces import is_mail_program
from connectors.microsoft365.arrived import ANSWERS, ITEM_CLASS, Arrivals
from connectors.microsoft365.found import KEY, property_of, whole_answers
from connectors.microsoft365.mailbox import Mailbox
from firstbell.records import Reply

ORDINARY = "IPM.Note"
# A family that answers a message of last week's has not explained today.
ANSWERED_WITHIN = dt.timedelta(days=1)
# RFC 3834, and what Exchange and older programs write instead of it.
AUTOMATIC = frozenset({"x-auto-response-suppress", "x-autoreply", "x-autorespond"})
AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "bulk", "junk", "list"})


def replies_in(box: Mailbox, arrivals: Arrivals, since: dt.datetime) -> list[Reply]:
    """The answers among what came into one mailbox."""
    answers = [told for told in arrivals if _may_be(told)]
    keys = _keys(box, since - ANSWERED_WITHIN) if answers else {}
    found = [(told, keys[property_of(told, ANSWERS)]) for told in answers if property_of(told, ANSWERS) in keys]
    return [Reply(key, _came_at(told)) for told, key in found if not is_automatic(box.headers(told["id"]))]


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


def _keys(box: Mailbox, since: dt.datetime) -> dict[str, str]:
    with whole_answers():
        shown = list(box.sent(since, "id,internetMessageId", (KEY,)))
        return {told["internetMessageId"]: property_of(told, KEY) for told in shown if property_of(told, KEY)}


def _came_at(told: Mapping[str, Any]) -> dt.datetime:
    with whole_answers():
        return dt.datetime.fromisoformat(told["receivedDateTime"])
