"""What stands on a queue: that a job of a school is due, or a list of schools to ask. Keys, names of jobs and moments
only; never anything about a person.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched

from firstbell.errors import BadInput

SCHOOL_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")  # as firstbell/settings/fields.py has it: never a path
DUE_JOB, LATER = ("school", "job", "due_at"), ("go_on_at",)  # the keys of a message, in their order
SHARD_SIZE = 100  # schools; their keys take 4 KB of the 64 KB that a message may have


class Job(StrEnum):
    """The jobs there are."""

    SYNC = "sync"
    CHASE = "chase"
    FIRST_DAY_CONTACT = "first-day-contact"
    WEEKLY = "weekly"
    RETURNS = "returns"
    WATCHDOG = "watchdog"
    SELF_CHECK = "self-check"
    CASES = "cases"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class DueJob:
    """One job of one school, and since when it is due.

    `go_on_at`: of what an earlier run left, the moment at which it can go on.
    """

    school_key: str
    job: Job
    due_at: dt.datetime
    go_on_at: dt.datetime | None = None

    @property
    def since(self) -> dt.datetime:
        """A run that began then or later, and came to its end, has done this."""
        return self.go_on_at or self.due_at

    def to_text(self) -> str:
        """The message, as it stands on the queue."""
        told = {"school": self.school_key, "job": self.job, "due_at": self.due_at.isoformat()}
        later = {"go_on_at": self.go_on_at.isoformat()} if self.go_on_at else {}
        return json.dumps(told | later)


class MessagesOut:
    """The port Jobs for a trigger: collects the messages that its output binding will put on the queue."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def enqueue(self, school_key: str, job: str, due_at: dt.datetime) -> None:
        """Collect one message. Raises ValueError for a moment without a zone, or a job or key that can't be."""
        self.texts.append(due_job(school_key, job, due_at).to_text())


def due_job(school_key: str, job: str, due_at: dt.datetime, go_on_at: dt.datetime | None = None) -> DueJob:
    """One job of one school. Raises ValueError for a moment without a zone, or a job or key that can't be."""
    if due_at.tzinfo is None or (go_on_at is not None and go_on_at.tzinfo is None):
        raise ValueError("a job can't be due at a moment without a time zone")
    return DueJob(_school_key(school_key), Job(job), due_at, go_on_at)


def due_job_from(text: str) -> DueJob:
    """The due job that a message tells of. Raises BadInput for what is no such message."""
    return _read(text, DUE_JOB, _due_job, optional=LATER)


def _due_job(values: list[str]) -> DueJob:
    key, job, *moments = values
    return due_job(key, job, *map(dt.datetime.fromisoformat, moments))


def shards_of(school_keys: Iterable[str]) -> list[str]:
    """Messages that each name so many schools to ask what is due."""
    return [json.dumps({"schools": keys}) for keys in batched(school_keys, SHARD_SIZE, strict=False)]


def schools_in(text: str) -> Sequence[str]:
    """The schools that a message names. Raises BadInput for what is no such message."""
    return _read(text, ("schools",), lambda message: [_school_key(key) for key in message[0]])


def known_key(key: str) -> str:
    """The key, if it can be one of a school. Raises BadInput."""
    if SCHOOL_KEY.fullmatch(key) is None:
        raise BadInput("school", "what is no key of a school", "its key, as hill-academy")
    return key


def _school_key(key: str) -> str:
    if SCHOOL_KEY.fullmatch(key) is None:
        raise ValueError("no key of a school")
    return key


def _read[Found](
    text: str, keys: tuple[str, ...], make: Callable[[list[str]], Found], optional: tuple[str, ...] = ()
) -> Found:
    try:
        message = json.loads(text)
        return make(_values(message, (*keys, *(key for key in optional if key in message))))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadInput("a message on the queue", "what Firstbell did not put there", " ".join(keys)) from error


def _values(message: dict[str, str], keys: tuple[str, ...]) -> list[str]:
    """The values of exactly these keys. Raises ValueError, TypeError."""
    if set(message) != set(keys):
        raise ValueError("other keys")
    return [message[key] for key in keys]
