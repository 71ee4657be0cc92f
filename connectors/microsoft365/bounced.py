"""Which of our messages did not arrive: reports of non-delivery in the inbox, each matched to one sent item or none.

Exchange's own reports are tied to the sent item by a key; those of other mail servers are read, and name its
Message-ID. A report that could mean two messages means none.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors._bounces import Report, is_mail_program, read_report
from connectors.microsoft365.mailbox import KEY, Mailbox, property_of
from firstbell.records import Bounce

# MAPI's own: what kind of item it is, which one a report is about, and what every item is told apart by.
ITEM_CLASS, PARENT_KEY, SEARCH_KEY = "String 0x001A", "Binary 0x0025", "Binary 0x300B"
NON_DELIVERY = ("REPORT.", ".NDR")
# Mail servers try for a day or two before they give up.
REPORTED_WITHIN = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Sent:
    """Our sent items: the keys of the messages by what a report may name."""

    by_search_key: Mapping[str, str]
    by_message_id: Mapping[str, str]

    def key_of(self, parent_key: str, report: Report | None) -> str | None:
        """The one message that a report is about; None for none of ours, or if it could be more than one."""
        named = report.identities if report else frozenset()
        found = {self.by_message_id[each] for each in named if each in self.by_message_id}
        if parent_key in self.by_search_key:
            found.add(self.by_search_key[parent_key])
        return found.pop() if len(found) == 1 else None


def bounces_in(box: Mailbox, since: dt.datetime) -> Iterator[Bounce]:
    """What bounced, by the reports that came into one mailbox. Only reports are opened, never anybody's letter."""
    select, properties = "id,receivedDateTime,from", (ITEM_CLASS, PARENT_KEY)
    reports = [told for told in box.received(since, select, properties) if _may_report(told)]
    if not reports:
        return
    sent = _sent_items(box, since - REPORTED_WITHIN)
    for told in reports:
        report = read_report(box.whole(told["id"]))
        key = sent.key_of(property_of(told, PARENT_KEY), report)
        if key is not None and (report is not None or _is_non_delivery(told)):
            at = dt.datetime.fromisoformat(told["receivedDateTime"])
            yield Bounce(key, is_permanent=report is None or report.is_permanent, at=at)


def _may_report(told: Mapping[str, Any]) -> bool:
    sender = ((told.get("from") or {}).get("emailAddress") or {}).get("address") or ""
    return _is_non_delivery(told) or is_mail_program(sender)


def _is_non_delivery(told: Mapping[str, Any]) -> bool:
    begin, end = NON_DELIVERY
    item_class = property_of(told, ITEM_CLASS)
    return item_class.startswith(begin) and item_class.endswith(end)


def _sent_items(box: Mailbox, since: dt.datetime) -> Sent:
    ours = [told for told in box.sent(since, "id,internetMessageId", (KEY, SEARCH_KEY)) if property_of(told, KEY)]
    by_search_key = {property_of(told, SEARCH_KEY): property_of(told, KEY) for told in ours}
    by_search_key.pop("", None)
    return Sent(by_search_key, {told["internetMessageId"]: property_of(told, KEY) for told in ours})
