"""What Graph answered, and what that means for the caller.

A refusal is told by its code alone: Graph's own words may repeat a file's name or an address.
"""

import contextlib
import datetime as dt
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from firstbell.errors import FirstbellError, GiveUp, Misconfigured, NeedsHuman, RetryLater

# Where Graph says no time; several of its services leave Retry-After out.
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
A_MOMENT = dt.timedelta(seconds=1)
LONGEST_WAIT = dt.timedelta(hours=1)
CHANGED_MEANWHILE = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.LOCKED})
NOT_LET_IN: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Microsoft 365 does not accept our sign-in",
    HTTPStatus.FORBIDDEN: "Microsoft 365 does not allow it",
    HTTPStatus.NOT_FOUND: "what the settings name is not there",
}
# Refused at the door: whatever was asked has surely not been done.
NOTHING_DONE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED})
CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


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
    def is_done(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_a_page(self) -> bool:
        """Whether it is a page for people: some proxy or sign-in answered in Graph's place."""
        return self.headers.get("content-type", "").startswith("text/html")

    @property
    def code(self) -> str:
        """The innermost error code, which is the most exact one; empty for none."""
        found, code = _error_of(self.content), ""
        while found:
            named = found.get("code")
            code = named if isinstance(named, str) and CODE.fullmatch(named) else code
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
        now = parsedate_to_datetime(self.headers["date"]).replace(tzinfo=dt.UTC)
        return (parsedate_to_datetime(date).replace(tzinfo=dt.UTC) - now).total_seconds()  # HTTP's dates are all GMT


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller asks for: in words that complete "Firstbell can't …", how often, and which refusals it expects."""

    doing: str
    policy: Policy
    may_be: Collection[int] = ()
    may_be_a_page: bool = False

    def is_met_by(self, reply: Reply) -> bool:
        return reply.status in self.may_be or (reply.is_done and (self.may_be_a_page or not reply.is_a_page))


@dataclass(frozen=True, slots=True)
class Setback:
    """A try that failed: what to raise where there is no other, and how long to wait before another."""

    problem: FirstbellError
    wait: dt.timedelta
    may_be_repeated: bool


def not_sent(cause: Exception) -> Setback:
    """There was no connection: nothing was sent, so anything may be tried again."""
    return Setback(_caused(RetryLater(TRY_AGAIN_AFTER), cause), A_MOMENT, may_be_repeated=True)


def lost(wanted: Wanted, cause: Exception) -> Setback:
    """The connection broke: what was asked may have been done."""
    problem = in_doubt() if wanted.policy is Policy.NEVER_TWICE else RetryLater(TRY_AGAIN_AFTER)
    return Setback(_caused(problem, cause), A_MOMENT, wanted.policy is Policy.REPEATABLE)


def setback_of(reply: Reply, wanted: Wanted) -> Setback:
    """An answer that the caller did not expect.

    A conflict is not tried again here: the same request would meet it again, and people should see it.
    """
    wait = reply.wait if "retry-after" in reply.headers else A_MOMENT
    is_passing = reply.status not in CHANGED_MEANWHILE and _is_passing(reply)
    may_be_repeated = is_passing and (wanted.policy is Policy.REPEATABLE or reply.status in NOTHING_DONE)
    return Setback(refusal(reply, wanted), wait, may_be_repeated)


def refusal(reply: Reply, wanted: Wanted) -> FirstbellError:
    """What an answer that the caller did not expect means for it."""
    doing, which = wanted.doing, f"{reply.status} {reply.code}".strip()
    if reply.status == HTTPStatus.INSUFFICIENT_STORAGE:
        return NeedsHuman("the school's storage in Microsoft 365 is full: make room", "Microsoft 365")
    if reply.status in NOT_LET_IN and not reply.is_a_page:
        return Misconfigured(f"Firstbell can't {doing}: {NOT_LET_IN[reply.status]} ({which}). Run: firstbell doctor")
    if reply.status in CHANGED_MEANWHILE:
        return RetryLater(reply.wait)
    if _is_passing(reply):
        is_in_doubt = wanted.policy is Policy.NEVER_TWICE and reply.status not in NOTHING_DONE
        return in_doubt() if is_in_doubt else RetryLater(reply.wait)
    if reply.is_a_page:
        return Misconfigured(
            f"Firstbell can't {doing}: a page came in place of an answer ({which}). A web filter may be in the way"
        )
    return GiveUp(f"Microsoft 365 refuses to {doing} ({which})")


def in_doubt() -> FirstbellError:
    """The request may have been carried out, and may not."""
    return NeedsHuman("Microsoft 365 did not answer: the message may have gone", "the mailbox's Sent Items")


def _is_passing(reply: Reply) -> bool:
    """Whether the same request may do better later: the service is busy or broken, or a page came that says nothing."""
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return reply.status not in {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.INSUFFICIENT_STORAGE}
    passing = NOTHING_DONE | {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}
    return reply.status in passing or (reply.is_a_page and reply.is_done)


def _caused[Problem: FirstbellError](problem: Problem, cause: Exception) -> Problem:
    """The problem with what it came from, as `raise … from` would have it."""
    problem.__cause__ = cause
    return problem


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _error_of(content: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(content)
        error = found.get("error") if isinstance(found, dict) else None
        return error if isinstance(error, dict) else {}
    return {}
