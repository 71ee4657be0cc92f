"""Reports of non-delivery, as mail servers write them: which message they return, and whether trying again may help."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32

# compat32 reads headers as they stand and stumbles over nothing: reports are made by every kind of program.
_PARSER = BytesParser(policy=compat32)
_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_NAMED_ID = re.compile(rf"^Message-ID:\s*({_MESSAGE_ID.pattern})", re.IGNORECASE | re.MULTILINE)
_REFERENCE = re.compile(r"\b[A-Z]{3}-[A-Z0-9]{6}\b")
_MAIL_PROGRAM = re.compile(r"mailer-daemon|postmaster", re.IGNORECASE)
# RFC 3463. A full mailbox (x.2.2) may have room tomorrow, whichever class its server puts it in.
_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_MAY_PASS = re.compile(r"4\.\d+\.\d+|5\.2\.2")


@dataclass(frozen=True, slots=True)
class Report:
    """A message that did not arrive: its Message-ID and reference, as far as they are told."""

    identities: frozenset[str]
    is_permanent: bool


def read_report(content: bytes) -> Report | None:
    """The report in a mail; None for any other mail, among them answers, out-of-office notes and reports of delay."""
    mail = _PARSER.parsebytes(content)
    texts = tuple(_texts(mail))
    status = _told_status(mail) if mail.get_content_type() == "multipart/report" else _status_in_words(mail, texts)
    if status is None:
        return None
    found = {each for text in texts for each in (*_NAMED_ID.findall(text), *_REFERENCE.findall(text))}
    for header in ("In-Reply-To", "References"):
        found.update(_MESSAGE_ID.findall(str(mail.get(header, ""))))
    return Report(frozenset(found), is_permanent(status))


def is_mail_program(sender: str) -> bool:
    """Whether an address is one that mail servers write from."""
    return _MAIL_PROGRAM.search(sender) is not None


def is_permanent(text: str) -> bool:
    """Whether trying again is hopeless, by the status code in a text; without one it is."""
    status = _STATUS.search(text)
    return status is None or _MAY_PASS.fullmatch(status[0]) is None


def _told_status(mail: Mail) -> str | None:
    """RFC 3464: the part for programs has a field for what happened and one for why."""
    for part in mail.walk():
        if str(part.get("Action", "")).strip().lower() == "failed":
            return str(part.get("Status", ""))
    return None


def _status_in_words(mail: Mail, texts: tuple[str, ...]) -> str | None:
    """Older programs write plain text; who writes it tells them from people."""
    if not is_mail_program(str(mail.get("From", ""))):
        return None
    return next((found[0] for text in texts if (found := _STATUS.search(text))), "")


def _texts(mail: Mail) -> Iterator[str]:
    """What can be read in a report: its own words, and the message it returns with its headers."""
    for part in mail.walk():
        if part is not mail:
            yield "\n".join(f"{name}: {value}" for name, value in part.items())
        content = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(content, bytes):
            yield content.decode("utf-8", errors="replace")
