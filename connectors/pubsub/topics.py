"""Putting messages on Pub/Sub topics by its REST interface, as the service account that this service runs as.

Google's own client brings gRPC and takes most of a second to import; this is two addresses. The token and the project
come from the metadata server that every Google service can ask, so there is no key to keep.
"""

import base64
import datetime as dt
from collections.abc import Sequence
from itertools import batched
from typing import Any

import httpx

from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.ports import Clock

AT_ONCE = 500  # messages in one request; the interface takes 1,000
SECONDS = 20.0
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
EARLY = dt.timedelta(minutes=5)  # a token is asked for anew so long before it ends: the metadata server keeps it too
BUSY = frozenset({408, 429, 500, 502, 503, 504})


class PubSubTopics:
    """The topics of the project that this service runs in."""

    def __init__(self, clock: Clock, *, pubsub: str, metadata: str) -> None:
        """`pubsub` and `metadata` are the addresses of the two servers."""
        self._clock, self._pubsub, self._metadata = clock, pubsub, metadata
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)
        self._project = ""
        self._token, self._renew_at = "", clock.now()

    def publish(self, topic: str, texts: Sequence[str]) -> None:
        """Put messages on a topic. Where it stops on the way some are there already: each must bear to come twice.

        Raises RetryLater, Misconfigured for a topic that is not there or not allowed, GiveUp for what is refused.
        """
        for some in batched(texts, AT_ONCE, strict=False):
            messages = [{"data": base64.b64encode(text.encode()).decode()} for text in some]
            url = f"{self._pubsub}/v1/projects/{self._project_id()}/topics/{topic}:publish"
            headers = {"authorization": f"Bearer {self._bearer()}"}
            self._ask("POST", url, f"the topic {topic}", headers=headers, json={"messages": messages})

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _project_id(self) -> str:
        self._project = self._project or self._told("project/project-id").text
        return self._project

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
                f"{whom} answered {answer.status_code}: let the service account publish to it, and see that it is there"
            )
        if not answer.is_success:
            raise GiveUp(f"{whom} answered {answer.status_code}")
        return answer
