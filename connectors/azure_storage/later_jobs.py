"""One message that nobody sees before its moment, put on the queue of the jobs by Microsoft's own library.

A trigger's output binding can't delay a message. The library takes half a second to load, so it is loaded when
something is left, and never before.
https://learn.microsoft.com/rest/api/storageservices/put-message
"""

import contextlib
import datetime as dt
import logging
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.ports import Clock
from firstbell.settings import StorageAccount

if TYPE_CHECKING:
    from azure.identity import ManagedIdentityCredential
    from azure.storage.queue import QueueClient

QUEUE = "school-jobs"
KEPT_SECONDS = 24 * 60 * 60  # beyond its moment: what nobody took by then is of another day
# Asked again once, within two seconds; after that the job's own message comes again. The library's way is 15 and more.
PATIENCE = {
    "connection_timeout": 10,
    "read_timeout": 20,
    "retry_total": 1,
    "initial_backoff": 1,
    "random_jitter_range": 1,
}
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)
# These write each address and header into whatever log the program has.
TALKATIVE = ("azure.core.pipeline.policies.http_logging_policy", "azure.identity")
BUSY = frozenset({408, 429, 500, 502, 503, 504})


class StorageJobs:
    """The port LaterJobs over one storage account."""

    def __init__(self, account: StorageAccount, clock: Clock) -> None:
        """Asks nobody yet. Raises Misconfigured for a connection that can't be read."""
        self._clock, self._closing = clock, contextlib.ExitStack()
        self._client = _client(account, self._closing)

    def put(self, message: str, *, at: dt.datetime) -> None:
        """Put the message on the queue. Raises RetryLater, Misconfigured, GiveUp."""
        hidden = max(0, math.ceil((at - self._clock.now()).total_seconds()))
        with _our_errors():
            self._client.send_message(message, visibility_timeout=hidden, time_to_live=hidden + KEPT_SECONDS)

    def close(self) -> None:
        """Let go of the connections."""
        self._closing.close()


def _client(account: StorageAccount, closing: contextlib.ExitStack) -> "QueueClient":
    from azure.storage.queue import QueueClient, TextBase64EncodePolicy  # noqa: PLC0415 - loads slowly

    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    how: dict[str, Any] = {"message_encode_policy": TextBase64EncodePolicy(), **PATIENCE}  # as host.json says
    try:
        if account.connection:
            return closing.enter_context(QueueClient.from_connection_string(account.connection, QUEUE, **how))
        identity = closing.enter_context(_identity(account))
        return closing.enter_context(QueueClient(account.address, QUEUE, credential=identity, **how))
    except ValueError as error:
        raise Misconfigured("AzureWebJobsStorage is nothing that Azure Storage can be reached by") from error


def _identity(account: StorageAccount) -> "ManagedIdentityCredential":
    from azure.identity import ManagedIdentityCredential  # noqa: PLC0415 - loads slowly

    return ManagedIdentityCredential(client_id=account.client_id or None)


@contextlib.contextmanager
def _our_errors() -> Iterator[None]:
    """Turn what the library raises into what the caller should do. Its words are not kept: they name the account."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError  # noqa: PLC0415

    try:
        yield
    except ClientAuthenticationError as error:
        raise Misconfigured(
            "the storage of AzureWebJobsStorage does not let Firstbell in: give its identity the right to the queues"
        ) from error
    except HttpResponseError as error:
        raise _refused(error.status_code) from error
    except AzureError as error:
        raise RetryLater(TRY_AGAIN_AFTER) from error


def _refused(status: int | None) -> GiveUp | Misconfigured | RetryLater:
    if status is None or status in BUSY:
        return RetryLater(TRY_AGAIN_AFTER)
    if status in {401, 403, 404}:
        return Misconfigured(
            f"the queue {QUEUE} answered {status}: let the app's identity write to it, and see that it is there"
        )
    return GiveUp(f"the queue {QUEUE} answered {status}")
