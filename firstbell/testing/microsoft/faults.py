"""Faults on order: what a service does on a bad day, scripted so that a test can ask for each."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Refused


class Kind(StrEnum):
    """What goes wrong. AFTER: the service does what was asked, and its answer is lost or says otherwise."""

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
    SIGNED_OUT = "401"
    SLOW = "slow"


AFTER = frozenset({Kind.GATEWAY_AFTER, Kind.DROPPED_AFTER})
DROPS = frozenset({Kind.DROPPED, Kind.DROPPED_AFTER})
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

    def refuse(self) -> None:
        """Raise what the service answers; a slow one only takes its time."""
        if self.kind is Kind.SLOW:
            time.sleep(self.seconds)
            return
        status, code = REFUSALS[self.kind]
        raise Refused(status, code, headers={"Retry-After": self.retry_after} if self.retry_after else {})


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

    def read(self, script: Iterable[dict[str, str]]) -> None:
        """Faults as a person or a test in another process writes them down. Raises ValueError, TypeError."""
        for told in script:
            self.add(Fault(**{**told, "kind": Kind(told["kind"])}))  # type: ignore[arg-type]
