"""A mailer over a small HTTP service, as the mailers of cloud mailboxes will be: for the harness only."""

import datetime as dt
import http.client
import json
import math
from typing import Any

from firstbell.errors import NeedsHuman, RetryLater
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts

SOON = dt.timedelta(seconds=1)
TIMEOUT_SECONDS = 2.0
BUSY, SERVER_ERROR = 429, 500


class HttpMailer:
    """POST /drafts, POST /drafts/ID/send, GET /messages/KEY/ID, DELETE /drafts/ID, GET /drafts."""

    guarantee = Guarantee.EXACTLY_ONCE

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)

    def create_draft(self, message: Message) -> str:
        told = {"key": message.key, "to": message.to.reveal()}
        return str(self._ask("POST", "/drafts", told)["id"])

    def send_draft(self, draft_id: str) -> None:
        """Any doubt about a send is a doubt: only "busy" says that nothing was done."""
        try:
            answer = self._ask("POST", f"/drafts/{draft_id}/send")
        except RetryLater as doubt:
            if isinstance(doubt.__cause__, OSError | http.client.HTTPException | ServerFault):
                raise NeedsHuman("the answer was lost: it may have gone", "the mailbox") from doubt
            raise
        if not answer["sent"]:
            raise NeedsHuman("the draft is not there any more: look the message up", "the mailbox")

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        return Whereabouts(self._ask("GET", f"/messages/{key}/{draft_id or '-'}")["where"])

    def discard_draft(self, draft_id: str) -> bool:
        return bool(self._ask("DELETE", f"/drafts/{draft_id}")["deleted"])

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:  # noqa: ARG002 - the clock here stands still
        return ()

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:  # noqa: ARG002 - none ever
        return ()

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:  # noqa: ARG002 - none ever
        return ()

    def close(self) -> None:
        """Each request has its own connection."""

    def _ask(self, method: str, path: str, told: dict[str, str] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(*self._place, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, json.dumps(told or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as lost:
            raise RetryLater(SOON) from lost
        finally:
            connection.close()
        if status == BUSY:
            raise RetryLater(_retry_after(answer.getheader("Retry-After")))
        if status >= SERVER_ERROR:
            raise RetryLater(SOON) from ServerFault(status)
        return dict(json.loads(body))


class ServerFault(Exception):
    """The service answered that it failed: whether it did its part first, it does not say."""


def _retry_after(told: str | None) -> dt.timedelta:
    """What the service said, within reason."""
    try:
        seconds = float(told or "")
    except ValueError:
        return SOON
    return dt.timedelta(seconds=min(seconds, 3600)) if math.isfinite(seconds) and seconds > 0 else SOON
