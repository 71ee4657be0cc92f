"""How much the services let an app do, and what they answer beyond it. Figures: the vendor's pages on throttling.

A call that is refused counts as well, so an app that does not wait stays refused.
"""

import contextlib
import datetime as dt
import math
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Asked, Refused

MINUTE = dt.timedelta(minutes=1)
OUTLOOK = re.compile(r"/users/\{user-id\}/(messages|mailFolders|sendMail)")
WORKBOOK = re.compile(r"/workbook(/|$)")
FILES = re.compile(r"/(drives|sites|shares)/")
LIST, PERMISSIONS = re.compile(r"/(children|versions|drives)$"), re.compile(r"/(permissions|invite|createLink)")


class BeyondRate(StrEnum):
    """What happens to a message beyond those that a mailbox may send in a minute: it is refused (429), or accepted and
    kept until the minute has room. What Exchange does is told both ways, so both can be had.
    """

    REFUSED = "refused"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Limits:
    """Per app and mailbox, but for `site_units` (per app) and `workbook_calls` (per app)."""

    at_once: int = 4
    calls_in_ten_minutes: int = 10_000
    bytes_in_five_minutes: int = 150_000_000
    messages_a_minute: int = 30
    beyond_rate: BeyondRate = BeyondRate.REFUSED
    site_units_a_minute: int = 1_250
    site_units_a_day: int = 1_200_000
    workbook_calls_in_ten_seconds: int = 1_500


@dataclass(slots=True)
class Window:
    """What was used within a length of time up to now."""

    limit: int
    length: dt.timedelta
    used: deque[tuple[dt.datetime, int]] = field(default_factory=deque)
    total: int = 0

    def use(self, now: dt.datetime, cost: int = 1) -> dt.timedelta | None:
        """Count this use; how long to wait where it is beyond the limit, None where it is within."""
        while self.used and self.used[0][0] <= now - self.length:
            self.total -= self.used.popleft()[1]
        self.used.append((now, cost))
        self.total += cost
        return self.used[0][0] + self.length - now if self.total > self.limit else None


@dataclass(slots=True)
class Throttling:
    """Counts what is asked for, by `clock`. May be used by many threads at once."""

    clock: Callable[[], dt.datetime]
    limits: Limits = field(default_factory=Limits)
    _windows: dict[tuple[str, ...], Window] = field(default_factory=dict)
    _at_once: Counter[tuple[str, str]] = field(default_factory=Counter)
    _full_at: dict[str, dt.datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def admitted(self, asked: Asked) -> Iterator[None]:
        """Let a request be answered inside the block. Raises Refused (429) for one too many."""
        if asked.app is None:
            yield
            return
        with self._lock:
            self._count(asked, asked.app.client_id)
        with self._one_of_few(asked, asked.app.client_id):
            yield

    def message_sent(self, mailbox: str) -> dt.datetime:
        """A message is about to leave: when it does; later than now where the minute has no room and it is kept.

        A mailbox has a bucket of tokens, which come back at a steady pace. Raises Refused (429) where it is empty.
        """
        with self._lock:
            now, pace = self.clock(), MINUTE / self.limits.messages_a_minute
            full_at = max(self._full_at.get(mailbox.casefold(), now), now)
            leaves_at = max(now, full_at - (self.limits.messages_a_minute - 1) * pace)
            if leaves_at > now and self.limits.beyond_rate is BeyondRate.REFUSED:
                raise _too_many("TooManyRequests", "ErrorMessageSubmissionBlocked", leaves_at - now)
            self._full_at[mailbox.casefold()] = full_at + pace
            return leaves_at

    def _count(self, asked: Asked, app: str) -> None:
        """Use up each limit that this request falls under."""
        limits = self.limits
        if OUTLOOK.match(asked.template):
            box = asked.params["user-id"].casefold()
            self._use((app, box, "calls"), limits.calls_in_ten_minutes, 10 * MINUTE, 1, "ApplicationThrottled")
            size = len(asked.content)
            self._use((app, box, "bytes"), limits.bytes_in_five_minutes, 5 * MINUTE, size, "ApplicationThrottled")
        elif WORKBOOK.search(asked.template):
            ten_seconds = dt.timedelta(seconds=10)
            self._use((app, "workbook"), limits.workbook_calls_in_ten_seconds, ten_seconds, 1, "TooManyRequests")
        elif FILES.match(asked.template):
            units = site_units(asked)
            self._use((app, "minute"), limits.site_units_a_minute, MINUTE, units, "activityLimitReached")
            self._use((app, "day"), limits.site_units_a_day, 1440 * MINUTE, units, "activityLimitReached")

    def _use(self, key: tuple[str, ...], limit: int, length: dt.timedelta, cost: int, code: str) -> None:
        window = self._windows.setdefault(key, Window(limit, length))
        window.limit = limit
        wait = window.use(self.clock(), cost)
        if wait is not None:
            raise _too_many(code, "", wait)

    @contextlib.contextmanager
    def _one_of_few(self, asked: Asked, app: str) -> Iterator[None]:
        """Outlook answers a few requests at once for one app and mailbox."""
        key = (app, asked.params["user-id"].casefold() if OUTLOOK.match(asked.template) else "")
        with self._lock:
            if key[1] and self._at_once[key] >= self.limits.at_once:
                raise _too_many("ApplicationThrottled", "MailboxConcurrency", dt.timedelta(seconds=1))
            self._at_once[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_once[key] -= 1


def site_units(asked: Asked) -> int:
    """What SharePoint counts a request as: 1 for one thing read, 2 for a list or a change, 5 for permissions."""
    if PERMISSIONS.search(asked.template) or "permissions" in asked.query.get("$expand", ""):
        return 5
    if asked.method != "GET" or LIST.search(asked.template):
        return 2
    is_first_delta = "/delta" in asked.template and "token" not in asked.query
    return 2 if is_first_delta else 1


def _too_many(code: str, inner: str, wait: dt.timedelta) -> Refused:
    after = {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, code, inner=inner, headers=after)
