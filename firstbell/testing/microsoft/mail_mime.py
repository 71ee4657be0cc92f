"""Mails as they travel: what Exchange makes of an item, and the plain text that it writes from HTML."""

import email.policy
from email.message import EmailMessage
from html.parser import HTMLParser

from firstbell.testing.microsoft.mail_state import Item, Mailbox

_BLOCKS = frozenset({"p", "div", "h1", "h2", "li", "tr", "table", "ul", "ol"})


def mail_of(item: Item, mailbox: Mailbox) -> EmailMessage:
    """The mail of a sent item. Of a message in HTML, Exchange writes the plain text beside it."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = mailbox.address
    mail["To"] = ", ".join(recipients(item))
    mail["Subject"] = item.content.get("subject", "")
    mail["Message-ID"] = item.internet_message_id
    for header in item.content.get("internetMessageHeaders", ()):
        mail[header["name"]] = header["value"]
    body = item.content.get("body") or {"content": ""}
    if body.get("contentType") == "html":
        mail.set_content(text_from_html(body["content"]), cte="quoted-printable")
        mail.add_alternative(body["content"], subtype="html", cte="quoted-printable")
    else:
        mail.set_content(body["content"], cte="quoted-printable")
    return mail


def recipients(item: Item) -> list[str]:
    """Everybody it is for."""
    kinds = ("toRecipients", "ccRecipients", "bccRecipients")
    return [each["emailAddress"]["address"] for kind in kinds for each in item.content.get(kind) or ()]


def text_from_html(html: str) -> str:
    """The words of a page, a line for each paragraph."""
    reader = _Words()
    reader.feed(html)
    lines = ("".join(line).strip() for line in reader.lines)
    return "\n".join(line for line in lines if line) + "\n"


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = [[]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the library has it
        if tag in _BLOCKS or tag == "br":
            self.lines.append([])

    def handle_data(self, data: str) -> None:
        self.lines[-1].append(data)
