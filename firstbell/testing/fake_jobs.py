"""A job queue in memory."""

import datetime as dt
from typing import NamedTuple


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
