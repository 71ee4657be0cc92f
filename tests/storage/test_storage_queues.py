"""Azure Storage's own queues keep the promises that those of `firstbell serve` keep too."""

import base64
import time
from contextlib import closing

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueServiceClient

from connectors.azure_storage import StorageJobs
from firstbell.composition.clocks import SystemClock
from firstbell.errors import Misconfigured
from firstbell.runs.due import SHARD_SIZE, Job, due_job, shards_of
from firstbell.settings import StorageAccount
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.later_jobs_conformance import LaterJobsConformance, LaterJobsRig
from firstbell.testing.queue_conformance import SECOND, QueueConformance, QueueRig

LONGEST = 64 * 1024  # bytes of a message, as it stands on the queue
LONGEST_KEY = "k" * 41


class TestStorageQueuesConform(QueueConformance):
    @pytest.fixture
    def rig(self, queues):
        return QueueRig(queues, lambda span: time.sleep(span.total_seconds() + 0.1))


class TestStorageJobsConform(LaterJobsConformance):
    """The connector that puts what is left of a job on the queue."""

    @pytest.fixture
    def rig(self, queues, azurite):
        clock, client = SystemClock(), queues.client("school-jobs")

        def seen():
            return [message.content for message in client.peek_messages(max_messages=32)]

        with closing(StorageJobs(StorageAccount(azurite), clock)) as jobs:
            yield LaterJobsRig(jobs, clock, seen, lambda span: time.sleep(span.total_seconds() + 0.2), 3 * SECOND)


def test_what_is_left_of_a_job_stands_on_the_queue_as_what_a_trigger_puts_there(queues, azurite):
    queues.put("school-jobs", ["of a trigger"])
    with closing(StorageJobs(StorageAccount(azurite), SystemClock())) as jobs:
        jobs.put("of a job", at=SystemClock().now())

    with QueueServiceClient.from_connection_string(azurite) as plain:
        found = plain.get_queue_client("school-jobs").peek_messages(max_messages=2)

    assert sorted(base64.b64decode(message.content) for message in found) == [b"of a job", b"of a trigger"]


def test_a_queue_that_was_never_made_is_said_in_one_sentence(queues, azurite):
    queues.clear()
    made = StorageJobs(StorageAccount(azurite), SystemClock())

    with closing(made) as jobs, pytest.raises(Misconfigured, match="the queue school-jobs answered 404"):
        jobs.put("of a job", at=SystemClock().now())


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
