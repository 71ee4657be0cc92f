"""Azure Storage's own queues keep the promises that those of `firstbell serve` keep too."""

import base64
import time

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueServiceClient

from firstbell.runs.due import SHARD_SIZE, Job, due_job, shards_of
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.queue_conformance import QueueConformance, QueueRig

LONGEST = 64 * 1024  # bytes of a message, as it stands on the queue
LONGEST_KEY = "k" * 41


class TestStorageQueuesConform(QueueConformance):
    @pytest.fixture
    def rig(self, queues):
        return QueueRig(queues, lambda span: time.sleep(span.total_seconds() + 0.1))


def test_what_stands_on_the_queue_is_base64(queues, azurite):
    queues.put("work", ["one"])

    with QueueServiceClient.from_connection_string(azurite) as plain:
        [message] = plain.get_queue_client("work").peek_messages()

    assert message.content == base64.b64encode(b"one").decode()


def test_a_message_may_have_sixty_four_kilobytes_in_base64_and_no_more(queues):
    fits = "x" * (LONGEST * 3 // 4)
    queues.put("work", [fits])

    with pytest.raises(HttpResponseError) as refused:
        queues.put("work", [fits + "x"])

    assert refused.value.status_code in {400, 413}


def test_the_longest_shard_and_job_are_far_below_that():
    [shard] = shards_of([LONGEST_KEY] * SHARD_SIZE)
    job = max((due_job(LONGEST_KEY, each, FakeClock().now()).to_text() for each in Job), key=len)

    assert [len(base64.b64encode(text.encode())) < LONGEST / 8 for text in (shard, job)] == [True, True]
