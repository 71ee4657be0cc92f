"""Rehearsal: a real run whose messages can reach only the listed members of staff, whoever they are meant for."""

import dataclasses
import datetime as dt

from firstbell.errors import GiveUp
from firstbell.ports import Mailer
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts
from rules.people import Personal


class RehearsalMailer:
    """A mailer in front of the real one that readdresses every message to staff, and can do nothing else."""

    def __init__(self, mailer: Mailer, recipients: tuple[str, ...]) -> None:
        self._mailer = mailer
        self._recipients = recipients

    @property
    def guarantee(self) -> Guarantee:
        """That of the mailer behind."""
        return self._mailer.guarantee

    def create_draft(self, message: Message) -> str:
        """Draft the message to a listed member of staff. Raises GiveUp when none is listed."""
        if not self._recipients:
            raise GiveUp("a rehearsal needs outgoing.rehearsal_recipients, so that it can reach nobody else")
        chosen = self._recipients[int(message.key[:8], 16) % len(self._recipients)]
        subject = f"[Rehearsal] {message.subject}"
        return self._mailer.create_draft(dataclasses.replace(message, to=Personal(chosen), subject=subject))

    def send_draft(self, draft_id: str) -> None:
        """Send a draft made here."""
        self._mailer.send_draft(draft_id)

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        """Where the message is now."""
        return self._mailer.look_up(key, draft_id)

    def discard_draft(self, draft_id: str) -> bool:
        """Delete a draft."""
        return self._mailer.discard_draft(draft_id)

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        """Drafts of the rehearsal itself."""
        return self._mailer.drafts_before(moment)

    def close(self) -> None:
        """Close the mailer behind."""
        self._mailer.close()

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:
        """Non-delivery reports of the rehearsal itself."""
        return self._mailer.bounces(since)

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:
        """Answers to the rehearsal itself."""
        return self._mailer.replies(since)
