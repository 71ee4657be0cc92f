"""What came into an inbox, as far as it is looked at without being opened: enough for reports and for answers alike."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.microsoft365.batches import Asking
from connectors.microsoft365.mailbox import Mailbox
from connectors.microsoft365.replies import Reply

# MAPI's own: what kind of item it is, which one a report is about, and the Message-ID that a mail answers.
ITEM_CLASS, PARENT_KEY, ANSWERS = "String 0x001A", "Binary 0x0025", "String 0x1042"

Arrivals = Sequence[Mapping[str, Any]]


def arriving(box: Mailbox, since: dt.datetime) -> Asking:
    """Asks for whatever came into one mailbox since a moment, in one listing."""
    return box.received(since, "id,receivedDateTime,from", (ITEM_CLASS, PARENT_KEY, ANSWERS))


def arrived_in(box: Mailbox, first: Reply) -> Arrivals:
    """All of it, from the answer to that and its further pages."""
    return tuple(told for told, _ in box.pages(first))
