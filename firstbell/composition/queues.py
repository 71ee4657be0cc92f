"""Where messages for the triggers are put: topics on Google, and what is left of a job on either cloud."""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from firstbell.composition.clocks import SystemClock
from firstbell.ports import Clock, LaterJobs
from firstbell.settings import google_addresses, storage_account


def pubsub_publisher() -> Callable[[str, Sequence[str]], None]:
    """What puts messages on the Pub/Sub topics of the project that this runs in."""
    from connectors.pubsub import PubSubTopics  # noqa: PLC0415 - loaded where it is used

    google = google_addresses()
    return PubSubTopics(SystemClock(), pubsub=google.pubsub, metadata=google.metadata).publish


def storage_queue_jobs(clock: Clock) -> AbstractContextManager[LaterJobs]:
    """Azure's queue for what is left of a job, by the clock of its triggers. Raises Misconfigured."""
    from connectors.azure_storage import StorageJobs  # noqa: PLC0415 - loads slowly

    return contextlib.closing(StorageJobs(storage_account(), clock))


def cloud_tasks_jobs(clock: Clock) -> AbstractContextManager[LaterJobs]:
    """Google's way to the queue for what is left of a job."""
    from connectors.cloud_tasks import CloudTasksJobs  # noqa: PLC0415 - loaded where it is used

    google = google_addresses()
    return contextlib.closing(CloudTasksJobs(clock, tasks=google.tasks, pubsub=google.pubsub, metadata=google.metadata))
