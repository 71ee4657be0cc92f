"""A task that, at its moment, publishes one message on the topic of the jobs: the message is then as any other.

Pub/Sub can't delay a message, and to give one back until its time has come would use up its tries. A task could call
Firstbell itself, but Cloud Tasks forgets what it tried too often, where a topic sets it aside and the office is told.
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
"""

import base64
import datetime as dt
import json

from connectors._google import Google
from firstbell.ports import Clock

QUEUE, TOPIC = "school-jobs-later", "school-jobs"
ALARM_SECONDS = 60  # how long publishing one message may take; an alarm that fails rings again


class CloudTasksJobs:
    """The port LaterJobs, as the service account that this service runs as."""

    def __init__(self, clock: Clock, *, tasks: str, pubsub: str, metadata: str) -> None:
        """The addresses of the three servers; that of Pub/Sub is for Cloud Tasks to call."""
        self._google, self._tasks, self._pubsub = Google(clock, metadata), tasks, pubsub

    def put(self, message: str, *, at: dt.datetime) -> None:
        """Make a task for the moment. Raises RetryLater, Misconfigured, GiveUp."""
        place = f"projects/{self._google.project}/locations/{self._google.region}/queues/{QUEUE}"
        self._google.post(f"{self._tasks}/v2/{place}/tasks", f"the queue {QUEUE}", {"task": self._task(message, at)})

    def _task(self, message: str, at: dt.datetime) -> dict[str, object]:
        published = {"messages": [{"data": base64.b64encode(message.encode()).decode()}]}
        return {
            "scheduleTime": f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "dispatchDeadline": f"{ALARM_SECONDS}s",
            "httpRequest": {
                "httpMethod": "POST",
                "url": f"{self._pubsub}/v1/projects/{self._google.project}/topics/{TOPIC}:publish",
                "headers": {"Content-Type": "application/json"},
                "body": base64.b64encode(json.dumps(published).encode()).decode(),
                "oauthToken": {"serviceAccountEmail": self._google.account},
            },
        }

    def close(self) -> None:
        """Let go of the connection."""
        self._google.close()
