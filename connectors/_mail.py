"""How a message becomes an e-mail, the same for every connector that hands over whole e-mails itself."""

import datetime as dt
import email.policy
import hashlib
import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from firstbell.errors import GiveUp
from firstbell.records import Message
from rules.contact.addresses import is_one_address

KEY_HEADER = "X-Firstbell-Key"
# Lines end in CR LF; what is not ASCII is encoded, so no server on the way has reason to change a byte.
POLICY = email.policy.SMTP.clone(cte_type="7bit")
# Control characters, half a character, line and paragraph separators: no header line may hold them.
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})


def build_email(message: Message, *, sender: str, at: dt.datetime) -> EmailMessage:
    """The e-mail for a message: plain text and HTML side by side, to exactly one address, the same bytes every time.

    `at` becomes its Date. The key stands in a header and, hashed, in the Message-ID. Raises GiveUp where
    `check_envelope` does.
    """
    check_envelope(message)
    built = EmailMessage(policy=POLICY)
    built["Date"] = format_datetime(at.astimezone(dt.UTC))
    built["From"] = Address(addr_spec=sender)
    built["To"] = Address(addr_spec=message.to.reveal())
    built["Subject"] = message.subject
    built["Message-ID"] = message_id(message.key, sender)
    # RFC 3834: out-of-office programs stay quiet.
    built["Auto-Submitted"] = "auto-generated"
    built[KEY_HEADER] = message.key
    _fill(built, message)
    # Last: the e-mail package drops every Content- header when it is given the content.
    built["Content-Language"] = "en-GB"
    return built


def _fill(built: EmailMessage, message: Message) -> None:
    built.set_content(message.text.reveal(), cte="quoted-printable")
    if message.html:
        built.add_alternative(message.html.reveal(), subtype="html", cte="quoted-printable")
        # "=_" never stands in quoted-printable text, so this can't be mistaken for content.
        built.set_boundary(f"=_{_digest(message.key)}")


def message_id(key: str, sender: str) -> str:
    """The Message-ID of the message with this key: it says nothing by itself."""
    return f"<{_digest(key)}@{sender.rpartition('@')[2]}>"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def check_envelope(message: Message) -> None:
    """Raise GiveUp unless the message goes to exactly one address and its headers are one line each."""
    if not is_one_address(message.to):
        raise GiveUp("the address is not exactly one e-mail address")
    if not all(map(_is_one_line, (message.subject, message.key, message.reference))):
        raise GiveUp("the subject, key or reference holds a line break or another control character")
    if message.subject != message.subject.strip() or not message.subject:
        raise GiveUp("the subject is empty, or has a blank at one end that mail programs take away")
    if "=?" in message.subject:
        raise GiveUp("the subject holds '=?', which mail programs read as encoded text of any kind")
    if any("\ud800" <= character <= "\udfff" for character in message.text.reveal() + message.html.reveal()):
        raise GiveUp("the text holds half a character")


def _is_one_line(text: str) -> bool:
    return not any(unicodedata.category(character) in _BREAKING for character in text)
