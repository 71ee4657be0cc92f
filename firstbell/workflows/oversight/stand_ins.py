"""Ports that lead nowhere: what a replay writes to in place of mail, channel, workbooks and folders."""

import datetime as dt
from collections.abc import Collection, Sequence

from firstbell.errors import NeedsHuman
from firstbell.records import Bounce, Card, Draft, Guarantee, Message, Reply, SheetRead, SheetRows, Whereabouts
from sheets_templates import WorkbookLayout


class Tray:
    """A mailer whose letters lie in a tray, by the id of their draft, and go no further."""

    def __init__(self) -> None:
        self.sent: dict[str, Message] = {}
        self._drafts: dict[str, Message] = {}
        self._made = 0

    @property
    def guarantee(self) -> Guarantee:
        """Nothing is ever in doubt here."""
        return Guarantee.EXACTLY_ONCE

    def create_draft(self, message: Message) -> str:
        """Keep the message aside."""
        self._made += 1
        self._drafts[str(self._made)] = message
        return str(self._made)

    def send_draft(self, draft_id: str) -> None:
        """Lay it in the tray."""
        self.sent[draft_id] = self._drafts.pop(draft_id)

    def look_up(self, key: str, draft_id: str) -> Whereabouts:  # noqa: ARG002 - the id alone is enough here
        """In the tray, still aside, or not here."""
        if draft_id in self.sent:
            return Whereabouts.SENT
        return Whereabouts.DRAFT if draft_id in self._drafts else Whereabouts.ABSENT

    def discard_draft(self, draft_id: str) -> bool:
        """Forget it."""
        return self._drafts.pop(draft_id, None) is not None

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:  # noqa: ARG002 - no run of a replay is killed
        """None: no draft is ever left."""
        return ()

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:  # noqa: ARG002 - nothing comes back
        """None: nothing left."""
        return ()

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:  # noqa: ARG002 - as above
        """None: nobody was written to."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""


class Pinboard:
    """A channel that shows its cards to nobody."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def post(self, card: Card) -> None:
        """Remember that it was posted."""
        self._keys.add(card.key)

    def is_posted(self, key: str) -> bool:
        """Whether it was."""
        return key in self._keys


class BlankWorkbook:
    """A workbook in which nobody types and nothing is drawn."""

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:
        """Draw nothing."""

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:  # noqa: ARG002 - there is nothing in any
        """Nothing was typed."""
        return ()


class NoFolders:
    """Folders that hold nothing."""

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Keep nothing."""

    def set_access(self, folder: str, people: frozenset[str]) -> None:
        """Nothing to open."""

    def access(self, folder: str) -> frozenset[str]:  # noqa: ARG002 - nobody can open any
        """Nobody."""
        return frozenset()

    def access_to_each(self, folders: Collection[str]) -> dict[str, frozenset[str] | NeedsHuman]:
        """Nobody."""
        return dict.fromkeys(folders, frozenset())
