"""The state of mailboxes: their items by folder, what really left, and what nobody knows of Exchange, as switches."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Any


class Folder(StrEnum):
    """The folders every mailbox has, by the names that Graph knows in every language."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sentitems"
    DELETED = "deleteditems"


class SecondSend(StrEnum):
    """What sending a sent draft again does; the documentation does not say."""

    NOT_FOUND = "404"
    BAD_REQUEST = "400"
    CONFLICT = "409"
    IGNORED = "ignored"
    AGAIN = "again"


class LagShows(StrEnum):
    """As what a sent message shows until it stands in Sent Items."""

    NOTHING = "nothing"
    DRAFT = "draft"


@dataclass
class Item:
    """A message in a mailbox. `content` holds the members of Graph's message that were given; `properties` the
    extended ones, by id. `shows_from`: when a sent one comes to stand in Sent Items; until then it is on its way.
    `mime`: the whole mail, of one that came from outside.
    """

    id: str
    folder: Folder
    content: dict[str, Any]
    created_at: dt.datetime
    modified_at: dt.datetime
    internet_message_id: str
    conversation_id: str
    properties: dict[str, str] = field(default_factory=dict)
    is_draft: bool = True
    version: int = 1
    sent_at: dt.datetime | None = None
    shows_from: dt.datetime | None = None
    mime: bytes = b""

    @property
    def change_key(self) -> str:
        return f"CQAAABYAAA{self.id[-6:]}{self.version:04}"

    @property
    def etag(self) -> str:
        return f'W/"{self.change_key}"'

    def changed(self, at: dt.datetime) -> None:
        self.modified_at = at
        self.version += 1


@dataclass
class Mailbox:
    """One mailbox. `log` names, in order, every item that a folder has gained or lost: a delta is its end."""

    address: str
    items: dict[str, Item] = field(default_factory=dict)
    log: list[tuple[Folder, str]] = field(default_factory=list)

    def put(self, item: Item) -> Item:
        """Into its folder, which remembers it."""
        self.items[item.id] = item
        self.log.append((item.folder, item.id))
        return item

    def move(self, item: Item, folder: Folder | None) -> None:
        """To another folder, or (None) out of the mailbox for ever."""
        self.log.append((item.folder, item.id))
        if folder is None:
            del self.items[item.id]
        else:
            item.folder = folder
            self.log.append((folder, item.id))


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that left a mailbox and reached somebody, with the address it was for, and when."""

    mailbox: str
    item_id: str
    to: str
    mail: EmailMessage
    at: dt.datetime


@dataclass
class Mail:
    """All mailboxes of the tenant, by lower-case address, and what left them.

    The switches: `second_send`, `lag` and `lag_shows` as above; `retry_after`: a wait that comes with every 202, as
    Exchange says it when it took a message and wants no other so soon; `delta_repeats`: each entry comes twice;
    `delta_pauses`: an empty page with a next link comes first; `delta_forgets`: the next token is not good any more.
    """

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    second_send: SecondSend = SecondSend.NOT_FOUND
    lag: dt.timedelta = dt.timedelta()
    lag_shows: LagShows = LagShows.NOTHING
    retry_after: str = ""
    delta_repeats: bool = False
    delta_pauses: bool = False
    delta_forgets: bool = False
    made: int = 0

    def add(self, *addresses: str) -> None:
        """New mailboxes with nothing in them."""
        self.mailboxes.update({address.lower(): Mailbox(address) for address in addresses})

    def new_item(self, mailbox: Mailbox, folder: Folder, content: Mapping[str, Any], at: dt.datetime) -> Item:
        """A new item, with an id that no other ever has; not yet in the mailbox."""
        self.made += 1
        domain = mailbox.address.rpartition("@")[2]
        return Item(
            id=f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{self.made:06}",
            folder=folder,
            content=dict(content),
            created_at=at,
            modified_at=at,
            internet_message_id=f"<LO{self.made:06}.{at:%Y%m%d%H%M%S}@{domain}>",
            conversation_id=f"AAQkConversation{self.made:06}",
        )

    def shown(self, mailbox: Mailbox, at: dt.datetime) -> list[Item]:
        """What whoever looks into the mailbox now can see; a sent message first settles where it belongs."""
        for item in tuple(mailbox.items.values()):
            if item.shows_from is not None and at >= item.shows_from:
                item.shows_from, item.is_draft = None, False
                mailbox.move(item, Folder.SENT)
        hides = self.lag_shows is LagShows.NOTHING
        return [item for item in mailbox.items.values() if not (hides and item.shows_from)]

    def times_arrived(self) -> Counter[str]:
        """How often each item reached somebody."""
        return Counter(each.item_id for each in self.arrived)
