"""Microsoft Graph through the SDK's own adapter, one request at a time.

The SDK builds the addresses, signs in and carries the request; its models are left alone, because the first of them
loads more than a thousand modules. Its retries are switched off: it would repeat a POST, and that may be a second
message to a parent. How often a request may be made is ours to say, see `Policy`.
"""

import contextlib
import datetime as dt
import json as jsons
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from connectors.microsoft365.addresses import FILE_HOSTS, address_of, is_one_of
from connectors.microsoft365.replies import Policy, Reply, Setback, Wanted, lost, not_sent, setback_of
from connectors.microsoft365.transport import LostError, NotSentError, Transport
from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings
from firstbell.telemetry import RequestTold, request_told

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

# What SharePoint asks of programs, so that it can tell them from people: NONISV|company|name/version.
USER_AGENT = "NONISV|School|Firstbell/0.1"
TRIES = 3
# As long as a run may wait inside one request; for longer it stops and says when to go on.
PATIENCE = dt.timedelta(seconds=10)
UNAUTHORIZED = 401

Json = Mapping[str, Any] | list[Any]


class Graph:
    """One connection to one tenant; used by one run, in one thread, and closed at its end. Opened when it is needed."""

    def __init__(
        self, settings: Microsoft365Settings, secrets: Secrets, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings, self._secrets = settings, secrets
        self._base = settings.graph_url
        self._sleep = sleep
        self._closing = contextlib.ExitStack()

    @cached_property
    def _transport(self) -> Transport:
        transport = Transport(self._settings, self._secrets)
        self._closing.callback(transport.close)
        return transport

    @property
    def at(self) -> "GraphServiceClient":
        """The SDK's builders of addresses: `graph.at.users.by_user_id(box).messages`. Raises Misconfigured."""
        return self._transport.client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; it is not used after that. Again, or where nothing was asked, it does nothing."""
        self._closing.close()

    def pause(self, seconds: float) -> None:
        """Wait before looking again at what a service does after it has answered."""
        self._sleep(seconds)

    def sign_in(self) -> None:
        """Get a token, as the first request would. Raises Misconfigured, RetryLater."""
        self._transport.sign_in()

    def ask(
        self,
        method: str,
        where: "BaseRequestBuilder | str",
        *,
        doing: str,
        policy: Policy = Policy.REPEATABLE,
        query: Mapping[str, Any] | None = None,
        json: Json | None = None,
        content: bytes | None = None,
        content_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
        may_be: Collection[int] = (),
    ) -> Reply:
        """Make a request and return a 2xx answer, or one whose status is in `may_be`.

        `where` is one of the SDK's builders; a path below the version, beginning with "/", for what it can't address;
        or a whole address that Graph itself gave (`@odata.nextLink`). `query` holds names as Graph spells them
        ("$filter"). `doing` completes "Firstbell can't …" and holds no name. Raises RetryLater, GiveUp, NeedsHuman,
        Misconfigured; under NEVER_TWICE every doubt is NeedsHuman.
        """
        address = address_of(where, self._base, query or {})
        body = jsons.dumps(json).encode() if json is not None else content
        kind = "application/json" if json is not None else content_type

        def attempt() -> Reply:
            reply = self._transport.signed(_request(method, address, body, kind, headers or {}))
            if reply.status == UNAUTHORIZED:
                self._transport.forget_token()
            return reply

        return self._answered(method, attempt, Wanted(doing, policy, may_be))

    def ask_unsigned(
        self,
        method: str,
        url: str,
        *,
        doing: str,
        policy: Policy = Policy.REPEATABLE,
        hosts: Collection[str] = FILE_HOSTS,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        may_be: Collection[int] = (),
    ) -> Reply:
        """A request to an address that carries its own permission (a download, an upload, a workflow), without ours.

        Only to `hosts` and those below them, and to the very server of `graph_url`; only https; redirects are not
        followed. Raises as `ask`.
        """
        if not is_one_of(url, hosts, self._base):
            raise Misconfigured(f"Firstbell can't {doing}: the address is not https, or is of a server it may not ask")

        def attempt() -> Reply:
            return self._transport.unsigned(method, url, content, {"User-Agent": USER_AGENT, **(headers or {})})

        return self._answered(method, attempt, Wanted(doing, policy, may_be, may_be_a_page=True))

    def _answered(self, method: str, attempt: Callable[[], Reply], wanted: Wanted) -> Reply:
        with request_told("microsoft365", method, wanted.policy) as told:
            return self._tried_until_answered(attempt, wanted, told)

    def _tried_until_answered(self, attempt: Callable[[], Reply], wanted: Wanted, told: RequestTold) -> Reply:
        waited = dt.timedelta()
        for left in reversed(range(TRIES)):
            outcome = _tried(attempt, wanted, told)
            if isinstance(outcome, Reply):
                return outcome
            waited += outcome.wait
            if not outcome.may_be_repeated or not left or waited > PATIENCE:
                raise outcome.problem
            self._sleep(outcome.wait.total_seconds())
            told.waited_seconds = waited.total_seconds()
        raise AssertionError("the last try returns or raises")


def _tried(attempt: Callable[[], Reply], wanted: Wanted, told: RequestTold) -> Reply | Setback:
    told.tries, told.status = told.tries + 1, 0
    try:
        reply = attempt()
    except NotSentError as error:
        return not_sent(error)
    except LostError as error:
        return lost(wanted, error)
    told.status = reply.status
    return reply if wanted.is_met_by(reply) else setback_of(reply, wanted)


def _request(
    method: str, address: str, body: bytes | None, kind: str, headers: Mapping[str, str]
) -> "RequestInformation":
    from kiota_abstractions.method import Method  # noqa: PLC0415 - heavy
    from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415

    request = RequestInformation(Method(method))
    request.url = address
    if body is not None:
        request.set_stream_content(body, kind)
    own = {"User-Agent": USER_AGENT, "client-request-id": str(uuid.uuid4()), "Accept": "application/json"}
    for name, value in {**own, **headers}.items():
        request.headers.add(name, value)
    return request
