"""Mails as files: their names, which say nothing of people, and what their headers tell."""

import datetime as dt
import email.policy
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from connectors._bounces import is_permanent, read_report
from connectors._mail import KEY_HEADER

PURPOSE_HEADER = "X-Firstbell-Purpose"
REFERENCE_HEADER = "X-Firstbell-Reference"
_HEADERS = BytesHeaderParser(policy=email.policy.compat32)
_NAME = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})-[0-9a-f]{32}-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """What the list of mails shows; `name` is the file's, without its ending."""

    name: str
    key: str
    message_id: str
    purpose: str
    reference: str
    subject: str
    at: dt.datetime


def mail_name(key: str, at: dt.datetime, its_own: bytes) -> str:
    """The name of a mail's file: UTC date, hash of its key, hash of what no other draft has."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d}-{key_digest(key)}-{hashlib.sha256(its_own).hexdigest()[:16]}"


def key_digest(key: str) -> str:
    """The part of a mail's name that stands for its key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def is_mail_name(text: str) -> bool:
    """Whether a text is the name of a mail's file, and so can't lead out of its folder."""
    return _NAME.fullmatch(text) is not None


def mail_files(folder: Path, since: dt.date = dt.date.min) -> list[Path]:
    """The mails in a folder from a UTC date on, oldest day first; other files are left alone."""
    found = (path for path in folder.glob("*.eml") if is_mail_name(path.stem) and path.stem[:10] >= since.isoformat())
    return sorted(found)


def read_headers(path: Path) -> StoredMail:
    """Read what the list shows of a mail. Raises OSError when it is gone.

    Outboxes grow all year, so this reads as little as it can: the whole parser takes ten times as long.
    """
    mail = _HEADERS.parsebytes(path.read_bytes().partition(b"\r\n\r\n")[0])
    return StoredMail(
        path.stem,
        _decoded(mail[KEY_HEADER]),
        _decoded(mail["Message-ID"]).strip(),
        _decoded(mail[PURPOSE_HEADER]),
        _decoded(mail[REFERENCE_HEADER]),
        _decoded(mail["Subject"]),
        parsedate_to_datetime(mail["Date"]),
    )


def _decoded(header: str) -> str:
    unfolded = header.replace("\r\n", "")
    return str(make_header(decode_header(unfolded))) if "=?" in unfolded else unfolded


def read_mail(path: Path) -> EmailMessage:
    """Read a whole mail."""
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(path.read_bytes())


def bounce_reports(outbox: Path) -> dict[str, bool]:
    """What people put in `bounces`: whether it is permanent, by the Message-ID or reference of the message.

    A text file is named after the reference; an .eml is the report of non-delivery itself. Raises OSError.
    """
    found: dict[str, bool] = {}
    for path in sorted(outbox.glob("bounces/*")):
        if path.suffix.lower() == ".txt":
            found[path.stem.upper()] = _is_permanent(path.read_text(encoding="utf-8", errors="replace"))
        elif path.suffix.lower() == ".eml" and (report := read_report(path.read_bytes())) is not None:
            found |= dict.fromkeys(report.identities, report.is_permanent)
    return found


def bounce_of(mail: StoredMail, reports: Mapping[str, bool]) -> bool | None:
    """Whether the mail's bounce is permanent; None when it did not bounce."""
    return reports.get(mail.message_id, reports.get(mail.reference.upper()))


def _is_permanent(words: str) -> bool:
    return "temporary" not in words.casefold() and is_permanent(words)
