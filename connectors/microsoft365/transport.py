"""The one home of HTTP to Microsoft 365: the SDK's adapter with a plain client, one event loop, and no redirects.

The SDK's middleware is left out: its retries would repeat a POST, its redirects would follow an address that we have
not looked at, and its telemetry tells the computer's operating system. What is left of the SDK builds addresses, signs
requests in, and signs in again when a token is challenged.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from connectors.microsoft365.replies import Reply
from connectors.microsoft365.signing_in import credential_of, signing_in_errors
from connectors.microsoft365.trust import distrust, is_distrusted, trust_in
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    import httpx
    from kiota_abstractions.request_information import RequestInformation

SCOPE = "https://graph.microsoft.com/.default"
TIMEOUT_SECONDS = 60.0
# These write addresses, and in their deepest mode tokens, into whatever log the program has.
TALKATIVE = ("azure", "hpack", "httpcore", "httpx", "msal", "urllib3")


class NotSentError(ConnectionError):
    """There was no connection, so nothing was sent."""


class LostError(ConnectionError):
    """The connection was lost after something was sent: nobody knows what became of it."""


class Transport:
    """The connections to one tenant and the event loop they live on: an HTTP client can live on one only."""

    def __init__(self, settings: Microsoft365Settings, secrets: Secrets) -> None:
        """Asks nobody yet. Raises Misconfigured."""
        from msgraph.graph_request_adapter import GraphRequestAdapter  # noqa: PLC0415 - heavy
        from msgraph.graph_service_client import GraphServiceClient  # noqa: PLC0415

        _keep_quiet()
        self._settings, self._secrets = settings, secrets
        self._trust = trust_in(settings.certificate_authority)
        self._credential = credential_of(settings, secrets)
        self._http = _client(self._trust)
        self._unsigned: httpx.AsyncClient | None = None
        self._adapter = GraphRequestAdapter(_authentication(self._credential), client=self._http)
        self._adapter.base_url = settings.graph_url
        _leave_addresses_out_of_traces(self._adapter)
        self.client: GraphServiceClient = GraphServiceClient(request_adapter=self._adapter)
        self._loop = asyncio.Runner()

    def sign_in(self) -> None:
        """Get a token. Raises RetryLater, Misconfigured."""
        with signing_in_errors():
            self._credential.get_token(SCOPE)

    def signed(self, request: "RequestInformation") -> Reply:
        """Make a request with our token. Raises NotSentError, LostError, RetryLater, Misconfigured (signing in)."""
        with signing_in_errors(), connection_errors():
            return self._run(self._send(request))

    def unsigned(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        """Make a request without our token, to an address the caller has looked at. Raises NotSentError, LostError."""
        with connection_errors():
            return self._run(self._send_unsigned(method, url, content, headers))

    def forget_token(self) -> None:
        """Sign in afresh at the next request: the token was refused."""
        self._credential.close()
        self._credential = credential_of(self._settings, self._secrets)
        self._adapter._authentication_provider = _authentication(self._credential)  # noqa: SLF001 - it has no setter

    def close(self) -> None:
        """Close every connection and the loop."""
        with contextlib.ExitStack() as each:
            each.callback(self._loop.close)
            each.callback(self._credential.close)
            if self._unsigned is not None:
                each.callback(self._run, self._unsigned.aclose())
            each.callback(self._run, self._http.aclose())

    def _run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    async def _send(self, request: "RequestInformation") -> Reply:
        from kiota_http.middleware.options import ResponseHandlerOption  # noqa: PLC0415 - heavy

        request.add_request_options([ResponseHandlerOption(cast("Any", _AsItCame()))])
        return cast("Reply", await self._adapter.send_primitive_async(request, "bytes", {}))

    async def _send_unsigned(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        if self._unsigned is None:
            self._unsigned = _client(self._trust)
        return _reply(await self._unsigned.request(method, url, content=content, headers=headers))


class _AsItCame:
    """Tells the SDK's adapter to hand over the answer itself, refusals among them."""

    async def handle_response_async(self, response: "httpx.Response", error_map: object) -> Reply:  # noqa: ARG002 - ours
        return _reply(response)


def _reply(response: "httpx.Response") -> Reply:
    return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)


@contextlib.contextmanager
def connection_errors() -> Iterator[None]:
    """Tell a request that never left from one whose answer was lost. Raises NotSentError, LostError, Misconfigured."""
    import httpx  # noqa: PLC0415 - loaded with the SDK

    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        if is_distrusted(error):
            raise distrust() from error
        raise NotSentError from error
    except httpx.RequestError as error:
        raise LostError from error


def _authentication(credential: Any) -> Any:  # noqa: ANN401 - the SDK's own kinds, which are heavy to name
    from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider  # noqa: PLC0415 - heavy
    from kiota_authentication_azure.azure_identity_access_token_provider import (  # noqa: PLC0415
        AzureIdentityAccessTokenProvider,
    )

    return BaseBearerTokenAuthenticationProvider(AzureIdentityAccessTokenProvider(credential, None, scopes=[SCOPE]))


def _client(trust: ssl.SSLContext) -> "httpx.AsyncClient":
    import httpx  # noqa: PLC0415 - heavy

    return httpx.AsyncClient(verify=trust, timeout=TIMEOUT_SECONDS, http2=True, follow_redirects=False)


def _keep_quiet() -> None:
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _leave_addresses_out_of_traces(adapter: Any) -> None:  # noqa: ANN401 - the SDK's, heavy to name
    """Where the platform collects traces, the SDK would put each whole address into them, mailboxes among it."""
    from kiota_http.observability_options import ObservabilityOptions  # noqa: PLC0415 - heavy

    adapter.observability_options = ObservabilityOptions(include_euii_attributes=False)
