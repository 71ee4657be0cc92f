"""Which of our messages did not arrive: reports of non-delivery in the inbox, each matched to one sent item or none.

Exchange's own reports are tied to the sent item by a key; those of other mail servers are read, and name its
Message-ID. A report that could mean two messages means none.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors._bounces import Report, is_mail_program, read_report
from connectors.microsoft365.arrived import ITEM_CLASS, PARENT_KEY, Arrivals
from connectors.microsoft365.batches import Asking, ask_all
from connectors.microsoft365.found import KEY, property_of, whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailbox import Mailbox
from connectors.microsoft365.replies import Reply
from firstbell.records import Bounce

# MAPI's own: what every item is told apart by.
SEARCH_KEY = "Binary 0x300B"
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the inbox tells of a mail before it is opened."""

    id: str
    at: dt.datetime
    sender: str
    item_class: str
    parent_key: str

    @property
    def is_non_delivery(self) -> bool:
        """Whether Exchange itself says that it is a report of non-delivery."""
        begin, end = NON_DELIVERY
        return self.item_class.startswith(begin) and self.item_class.endswith(end)

    @property
    def may_be_report(self) -> bool:
        """Whether it is worth opening: people's letters are not."""
        return self.is_non_delivery or is_mail_program(self.sender)


def bounces_in(graph: Graph, arrived: Sequence[tuple[Mailbox, Arrivals]], since: dt.datetime) -> Iterator[Bounce]:
    """What bounced, by the reports among what came into each mailbox. Only reports are opened, never a letter."""
    reported = [(box, [each for each in map(_arrival, arrivals) if each.may_be_report]) for box, arrivals in arrived]
    reported = [(box, reports) for box, reports in reported if reports]
    listed = ask_all(graph, [_sent_items(box, since - REPORTED_WITHIN) for box, _ in reported])
    for (box, reports), sent in zip(reported, listed, strict=True):
        ours = _ours(box, sent.reply())
        yield from filter(None, (_bounce(box, each, ours) for each in reports))


def _bounce(box: Mailbox, arrival: Arrival, sent: Sent) -> Bounce | None:
    report = read_report(box.whole(arrival.id))
    key = sent.key_of(arrival.parent_key, report)
    if key is None or (report is None and not arrival.is_non_delivery):
        return None
    return Bounce(key, is_permanent=report is None or report.is_permanent, at=arrival.at)


def _arrival(told: Mapping[str, Any]) -> Arrival:
    with whole_answers():
        sender = (told.get("from") or {}).get("emailAddress") or {}
        return Arrival(
            told["id"],
            dt.datetime.fromisoformat(told["receivedDateTime"]),
            sender.get("address") or "",
            property_of(told, ITEM_CLASS),
            property_of(told, PARENT_KEY),
        )


def _sent_items(box: Mailbox, since: dt.datetime) -> Asking:
    return box.sent(since, "id,internetMessageId", (KEY, SEARCH_KEY))


def _ours(box: Mailbox, first: Reply) -> Sent:
    with whole_answers():
        shown = [told for told, _ in box.pages(first)]
        ours = [(told["internetMessageId"], property_of(told, SEARCH_KEY), property_of(told, KEY)) for told in shown]
    by_search_key = {search_key: key for _, search_key, key in ours if key and search_key}
    return Sent(by_search_key, {message_id: key for message_id, _, key in ours if key})
