"""The outbox on disk: each message is a file that is a draft or sent, and becomes sent by one rename, exactly once.

drafts/NAME.eml     made ready, not sent
sent/NAME.eml       sent
bounces/            put there by a person: what tells that a message did not arrive
"""

import datetime as dt
import uuid
from itertools import count
from pathlib import Path

from connectors._mail import build_email
from connectors.local.disk import disk_errors, sync_folder, write_file
from connectors.local.mail_files import (
    PURPOSE_HEADER,
    REFERENCE_HEADER,
    StoredMail,
    bounce_of,
    bounce_reports,
    is_mail_name,
    key_digest,
    mail_files,
    mail_name,
    read_headers,
)
from firstbell.errors import NeedsHuman, RetryLater
from firstbell.ports import Clock
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts

# How long to leave a draft alone that another program holds open (Windows: a mail program that shows it).
HELD_OPEN_FOR = dt.timedelta(minutes=1)


class LocalOutbox:
    """A mailer that writes e-mails to a folder. `sender` is the address they come from.

    `run` names this run among all that ever write to the folder; a demo gives its own, so that its files are the same.
    """

    def __init__(self, folder: Path, clock: Clock, *, sender: str, run: str = "") -> None:
        self._folder, self._drafts, self._sent = folder, folder / "drafts", folder / "sent"
        self._clock = clock
        self._sender = sender
        self._run = run or uuid.uuid4().hex
        self._made = count()

    @property
    def guarantee(self) -> Guarantee:
        return Guarantee.EXACTLY_ONCE

    def create_draft(self, message: Message) -> str:
        """Write the draft, whole and on the disk. Raises GiveUp (address, subject), Misconfigured, NeedsHuman."""
        now = self._clock.now()
        built = build_email(message, sender=self._sender, at=now)
        built[PURPOSE_HEADER] = message.purpose
        built[REFERENCE_HEADER] = message.reference
        content = built.as_bytes()
        # A name no other draft ever has: of two runs with the same message at the same moment, one deletes its own.
        name = mail_name(message.key, now, content + f"{self._run} {next(self._made)}".encode())
        with disk_errors("the outbox"):
            write_file(self._drafts / f"{name}.eml", content)
        return name

    def send_draft(self, draft_id: str) -> None:
        """Rename the draft into `sent`: it is in one place or the other, at every moment."""
        sent = self._file(self._sent, draft_id)
        if sent is None or sent.exists():
            raise NeedsHuman("it is no draft, or was sent already: look the message up", "the outbox")
        with disk_errors("the outbox"):
            sent.parent.mkdir(parents=True, exist_ok=True)
            _rename(self._drafts / sent.name, sent)
            sync_folder(sent.parent)

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        """Look in `drafts` first: a message that another run sends meanwhile is then seen in `sent`."""
        draft = self._file(self._drafts, draft_id)
        is_draft = draft is not None and draft.exists()
        if next(self._sent.glob(f"*-{key_digest(key)}-*.eml"), None) is not None:
            return Whereabouts.SENT
        return Whereabouts.DRAFT if is_draft else Whereabouts.ABSENT

    def discard_draft(self, draft_id: str) -> bool:
        """Delete the draft's file. Of this and a rename into `sent` the disk lets one through."""
        draft = self._file(self._drafts, draft_id)
        return draft is not None and _unlink(draft)

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        """The drafts whose own Date is before a moment."""
        with disk_errors("the outbox"):
            found = [mail for path in mail_files(self._drafts) if (mail := _headers_if_there(path)) is not None]
        return tuple(Draft(mail.name, mail.key) for mail in found if mail.at < moment)

    def close(self) -> None:
        """Nothing to let go of: every mail is a file."""

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:
        """Messages sent since a time that something in `bounces` is about; the time is that of the message."""
        with disk_errors("the outbox"):
            reports = bounce_reports(self._folder)
            if not reports:
                return ()
            sent = [read_headers(path) for path in mail_files(self._sent, since.astimezone(dt.UTC).date())]
        found = ((mail, bounce_of(mail, reports)) for mail in sent if mail.at >= since)
        return tuple(Bounce(mail.key, permanent, mail.at) for mail, permanent in found if permanent is not None)

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:  # noqa: ARG002 - nobody can answer a file
        """None: what lies in the outbox has reached nobody."""
        return ()

    def _file(self, folder: Path, draft_id: str) -> Path | None:
        return folder / f"{draft_id}.eml" if is_mail_name(draft_id) else None


def _rename(draft: Path, sent: Path) -> None:
    try:
        draft.replace(sent)
    except FileNotFoundError as error:
        raise NeedsHuman("the draft is not there any more: look the message up", "the outbox") from error
    except PermissionError as error:
        raise RetryLater(HELD_OPEN_FOR) from error


def _unlink(draft: Path) -> bool:
    """Whether the file was there, and is not now."""
    with disk_errors("the outbox"):
        try:
            draft.unlink()
        except FileNotFoundError:
            return False
    return True


def _headers_if_there(path: Path) -> StoredMail | None:
    """A draft's headers; None when another run has sent or deleted it meanwhile."""
    try:
        return read_headers(path)
    except FileNotFoundError:
        return None
