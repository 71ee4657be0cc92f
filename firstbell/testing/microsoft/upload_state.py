"""An upload session: what is to come in fragments, and what has come."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from firstbell.testing.microsoft.asked import Asked
from firstbell.testing.microsoft.drive_json import stamp
from firstbell.testing.microsoft.files import Drive, Item


@dataclass
class Upload:
    """A session: who asked for it and where it goes (`name` empty for the content of an item), and what has come."""

    asked: Asked
    drive: Drive
    place: Item
    name: str
    how: str
    until: dt.datetime
    total: int | None = None
    received: bytearray = field(default_factory=bytearray)

    def status(self) -> dict[str, Any]:
        """What is still expected."""
        return {"expirationDateTime": stamp(self.until), "nextExpectedRanges": [f"{len(self.received)}-"]}
