"""Microsoft Graph through the SDK's own adapter, one request at a time.

The SDK builds the addresses, signs in and carries the request; its models are left alone, because the first of them
loads more than a thousand modules. Its retries are switched off: it would repeat a POST, and that may be a second
message to a parent. How often a request may be made is ours to say, see `Policy`.
"""

import asyncio
import contextlib
import datetime as dt
import json as jsons
import logging
import ssl
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Policy, Reply, in_doubt, refusal
from connectors.microsoft365.signing_in import credential_of
from firstbell.errors import FirstbellError, Misconfigured, RetryLater
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    import httpx
    from kiota_abstractions.base_request_builder import BaseRequestBuilder
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

SCOPE = "https://graph.microsoft.com/.default"
# What SharePoint asks of programs, so that it can tell them from people: NONISV|company|name/version.
USER_AGENT = "NONISV|School|Firstbell/0.1"
# These write whole addresses into whatever log the program has.
TALKATIVE = ("azure", "httpcore", "httpx", "msal")
TRIES = 3
A_MOMENT = dt.timedelta(seconds=1)
# As long as a run may wait inside one request; for longer it stops and says when to go on.
PATIENCE = dt.timedelta(seconds=10)
TIMEOUT_SECONDS = 60.0

Json = Mapping[str, Any] | list[Any]


