"""What Graph answered, and what that means for the caller.

A refusal is told by its code alone: Graph's own words may repeat a file's name or an address.
"""

import contextlib
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from firstbell.errors import FirstbellError, GiveUp, Misconfigured, NeedsHuman, RetryLater

# Where Graph says no time; several of its services leave Retry-After out.
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
CHANGED_MEANWHILE = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.LOCKED})
NOT_LET_IN = {
    HTTPStatus.UNAUTHORIZED: "Microsoft 365 does not accept our sign-in",
    HTTPStatus.FORBIDDEN: "Microsoft 365 does not allow it",
    HTTPStatus.NOT_FOUND: "what the settings name is not there",
}
BROKEN = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


class Policy(StrEnum):
    """How often a request may be made, by what a second one would do.

    REPEATABLE: nothing more (reads; writes of the same content to the same place). ONCE: a second one would leave
    something behind that harms nobody. NEVER_TWICE: a second one could reach a parent.
    """

    REPEATABLE = "repeatable"
    ONCE = "once"
    NEVER_TWICE = "never twice"


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """An answer: the status, the headers by lower-case name, and the body."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status})"

    def json(self) -> Any:  # noqa: ANN401 - whatever the service sent
        """The body. Raises RetryLater for one that is no JSON: a page that some proxy put in the way."""
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise RetryLater(TRY_AGAIN_AFTER) from error

    @property
    def is_a_page(self) -> bool:
        """Whether it is a page for people: some proxy or sign-in answered in Graph's place."""
        return self.headers.get("content-type", "").startswith("text/html")

    @property
    def code(self) -> str:
        """The innermost error code, which is the most exact one; empty for none."""
        found, code = _error_of(self.content), ""
        while found:
            code = str(found.get("code") or code)
            inner = found.get("innerError") or found.get("innererror")
            found = inner if isinstance(inner, dict) else {}
        return code

    @property
    def wait(self) -> dt.timedelta:
        """How long Graph asks to wait, bounded; in seconds, or as a date, which is taken against the answer's own."""
        asked = self.headers.get("retry-after", "")
        with contextlib.suppress(ValueError, OverflowError, KeyError):
            seconds = float(asked) if _is_number(asked) else self._until(asked)
            if seconds > 0:
                return min(dt.timedelta(seconds=seconds), LONGEST_WAIT)
        return TRY_AGAIN_AFTER

    def _until(self, date: str) -> float:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(self.headers["date"])).total_seconds()


def refusal(reply: Reply, doing: str, policy: Policy) -> FirstbellError:
    """What an answer that the caller did not expect means for it. `doing` completes "may not …" without any name."""
    status, which = HTTPStatus(reply.status), f"{reply.status} {reply.code}".strip()
    if status in BUSY | BROKEN:
        is_in_doubt = policy is Policy.NEVER_TWICE and status is not HTTPStatus.TOO_MANY_REQUESTS
        return in_doubt() if is_in_doubt else RetryLater(reply.wait)
    if status in CHANGED_MEANWHILE:
        return RetryLater(reply.wait)
    if status is HTTPStatus.INSUFFICIENT_STORAGE:
        return NeedsHuman("the school's storage in Microsoft 365 is full: make room", "Microsoft 365")
    if status in NOT_LET_IN:
        return Misconfigured(f"Firstbell can't {doing}: {NOT_LET_IN[status]} ({which}). Run: firstbell doctor")
    return GiveUp(f"Microsoft 365 refuses to {doing} ({which})")


def in_doubt() -> FirstbellError:
    """The request may have been carried out, and may not."""
    return NeedsHuman("Microsoft 365 did not answer: the message may have gone", "the mailbox's Sent Items")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _error_of(content: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(content)
        error = found.get("error") if isinstance(found, dict) else None
        return error if isinstance(error, dict) else {}
    return {}
