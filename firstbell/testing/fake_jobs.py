"""Job queues in memory."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from firstbell.ports import Clock


class Enqueued(NamedTuple):
    """One job of one school, and when it is due."""

    school_key: str
    job: str
    due_at: dt.datetime


class FakeJobs:
    """A job queue for tests. `enqueued` is what is on it, in order; nothing is run."""

    def __init__(self) -> None:
        self.enqueued: list[Enqueued] = []

    def enqueue(self, school_key: str, job: str, due_at: dt.datetime) -> None:
        if due_at.tzinfo is None:
            raise ValueError("a job can't be due at a moment without a time zone")
        self.enqueued.append(Enqueued(school_key, job, due_at))


class FakeLaterJobs:
    """The queue for what is left of a job. `waiting` is all that was put there: the moment and the message.

    `refuse` makes the next messages fail with these errors, one after the other.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.waiting: list[tuple[dt.datetime, str]] = []
        self.refuse: list[Exception] = []

    def put(self, message: str, *, at: dt.datetime) -> None:
        if self.refuse:
            raise self.refuse.pop(0)
        self.waiting.append((at, message))

    def seen(self) -> Sequence[str]:
        """What can be taken now, oldest first."""
        return [message for at, message in sorted(self.waiting) if at <= self._clock.now()]