class Graph:
    """One connection to one tenant; used by one run, in one thread, and closed at its end."""

    def __init__(
        self, settings: Microsoft365Settings, secrets: Secrets, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Asks nobody yet. Raises Misconfigured."""
        from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider  # noqa: PLC0415 - heavy
        from kiota_authentication_azure.azure_identity_access_token_provider import (  # noqa: PLC0415
            AzureIdentityAccessTokenProvider,
        )
        from msgraph.graph_request_adapter import GraphRequestAdapter  # noqa: PLC0415
        from msgraph.graph_service_client import GraphServiceClient  # noqa: PLC0415

        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        tokens = AzureIdentityAccessTokenProvider(credential_of(settings, secrets), None, scopes=[SCOPE])
        self._http = _http_client(settings)
        self._adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(tokens), client=self._http)
        self._adapter.base_url = settings.graph_url
        self._client = GraphServiceClient(request_adapter=self._adapter)
        self._base = settings.graph_url
        self._trust = _trust(settings)
        self._loop = asyncio.Runner()  # an HTTP client lives on one event loop, so every request uses this one
        self._sleep = sleep

    @property
    def at(self) -> "GraphServiceClient":
        """The SDK's builders of addresses: `graph.at.users.by_user_id(box).messages`."""
        return self._client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pause(self, seconds: float) -> None:
        """Wait before looking again at what a service does after it has answered."""
        self._sleep(seconds)

    def close(self) -> None:
        """Close the connections; it is not used after that."""
        with contextlib.suppress(RuntimeError):
            self._loop.run(self._http.aclose())
        self._loop.close()

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
        ("$filter"). `doing` completes "Firstbell may not …" and holds no name. Raises RetryLater, GiveUp, NeedsHuman,
        Misconfigured; under NEVER_TWICE every doubt is NeedsHuman.
        """
        body = jsons.dumps(json).encode() if json is not None else content
        kind = "application/json" if json is not None else content_type

        def attempt() -> Reply:
            return self._loop.run(self._send(self._request(method, where, query, body, kind, headers or {})))

        return self._answered(attempt, doing, policy, may_be)

    def ask_unsigned(
        self,
        method: str,
        url: str,
        *,
        doing: str,
        policy: Policy = Policy.REPEATABLE,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        may_be: Collection[int] = (),
    ) -> Reply:
        """A request to an address that carries its own permission (a download, an upload session), without our token.

        Only https, or the very server of `graph_url`; redirects are not followed. Raises as `ask`.
        """
        if not (url.startswith("https://") or urlsplit(url).netloc == urlsplit(self._base).netloc):
            raise Misconfigured(f"Firstbell may not {doing}: Microsoft 365 gave an address that is not https")

        def attempt() -> Reply:
            return self._loop.run(self._send_unsigned(method, url, content, headers or {}))

        return self._answered(attempt, doing, policy, may_be)

    def _answered(self, attempt: Callable[[], Reply], doing: str, policy: Policy, may_be: Collection[int]) -> Reply:
        waited = dt.timedelta()
        for left in reversed(range(TRIES if policy is Policy.REPEATABLE else 1)):
            wait, problem = self._tried(attempt, doing, policy, may_be)
            if isinstance(problem, Reply):
                return problem
            waited += wait
            if not isinstance(problem, RetryLater) or not left or waited > PATIENCE:
                raise problem
            self._sleep(wait.total_seconds())
        raise AssertionError("the last try returns or raises")

    def _tried(
        self, attempt: Callable[[], Reply], doing: str, policy: Policy, may_be: Collection[int]
    ) -> tuple[dt.timedelta, "Reply | FirstbellError"]:
        """One try: how long to wait before another, and the answer, or what to raise when there is no other."""
        import httpx  # noqa: PLC0415 - loaded with the SDK

        try:
            reply = attempt()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return A_MOMENT, caused(RetryLater(TRY_AGAIN_AFTER), error)  # nothing was sent
        except httpx.TransportError as error:
            lost = in_doubt() if policy is Policy.NEVER_TWICE else RetryLater(TRY_AGAIN_AFTER)
            return A_MOMENT, caused(lost, error)
        if reply.is_a_page:
            return A_MOMENT, in_doubt() if policy is Policy.NEVER_TWICE else RetryLater(TRY_AGAIN_AFTER)
        if reply.status < 300 or reply.status in may_be:  # noqa: PLR2004 - HTTP's own figure
            return dt.timedelta(), reply
        wait = reply.wait if "retry-after" in reply.headers else A_MOMENT
        return wait, refusal(reply, doing, policy)

    def _request(
        self,
        method: str,
        where: "BaseRequestBuilder | str",
        query: Mapping[str, Any] | None,
        body: bytes | None,
        kind: str,
        headers: Mapping[str, str],
    ) -> "RequestInformation":
        from kiota_abstractions.method import Method  # noqa: PLC0415 - heavy
        from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415

        if isinstance(where, str):
            request = RequestInformation(Method(method))
            request.url = where if where.startswith(f"{self._base}/") else self._below(where)
        else:
            request = RequestInformation(Method(method), where.url_template, dict(where.path_parameters))
            request.query_parameters = {name.replace("$", "%24"): value for name, value in (query or {}).items()}
        if body is not None:
            request.set_stream_content(body, kind)
        own = {"User-Agent": USER_AGENT, "client-request-id": str(uuid.uuid4()), "Accept": "application/json"}
        for name, value in {**own, **headers}.items():
            request.headers.add(name, value)
        return request

    def _below(self, path: str) -> str:
        if not path.startswith("/"):
            raise Misconfigured("Microsoft 365 gave an address of another server: nothing was sent there")
        return f"{self._base}{path}"

    async def _send(self, request: "RequestInformation") -> Reply:
        from kiota_http.middleware.options import ResponseHandlerOption  # noqa: PLC0415 - heavy

        request.add_request_options([ResponseHandlerOption(cast("Any", _AsItCame()))])
        return cast("Reply", await self._adapter.send_primitive_async(request, "bytes", {}))

    async def _send_unsigned(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        import httpx  # noqa: PLC0415 - loaded with the SDK

        async with httpx.AsyncClient(verify=self._trust, timeout=TIMEOUT_SECONDS) as http:
            return _reply(await http.request(method, url, content=content, headers=headers))


class _AsItCame:
    """Tells the SDK's adapter to hand over the answer itself, refusals among them."""

    async def handle_response_async(self, response: "httpx.Response", error_map: object) -> Reply:  # noqa: ARG002 - ours
        return _reply(response)


def _reply(response: "httpx.Response") -> Reply:
    return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)


def caused[Problem: FirstbellError](problem: Problem, cause: Exception) -> Problem:
    """The problem with what it came from, as `raise … from` would have it."""
    problem.__cause__ = cause
    return problem


def _trust(settings: Microsoft365Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.certificate_authority)
    except OSError as error:
        raise Misconfigured(
            "the file in microsoft365.certificate_authority is not there or is no certificate"
        ) from error


def _http_client(settings: Microsoft365Settings) -> "httpx.AsyncClient":
    """The SDK's own client with its own middleware, but for retries and redirects, which are ours to decide."""
    import httpx  # noqa: PLC0415 - heavy
    from kiota_http.middleware.options import RedirectHandlerOption, RetryHandlerOption  # noqa: PLC0415
    from msgraph_core import GraphClientFactory  # noqa: PLC0415

    never = {
        RetryHandlerOption.get_key(): RetryHandlerOption(delay=0, max_retries=0, should_retry=False),
        RedirectHandlerOption.get_key(): RedirectHandlerOption(should_redirect=False),
    }
    plain = httpx.AsyncClient(verify=_trust(settings), timeout=TIMEOUT_SECONDS, http2=True)
    built: httpx.AsyncClient = GraphClientFactory.create_with_default_middleware(client=plain, options=never)
    return built
