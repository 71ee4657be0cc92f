"""One session with a workbook that Excel holds in the cloud: requests in chains, one at a time, and what goes wrong.

A session keeps what is written. Without one the service has been seen to accept writes and lose them.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

from connectors.microsoft365.batches import BATCH, MOST_IN_A_BATCH, Asking, answers_in, ask_all, item
from connectors.microsoft365.found import whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Policy, Reply
from firstbell.errors import FirstbellError, GiveUp, NeedsHuman, RetryLater

DOING = "work in the workbook"
FAILED = HTTPStatus.BAD_REQUEST
HELD = frozenset({HTTPStatus.CONFLICT, HTTPStatus.LOCKED})
NOT_LET_IN = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
# What may be answered in the place of success and is looked at here; the rest the client turns into an error.
EXPECTED = frozenset(range(400, 600)) - {HTTPStatus.UNAUTHORIZED}
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
LOST = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
# The workbook is not as it was when the request was made: rows or columns came or went.
CHANGED = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.FAILED_DEPENDENCY, HTTPStatus.PRECONDITION_FAILED}
)
TOO_MUCH = frozenset({"unsupportedWorkbook", "rangeExceedsLimit", "payloadTooLarge"})
TRIES = 3
LEFT_OUT = Reply(HTTPStatus.BAD_GATEWAY, {}, b"")


class WorkbookApiRefused(Exception):
    """The service works with workbooks for people only, or not with this one: the file itself must do."""


class WorkbookGone(Exception):
    """Somebody took the file away since it was found: find it again."""


class Unsettled(Exception):
    """Something was refused, or its answer was lost: look at what is there now, then go on."""

    def __init__(self, wait: dt.timedelta = dt.timedelta()) -> None:
        super().__init__("look again")
        self.wait = wait


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One request inside a workbook: the path below `workbook`, quoted."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None


CLOSING = Step("POST", "/closeSession")


class WorkbookSession:
    """Opened at the beginning of a block unless it is open, closed at its end whatever happens.

    `file`: what people call the workbook. One that ended meanwhile by itself is begun anew.
    """

    def __init__(self, graph: Graph, drive_id: str, item_id: str, file: str) -> None:
        self._graph = graph
        self._base = f"/drives/{quote(drive_id, safe='')}/items/{quote(item_id, safe='')}/workbook"
        self._file = file
        self._id = ""

    def __enter__(self) -> Self:
        """Begin, unless it has begun. Raises WorkbookApiRefused, NeedsHuman, RetryLater, GiveUp."""
        if not self._id:
            self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close, unless it is closed; a session that can't be closed ends by itself."""
        if not self._id:
            return
        with contextlib.suppress(FirstbellError):
            self._graph.ask(
                "POST",
                f"{self._base}/closeSession",
                doing=DOING,
                policy=Policy.ONCE,
                headers={"workbook-session-id": self._id},
                may_be=EXPECTED,
            )
        self._id = ""

    def opening(self) -> Asking:
        """Asks for a session; `opened_by` takes in the answer."""
        where = f"{self._base}/createSession"
        return Asking("POST", where, DOING, json={"persistChanges": True}, may_be=EXPECTED - BUSY - LOST)

    def opened_by(self, reply: Reply) -> bool:
        """Whether this answer begins it."""
        if reply.status >= FAILED:
            return False
        with whole_answers():
            self._id = str(reply.json()["id"])
        return True

    def _begin(self) -> None:
        """Begin; a service that is unsettled is asked a few times. Raises as `__enter__` does."""
        problem: Exception = RetryLater(TRY_AGAIN_AFTER)
        for _ in range(TRIES):
            reply = ask_all(self._graph, [self.opening()])[0].reply()
            if self.opened_by(reply):
                return
            problem = self._problem(reply)
            if not isinstance(problem, Unsettled):
                raise problem
        raise RetryLater(TRY_AGAIN_AFTER) from problem

    def look(self, paths: Sequence[str], *, then_close: bool = False) -> dict[str, Reply]:
        """Ask for several things in as few requests as may be; what is not there has status 404. Raises Unsettled.

        `then_close`: close in the same round trip where there is room; what more there is to do begins another session.
        """
        found: dict[str, Reply] = {}
        while waiting := [path for path in paths if path not in found]:
            steps = [Step("GET", path) for path in waiting] + [CLOSING] * then_close
            replies = self._chain(steps[:MOST_IN_A_BATCH], Policy.REPEATABLE)
            found |= dict(zip(waiting, replies, strict=False))
            if len(replies) > len(waiting):
                self._id = ""  # it is closed, or ends by itself
            elif replies[-1].status != HTTPStatus.NOT_FOUND or _has_ended(replies[-1]):
                self._refuse(replies[-1])
        return found

    def do(self, steps: Sequence[Step]) -> list[Reply]:
        """Do these one after another, stop at the first that is refused, and close; what more there is to do begins
        another session. Raises Unsettled, NeedsHuman, GiveUp.
        """
        done: list[Reply] = []
        while waiting := [*steps, CLOSING][len(done) :]:
            try:
                replies = self._chain(waiting[:MOST_IN_A_BATCH], Policy.ONCE)
            except RetryLater as lost:
                raise Unsettled from lost
            done += replies
            if len(done) <= len(steps):
                self._refuse(replies[-1])
        self._id = ""  # it is closed, or ends by itself
        return done[: len(steps)]

    def step_in(self, number: int, step: Step) -> dict[str, Any]:
        """A step as it stands in a batch, after the one before it."""
        headers = {"workbook-session-id": self._id}
        return item(number, step.method, f"{self._base}{step.path}", headers, step.body, after=number - 1)

    def _chain(self, steps: Sequence[Step], policy: Policy) -> list[Reply]:
        """The answers up to the first refusal, which is the last of them."""
        if not self._id:
            self._begin()
        items = [self.step_in(number, step) for number, step in enumerate(steps, start=1)]
        reply = self._graph.ask(
            "POST", BATCH, doing=DOING, json={"requests": items}, policy=policy, may_be=EXPECTED - BUSY
        )
        self._refuse(reply)
        return list(_up_to_the_first_refusal(answers_in(reply, len(steps))))

    def _refuse(self, reply: Reply) -> None:
        """Raise what a refusal means. After an error of the service itself its session may be spoilt: begin another."""
        if reply.status < FAILED:
            return
        problem = self._problem(reply)
        if reply.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.close()
        if reply.status == HTTPStatus.INTERNAL_SERVER_ERROR or _has_ended(reply):
            self._begin()
        raise problem

    def _problem(self, reply: Reply) -> Exception:
        """What a refusal means here."""
        if _is_unsettled(reply):
            return Unsettled(reply.wait if reply.status in BUSY else dt.timedelta())
        if reply.status in HELD:
            return NeedsHuman(f"close {self._file}: someone holds it, and nothing more was changed", self._file)
        if reply.status == HTTPStatus.INSUFFICIENT_STORAGE:
            return NeedsHuman("the school's storage in Microsoft 365 is full: make room", self._file)
        if reply.status in NOT_LET_IN:
            return WorkbookApiRefused()
        if reply.code in TOO_MUCH:
            return NeedsHuman(
                "Excel can't open the workbook, or it is too large: put back an earlier version", self._file
            )
        return GiveUp(f"Microsoft 365 refuses to {DOING} ({reply.status} {reply.code})")


def _is_unsettled(reply: Reply) -> bool:
    """Whether another look tells what to do: the service is busy, or the workbook is not as it was."""
    if reply.is_a_page:
        return True
    is_broken = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR and reply.status != HTTPStatus.INSUFFICIENT_STORAGE
    is_meant = reply.status in NOT_LET_IN or reply.code in TOO_MUCH
    return (is_broken or reply.status in CHANGED | BUSY) and not is_meant


def _has_ended(reply: Reply) -> bool:
    return reply.code.startswith("invalidSession")


def _up_to_the_first_refusal(answers: Sequence[Reply | None]) -> Iterator[Reply]:
    """One that was left out is as good as lost."""
    for answer in answers:
        reply = answer or LEFT_OUT
        yield reply
        if reply.status >= FAILED:
            return
