"""The mailer over SMTP. The protocol can't be asked afterwards, so it promises no more than it can keep."""

import datetime as dt

from connectors._mail import build_email, message_id
from connectors.smtp.connection import TIMEOUT_SECONDS, Connection
from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.ports import Clock, Secrets
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts
from firstbell.settings import SmtpSettings
from firstbell.telemetry import request_told
from rules.contact.addresses import is_one_address
from rules.people import Personal

ACCEPTED = 250


class SmtpMailer:
    """Hands messages to a submission server. Drafts, and what became of them, live in this process only."""

    def __init__(
        self, settings: SmtpSettings, secrets: Secrets, clock: Clock, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """Connects to nothing yet. Raises Misconfigured for a sender no mail can come from."""
        if not is_one_address(Personal(settings.sender)):
            raise Misconfigured("smtp.sender must be one e-mail address in plain ASCII")
        self._sender = settings.sender
        self._clock = clock
        self._connection = Connection(settings, secrets, timeout_seconds)
        self._drafts: dict[str, tuple[Personal, bytes]] = {}
        self._fate: dict[str, Whereabouts] = {}

    @property
    def guarantee(self) -> Guarantee:
        return Guarantee.IN_DOUBT_AFTER_CRASH

    def create_draft(self, message: Message) -> str:
        """Build the e-mail and connect, so that a server that can't be used is found before anything is on its way.

        The draft's id is the Message-ID, which follows from the key. Raises GiveUp, RetryLater, Misconfigured.
        """
        built = build_email(message, sender=self._sender, at=self._clock.now())
        self._connection.ready()
        draft_id = message_id(message.key, self._sender)
        if self._fate.get(draft_id) not in {Whereabouts.SENT, Whereabouts.CANNOT_TELL}:
            self._drafts[draft_id] = (message.to, built.as_bytes())
            self._fate[draft_id] = Whereabouts.DRAFT
        return draft_id

    def send_draft(self, draft_id: str) -> None:
        """Hand the draft over. Raises NeedsHuman for one of another process: nobody can know what became of it."""
        if self._fate.get(draft_id) is not Whereabouts.DRAFT:
            raise NeedsHuman("the draft is not in this run's hands: it may have gone", "the mail server's message log")
        to, content = self._drafts[draft_id]
        self._fate[draft_id] = Whereabouts.CANNOT_TELL
        try:
            with request_told("smtp", "SEND", "never twice") as told:
                told.tries = 1
                self._connection.deliver(to.reveal(), content)
                told.status = ACCEPTED
        except (RetryLater, Misconfigured):
            self._fate[draft_id] = Whereabouts.DRAFT
            raise
        except GiveUp:
            self._forget(draft_id, Whereabouts.ABSENT)
            raise
        self._forget(draft_id, Whereabouts.SENT)

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        """What this process knows; of anything else it says that it can't tell."""
        is_ours = draft_id == message_id(key, self._sender)
        return self._fate.get(draft_id, Whereabouts.CANNOT_TELL) if is_ours else Whereabouts.CANNOT_TELL

    def discard_draft(self, draft_id: str) -> bool:
        is_draft = self._fate.get(draft_id) is Whereabouts.DRAFT
        if is_draft:
            self._forget(draft_id, Whereabouts.ABSENT)
        return is_draft

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:  # noqa: ARG002 - none, whatever the time
        """None: drafts live in one run's memory and end with it."""
        return ()

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:  # noqa: ARG002 - SMTP can't say, whatever the time
        """None: reports of non-delivery go to the sender's mailbox, which SMTP can't read."""
        return ()

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:  # noqa: ARG002 - as above
        """None: they go to the sender's mailbox too."""
        return ()

    def close(self) -> None:
        """End the connection; the next message opens another."""
        self._connection.close()

    def _forget(self, draft_id: str, fate: Whereabouts) -> None:
        self._fate[draft_id] = fate
        del self._drafts[draft_id]
