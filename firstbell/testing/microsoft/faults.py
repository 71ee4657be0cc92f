"""Faults on order: what a service does on a bad day, scripted so that a test can ask for each."""

import base64
import contextlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.asked import Answer, Refused


class Dropped(ConnectionError):
    """The connection is cut without an answer."""


class Kind(StrEnum):
    """What goes wrong. AFTER: the service does what was asked, and its answer is lost or says otherwise.

    REVOKED: the token is no longer good, and the service says with what claims to ask for another. LEFT_OUT: done, but
    a batch hands over no answer to it; alone, its connection is cut. HALF: done, but half of the answer is missing.
    """

    THROTTLED = "429"
    UNAVAILABLE = "503"
    BROKEN = "500"
    GATEWAY = "504"
    GATEWAY_AFTER = "504 after"
    DROPPED = "dropped"
    DROPPED_AFTER = "dropped after"
    LOCKED = "423"
    CONFLICT = "409"
    CHANGED = "412"
    FULL = "507"
    NOT_JSON = "html"
    BLOCKED = "403 html"
    SIGNED_OUT = "401"
    REVOKED = "revoked"
    LEFT_OUT = "left out"
    HALF = "half"
    SLOW = "slow"

    @property
    def in_words(self) -> str:
        """What a person calls it."""
        return WORDS[self]


WORDS = {
    Kind.THROTTLED: "Asks to wait (429)",
    Kind.UNAVAILABLE: "Not available (503)",
    Kind.BROKEN: "An error inside (500)",
    Kind.GATEWAY: "No answer in time (504)",
    Kind.GATEWAY_AFTER: "Done, but it says: no answer in time (504)",
    Kind.DROPPED: "The connection is cut before anything is done",
    Kind.DROPPED_AFTER: "Done, but the connection is cut before the answer",
    Kind.LOCKED: "Somebody has it open (423)",
    Kind.CONFLICT: "Somebody else was first (409)",
    Kind.CHANGED: "It has changed since (412)",
    Kind.FULL: "No room left (507)",
    Kind.NOT_JSON: "A page to sign in, in place of the answer",
    Kind.BLOCKED: "A page of a web filter, in place of the answer (403)",
    Kind.SIGNED_OUT: "The sign-in is not accepted (401)",
    Kind.REVOKED: "The sign-in was called back (401)",
    Kind.LEFT_OUT: "Done, but its answer is left out of a batch",
    Kind.HALF: "Done, but half of the answer is missing",
    Kind.SLOW: "Slow",
}

AFTER = frozenset({Kind.GATEWAY_AFTER, Kind.DROPPED_AFTER})
DROPS = frozenset({Kind.DROPPED, Kind.DROPPED_AFTER})
CLAIMS = base64.b64encode(b'{"access_token": {"nbf": {"essential": true, "value": "1"}}}').decode()
# Continuous access evaluation: how a service asks for another token than the one it was given.
CHALLENGE = f'Bearer realm="", error="insufficient_claims", claims="{CLAIMS}"'
PAGE = b"<html><body>Blocked by policy: sign in to continue</body></html>"
REFUSALS = {
    Kind.THROTTLED: (HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequests"),
    Kind.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "serviceNotAvailable"),
    Kind.BROKEN: (HTTPStatus.INTERNAL_SERVER_ERROR, "generalException"),
    Kind.GATEWAY: (HTTPStatus.GATEWAY_TIMEOUT, "UnknownError"),
    Kind.GATEWAY_AFTER: (HTTPStatus.GATEWAY_TIMEOUT, "UnknownError"),
    Kind.LOCKED: (HTTPStatus.LOCKED, "resourceLocked"),
    Kind.CONFLICT: (HTTPStatus.CONFLICT, "accessConflict"),
    Kind.CHANGED: (HTTPStatus.PRECONDITION_FAILED, "resourceModified"),
    Kind.FULL: (HTTPStatus.INSUFFICIENT_STORAGE, "quotaLimitReached"),
    Kind.SIGNED_OUT: (HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken"),
    Kind.REVOKED: (HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken"),
}


@dataclass
class Fault:
    """One fault: its kind, the operations it hits (a pattern on "POST /users/{user-id}/messages"), how many times, and
    after how many that it lets pass. `retry_after` is the header, in seconds or as a date; empty for none.
    """

    kind: Kind
    where: str = ".*"
    times: int = 1
    passing: int = 0
    retry_after: str = ""
    seconds: float = 0.0

    def hits(self, operation: str) -> bool:
        """Whether it hits this operation now; counts what it lets pass and what it hit."""
        if self.times <= 0 or re.search(self.where, operation) is None:
            return False
        if self.passing > 0:
            self.passing -= 1
            return False
        self.times -= 1
        return True

    def strike(self, work: Callable[[], Answer]) -> Answer:
        """What the caller gets; `work` is what was asked for. Raises Refused, Dropped."""
        if self.kind in AFTER:
            with contextlib.suppress(Refused):
                work()
        match self.kind:
            case Kind.SLOW:
                time.sleep(self.seconds)
                return work()
            case Kind.NOT_JSON | Kind.BLOCKED:
                status = HTTPStatus.OK if self.kind is Kind.NOT_JSON else HTTPStatus.FORBIDDEN
                return Answer(status, PAGE, {"Content-Type": "text/html"})
            case Kind.LEFT_OUT:
                return replace(work(), is_left_out=True)
            case Kind.HALF:
                return _half(work())
            case Kind.DROPPED | Kind.DROPPED_AFTER:
                raise Dropped
        status, code = REFUSALS[self.kind]
        raise Refused(status, code, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        challenge = {"WWW-Authenticate": CHALLENGE} if self.kind is Kind.REVOKED else {}
        return challenge | ({"Retry-After": self.retry_after} if self.retry_after else {})


def _half(answer: Answer) -> Answer:
    """Half of a batch's answers, or the first half of whatever else it is."""
    body = answer.body
    if isinstance(body, dict) and "responses" in body:
        return replace(answer, body={"responses": body["responses"][: len(body["responses"]) // 2]})
    headers = {**answer.headers, "Content-Type": answer.kind}
    return replace(answer, body=answer.content[: len(answer.content) // 2], headers=headers)


@dataclass
class Script:
    """The faults that are still to come, in order; at most one hits a request."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        self.faults.extend(faults)

    def clear(self) -> None:
        self.faults.clear()

    def next_for(self, operation: str) -> Fault | None:
        """The fault that hits this operation, if one does."""
        return next((fault for fault in self.faults if fault.hits(operation)), None)

    def read(self, told: Iterable[Mapping[str, Any]]) -> None:
        """Faults as a person, or a test in another process, writes them down.

        Raises ValueError for a kind or a pattern that is none, TypeError for a field that is none.
        """
        for fault in told:
            _require_pattern(fault.get("where", ""))
            self.add(Fault(**{**fault, "kind": Kind(fault["kind"])}))


def _require_pattern(where: str) -> None:
    try:
        re.compile(where)
    except re.error as error:
        raise ValueError(f"'{where}' is no pattern") from error
