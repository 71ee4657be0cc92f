"""Google's REST interfaces, asked as the service account that this service runs as.

Google's own clients bring gRPC and take most of a second to import; these are two or three addresses. The token and
what is to be known of the project come from the metadata server that every Google service can ask, so there is no key
to keep.
"""

import datetime as dt
from typing import Any

import httpx

from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.ports import Clock

SECONDS = 20.0
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
EARLY = dt.timedelta(minutes=5)  # a token is asked for anew so long before it ends: the metadata server keeps it too
BUSY = frozenset({408, 429, 500, 502, 503, 504})


class Google:
    """One project's interfaces. Each question raises RetryLater, Misconfigured, GiveUp."""

    def __init__(self, clock: Clock, metadata: str) -> None:
        """`metadata` is the address of the metadata server. Asks nobody yet."""
        self._clock, self._metadata = clock, metadata
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)
        self._known: dict[str, str] = {}
        self._token, self._renew_at = "", clock.now()

    def post(self, url: str, whom: str, told: dict[str, Any]) -> None:
        """Post an object in JSON with our token. `whom` says in an error who refused it."""
        self._ask("POST", url, whom, headers={"authorization": f"Bearer {self._bearer()}"}, json=told)

    @property
    def project(self) -> str:
        """The id of the project."""
        return self._fact("project/project-id")

    @property
    def region(self) -> str:
        """The region that this service runs in: europe-west2."""
        return self._fact("instance/region").rpartition("/")[2]

    @property
    def account(self) -> str:
        """The address of the service account."""
        return self._fact("instance/service-accounts/default/email")

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _fact(self, what: str) -> str:
        if what not in self._known:
            self._known[what] = self._told(what).text.strip()
        return self._known[what]

    def _bearer(self) -> str:
        if self._clock.now() >= self._renew_at:
            told = self._told("instance/service-accounts/default/token").json()
            self._token = told["access_token"]
            self._renew_at = self._clock.now() + dt.timedelta(seconds=told["expires_in"]) - EARLY
        return self._token

    def _told(self, what: str) -> httpx.Response:
        url = f"{self._metadata}/computeMetadata/v1/{what}"
        return self._ask("GET", url, "Google's metadata server", headers={"metadata-flavor": "Google"})

    def _ask(self, method: str, url: str, whom: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as httpx takes it
        try:
            answer = self._client.request(method, url, **more)
        except httpx.TransportError as error:
            raise RetryLater(TRY_AGAIN_AFTER) from error
        if answer.status_code in BUSY:
            raise RetryLater(TRY_AGAIN_AFTER)
        if answer.status_code in {401, 403, 404}:
            raise Misconfigured(
                f"{whom} answered {answer.status_code}: let the service account use it, and see that it is there"
            )
        if not answer.is_success:
            raise GiveUp(f"{whom} answered {answer.status_code}")
        return answer
