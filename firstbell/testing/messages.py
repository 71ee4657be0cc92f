"""Messages for tests: obviously made up, whole, and each part changeable by name."""

import datetime as dt
import email.policy
from email.message import EmailMessage
from email.parser import BytesParser

from firstbell.records import Message
from rules.contact.purposes import Purpose
from rules.people import Personal

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def a_message(
    key: str = "a" * 32,
    *,
    purpose: Purpose = Purpose.FIRST_DAY_ABSENCE,
    to: str = "zoe.nguyen@example.org",
    subject: str = "Attendance this morning",
    text: str = "Dear Zoë,\n\nAlicia is not marked in this morning.\n",
    html: str = "<p>Dear Zoë,</p>\n<p>Alicia is not marked in this morning.</p>\n",
    send_before: dt.datetime = NOON,
    reference: str = "ATT-7F3K9Q",
) -> Message:
    """The first-day message to Alicia's mother, unless told otherwise."""
    return Message(key, purpose, Personal(to), subject, Personal(text), Personal(html), send_before, reference)


def a_text_message(key: str = "a" * 32, *, to: str = "07700 900123", subject: str = "") -> Message:
    """The same as a text message to one of Ofcom's numbers that ring nowhere."""
    return a_message(key, to=to, subject=subject, html="")


def parsed(content: bytes) -> EmailMessage:
    """An e-mail as a mail program reads it."""
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)


def message_in(content: bytes) -> Message:
    """The message that an e-mail carries, as its recipient finds it; purpose and reference are not in it."""
    mail = parsed(content)
    (to,) = mail["To"].addresses
    return a_message(
        mail["X-Firstbell-Key"],
        to=to.addr_spec,
        subject=mail["Subject"],
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
