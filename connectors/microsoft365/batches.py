"""Several requests in one round trip: JSON batches of up to twenty, as Graph takes them and answers them.

A batch saves round trips and nothing else: each request in it counts for Microsoft's limits, is refused by itself, and
has an answer of its own. The batch is answered 200 whatever became of them.
"""

import contextlib
import datetime as dt
import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.microsoft365.addresses import address_of
from connectors.microsoft365.graph import PATIENCE, Graph, Json
from connectors.microsoft365.replies import Policy, Reply, Wanted
from firstbell.errors import FirstbellError

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder

BATCH = "/$batch"
MOST_IN_A_BATCH = 20


@dataclass(frozen=True, slots=True, repr=False)
class Asking:
    """One of several requests that are made together, as `Graph.ask` takes it. Made twice it does nothing more.

    `where` is one of the SDK's builders or a path below the version.
    """

    method: str
    where: "BaseRequestBuilder | str"
    doing: str
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    may_be: Collection[int] = ()

    def is_met_by(self, reply: Reply | None) -> bool:
        """Whether this is an answer to it that was hoped for."""
        return reply is not None and Wanted(self.doing, Policy.REPEATABLE, self.may_be).is_met_by(reply)


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The answer to one of them, judged by itself. `given`: what the batch gave; None where it left this one out."""

    graph: Graph
    asking: Asking
    given: Reply | FirstbellError | None

    def reply(self) -> Reply:
        """As `Graph.ask` gives it, and raises; what the batch refused or left out is asked for again by itself."""
        if isinstance(self.given, FirstbellError):
            raise self.given
        if self.given is not None and self.asking.is_met_by(self.given):
            return self.given
        return _by_itself(self.graph, self.asking)

    def ahead[Taken](self, take: Callable[[Reply], Taken]) -> Taken | None:
        """What the answer tells, for whom it is only quicker to know; None where it was not given, or tells nothing."""
        if isinstance(self.given, Reply) and self.asking.is_met_by(self.given):
            with contextlib.suppress(FirstbellError):
                return take(self.given)
        return None


def ask_all(graph: Graph, askings: Sequence[Asking]) -> list[Answer]:
    """Make several requests in as few round trips as may be; the answers in their order.

    It raises nothing: an answer that was not given raises what it has to where it is wanted.
    """
    return [
        Answer(graph, asking, reply)
        for some in itertools.batched(askings, MOST_IN_A_BATCH, strict=False)
        for asking, reply in zip(some, _together(graph, some), strict=True)
    ]


def item(
    number: int, method: str, path: str, headers: Mapping[str, str], body: Json | None, after: int = 0
) -> dict[str, Any]:
    """One request as it stands in a batch. `after`: the number of the one that must not have been refused before it."""
    made: dict[str, Any] = {"id": str(number), "method": method, "url": path, "headers": dict(headers)}
    if body is not None:
        made["body"] = body
        made["headers"]["Content-Type"] = "application/json"
    if after:
        made["dependsOn"] = [str(after)]
    return made


def answers_in(batch: Reply, number: int) -> list[Reply | None]:
    """The answers to requests 1 to `number`, in their order; None for one that was left out or can't be read."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        found = {str(told["id"]): told for told in json.loads(batch.content)["responses"]}
        return [_reply(found.get(str(each)), batch) for each in range(1, number + 1)]
    return [None] * number


def _together(graph: Graph, askings: Sequence[Asking]) -> Sequence[Reply | FirstbellError | None]:
    """What one batch answers; one request alone needs none. A wait that an answer asks for is kept, if it is short."""
    if len(askings) == 1:
        return [None]
    items = [
        item(number, each.method, address_of(each.where, "", each.query), each.headers, each.json)
        for number, each in enumerate(askings, start=1)
    ]
    try:
        batch = graph.ask("POST", BATCH, doing=askings[0].doing, json={"requests": items})
    except FirstbellError as refused:
        return [refused] * len(askings)
    given = answers_in(batch, len(askings))
    _wait_as_asked(graph, [reply for each, reply in zip(askings, given, strict=True) if not each.is_met_by(reply)])
    return given


def _wait_as_asked(graph: Graph, refused: Sequence[Reply | None]) -> None:
    waits = (reply.wait for reply in refused if reply is not None and "retry-after" in reply.headers)
    wait = max(waits, default=dt.timedelta())
    if dt.timedelta() < wait <= PATIENCE:
        graph.pause(wait.total_seconds())


def _by_itself(graph: Graph, asking: Asking) -> Reply:
    return graph.ask(
        asking.method,
        asking.where,
        doing=asking.doing,
        query=asking.query,
        json=asking.json,
        headers=asking.headers,
        may_be=asking.may_be,
    )


def _reply(told: Mapping[str, Any] | None, batch: Reply) -> Reply | None:
    """An answer as if it had come alone, at the time of the whole; None for a body that is no JSON: a proxy's page."""
    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):
        if told is not None and isinstance(told.get("body") or {}, dict):
            named = {name.lower(): str(value) for name, value in (told.get("headers") or {}).items()}
            date = {"date": batch.headers["date"]} if "date" in batch.headers else {}
            return Reply(int(told["status"]), date | named, json.dumps(told.get("body")).encode())
    return None
