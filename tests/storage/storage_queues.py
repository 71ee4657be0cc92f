"""Azure Storage's queues, used as the host of Azure Functions uses them for its triggers."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.queue import (
    QueueClient,
    QueueMessage,
    QueueServiceClient,
    TextBase64DecodePolicy,
    TextBase64EncodePolicy,
)

POISON = "-poison"
NOT_OURS_ANY_MORE = {"MessageNotFound", "PopReceiptMismatch"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken, and from which queue."""

    queue: str
    message: QueueMessage

    @property
    def body(self) -> str:
        return self.message.content

    @property
    def dequeue_count(self) -> int:
        return self.message.dequeue_count

    @property
    def receipt(self) -> str:
        return self.message.pop_receipt


class StorageQueues:
    """Queues by name, made when they are first used; texts stand there in base64, as host.json has it.

    An output is put before the message that it came of is deleted, and a message set aside is copied before it is
    deleted, as the host does: two steps each, of which a fall may leave the first alone.
    """

    def __init__(self, connection: str) -> None:
        self._service = QueueServiceClient.from_connection_string(connection, retry_total=0)
        self._clients: dict[str, QueueClient] = {}

    def put(self, queue: str, bodies: Iterable[str]) -> None:
        for body in bodies:
            self.client(queue).send_message(body)

    def take(self, queue: str, most: int, *, hidden_for: dt.timedelta) -> Sequence[Taken]:
        hidden = int(hidden_for.total_seconds())
        found = self.client(queue).receive_messages(messages_per_page=most, visibility_timeout=hidden)
        return [Taken(queue, message) for message in next(found.by_page(), ())]

    def finish(self, taken: Taken, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> bool:
        for queue, bodies in outputs:
            self.put(queue, bodies)
        return _unless_late(lambda: self.client(taken.queue).delete_message(taken.message))

    def release(self, taken: Taken, after: dt.timedelta) -> bool:
        seconds = int(after.total_seconds())
        return _unless_late(lambda: self.client(taken.queue).update_message(taken.message, visibility_timeout=seconds))

    def set_aside(self, taken: Taken) -> bool:
        self.put(taken.queue + POISON, [taken.body])
        return self.finish(taken)

    def client(self, queue: str) -> QueueClient:
        if queue not in self._clients:
            made = self._service.get_queue_client(
                queue, message_encode_policy=TextBase64EncodePolicy(), message_decode_policy=TextBase64DecodePolicy()
            )
            with contextlib.suppress(ResourceExistsError):
                made.create_queue()
            self._clients[queue] = made
        return self._clients[queue]

    def clear(self) -> None:
        for queue in self._service.list_queues():
            self._service.delete_queue(queue)
        self._clients.clear()

    def close(self) -> None:
        self._service.close()


def _unless_late(do) -> bool:
    """Whether it was done; False when another has taken the message since."""
    try:
        do()
    except HttpResponseError as error:
        if error.error_code not in NOT_OURS_ANY_MORE:
            raise
        return False
    return True
