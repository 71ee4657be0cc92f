"""What the pages show of a tenant: plain records, which the parts' states are read into."""

import datetime as dt
import email.policy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.mail_mime import mail_of
from firstbell.testing.microsoft.mail_state import Folder, Mailbox
from firstbell.testing.microsoft.mail_state import Item as MailItem
from firstbell.testing.microsoft.tenant import Tenant

STATES = {Folder.DRAFTS: "Draft", Folder.SENT: "Sent"}


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail in a mailbox. `state` is "Draft", "Sent" or "Received"; `html` is empty for one in plain text."""

    key: str
    mailbox: str
    state: str
    at: dt.datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file or folder, `depth` folders below its library. `may_open`: address to "read", "write" or "owner"."""

    drive: str
    key: str
    name: str
    depth: int
    is_folder: bool
    size: int
    may_open: Mapping[str, str]
    has_own_rights: bool
    open_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a card: `kind` is "heading", "text" or "link"."""

    kind: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card in the channel, as an Adaptive Card."""

    at: dt.datetime
    card: Mapping[str, Any] = field(repr=False)

    @property
    def is_urgent(self) -> bool:
        """Whether any of its text is in the colour of attention."""
        return any(part.get("color") == "attention" for part in _parts(self.card))

    @property
    def blocks(self) -> list[Block]:
        """What stands on its face, and where its buttons lead."""
        texts = [part for part in _parts(self.card) if part.get("type") in {"TextBlock", "TextRun"}]
        headings = [Block("heading" if _is_large(part) else "text", str(part.get("text", ""))) for part in texts]
        opens = [part for part in _parts(self.card) if part.get("type") == "Action.OpenUrl"]
        return [*headings, *(Block("link", str(part.get("title", "")), str(part.get("url", ""))) for part in opens)]


def _parts(card: object) -> Iterator[Mapping[str, Any]]:
    """Every element of a card, in the order it is read."""
    if isinstance(card, Mapping):
        yield card
        for inner in card.values():
            yield from _parts(inner)
    elif isinstance(card, list | tuple):
        for inner in card:
            yield from _parts(inner)


def _is_large(part: Mapping[str, Any]) -> bool:
    return str(part.get("size", "")).lower() in {"large", "extralarge"}


def mails_of(tenant: Tenant) -> list[ShownMail]:
    """Every mail, newest first."""
    boxes = tenant.mail.mailboxes.values()
    mails = [_mail(box, item) for box in boxes for item in tenant.mail.shown(box, tenant.clock())]
    return sorted(mails, key=lambda mail: mail.at, reverse=True)


def _mail(box: Mailbox, item: MailItem) -> ShownMail:
    mail = message_from_bytes(item.mime, policy=email.policy.default) if item.mime else mail_of(item, box)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return ShownMail(
        key=item.id,
        mailbox=box.address,
        state=STATES.get(item.folder, "Received"),
        at=item.sent_at or item.modified_at,
        sender=str(mail["From"] or ""),
        to=tuple(address.addr_spec for address in mail["To"].addresses) if mail["To"] else (),
        subject=str(mail["Subject"] or ""),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )


def cards_of(tenant: Tenant) -> list[ShownCard]:
    """Every card, newest first."""
    posted = [each for channel in tenant.channels.values() for each in channel.shown(tenant.clock())]
    cards = [ShownCard(each.at, each.card) for each in posted if each.card is not None]
    return sorted(cards, key=lambda card: card.at, reverse=True)


def files_of(tenant: Tenant) -> list[ShownFile]:
    """Every library with what lies in it, as a tree is read."""
    return [shown for drive in tenant.drives.values() for shown in _tree(drive, drive.root, 0)]


def _tree(drive: Drive, item: Item, depth: int) -> Iterator[ShownFile]:
    yield ShownFile(
        drive=drive.id,
        key=item.id,
        name=drive.id.removeprefix("b!") if item is drive.root else item.name,
        depth=depth,
        is_folder=item.content is None,
        size=len(item.content or b""),
        may_open={name: grant.role for grant in item.who for name in sorted(grant.names)},
        has_own_rights=item.grants is not None,
        open_by=tuple(sorted({who if "@" in who else "a program" for who in item.open_by})),
    )
    if item.content is None:
        for inner in drive.children(item):
            yield from _tree(drive, inner, depth + 1)
