"""The staff channel on disk: a folder with one Adaptive Card a file, and a page that shows them as a channel would."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from connectors._cards import adaptive_card, card_of, check_link
from connectors.local.disk import disk_errors, write_file
from firstbell.ports import Clock
from firstbell.records import Card


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card that stands in the channel, and since when."""

    card: Card
    at: dt.datetime


class LocalChannel:
    """A channel that writes cards to a folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder / "cards"
        self._clock = clock

    def post(self, card: Card) -> None:
        """Write the card unless it stands there already. Raises GiveUp (link), Misconfigured, NeedsHuman (disk)."""
        check_link(card)
        if not self.is_posted(card.key):
            stored = {"key": card.key, "posted_at": self._clock.now().isoformat(), "card": adaptive_card(card)}
            with disk_errors("the channel"):
                write_file(self._file(card.key), json.dumps(stored, indent=2).encode())

    def is_posted(self, key: str) -> bool:
        """Whether the card's file is there and whole, read back from the disk."""
        with disk_errors("the channel"):
            posted = read_card(self._file(key))
        return posted is not None and posted.card.key == key

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def read_card(path: Path) -> PostedCard | None:
    """A card's file; None when there is none, or what is there is no card of ours. Raises OSError."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        at = dt.datetime.fromisoformat(stored["posted_at"]).astimezone(dt.UTC)
        return PostedCard(card_of(stored["key"], stored["card"]), at)
    except (FileNotFoundError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
