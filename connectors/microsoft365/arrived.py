"""What came into an inbox, as far as it is looked at without being opened: enough for reports and for answers alike."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.microsoft365.mailbox import Mailbox

# MAPI's own: what kind of item it is, which one a report is about, and the Message-ID that a mail answers.
ITEM_CLASS, PARENT_KEY, ANSWERS = "String 0x001A", "Binary 0x0025", "String 0x1042"

Arrivals = Sequence[Mapping[str, Any]]


def arrived_since(box: Mailbox, since: dt.datetime) -> Arrivals:
    """Whatever came into one mailbox since a moment, in one listing."""
    return tuple(box.received(since, "id,receivedDateTime,from", (ITEM_CLASS, PARENT_KEY, ANSWERS)))
