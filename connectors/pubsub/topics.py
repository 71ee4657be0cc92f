"""Putting messages on Pub/Sub topics by its REST interface, as the service account that this service runs as."""

import base64
from collections.abc import Sequence
from itertools import batched

from connectors._google import Google
from firstbell.ports import Clock

AT_ONCE = 500  # messages in one request; the interface takes 1,000


class PubSubTopics:
    """The topics of the project that this service runs in."""

    def __init__(self, clock: Clock, *, pubsub: str, metadata: str) -> None:
        """`pubsub` and `metadata` are the addresses of the two servers."""
        self._google, self._pubsub = Google(clock, metadata), pubsub

    def publish(self, topic: str, texts: Sequence[str]) -> None:
        """Put messages on a topic. Where it stops on the way some are there already: each must bear to come twice.

        Raises RetryLater, Misconfigured for a topic that is not there or not allowed, GiveUp for what is refused.
        """
        for some in batched(texts, AT_ONCE, strict=False):
            messages = [{"data": base64.b64encode(text.encode()).decode()} for text in some]
            url = f"{self._pubsub}/v1/projects/{self._google.project}/topics/{topic}:publish"
            self._google.post(url, f"the topic {topic}", {"messages": messages})

    def close(self) -> None:
        """Let go of the connection."""
        self._google.close()
