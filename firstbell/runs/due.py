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
    """One job of one school, and since when it is due."""

    school_key: str
    job: Job
    due_at: dt.datetime

    def to_text(self) -> str:
        """The message, as it stands on the queue."""
        return json.dumps({"school": self.school_key, "job": self.job, "due_at": self.due_at.isoformat()})


class MessagesOut:
    """The port Jobs for a trigger: collects the messages that its output binding will put on the queue."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def enqueue(self, school_key: str, job: str, due_at: dt.datetime) -> None:
        """Collect one message. Raises ValueError for a moment without a zone, or a job or key that can't be."""
        self.texts.append(due_job(school_key, job, due_at).to_text())


def due_job(school_key: str, job: str, due_at: dt.datetime) -> DueJob:
    """One job of one school. Raises ValueError for a moment without a zone, or a job or key that can't be."""
    if due_at.tzinfo is None:
        raise ValueError("a job can't be due at a moment without a time zone")
    return DueJob(_school_key(school_key), Job(job), due_at)


def due_job_from(text: str) -> DueJob:
    """The due job that a message tells of. Raises BadInput for what is no such message."""
    return _read(text, ("school", "job", "due_at"), lambda m: due_job(m[0], m[1], dt.datetime.fromisoformat(m[2])))


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


def _read[Found](text: str, keys: tuple[str, ...], make: Callable[[list[str]], Found]) -> Found:
    try:
        return make(_values(json.loads(text), keys))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadInput("a message on the queue", "what Firstbell did not put there", " ".join(keys)) from error


def _values(message: dict[str, str], keys: tuple[str, ...]) -> list[str]:
    """The values of exactly these keys. Raises ValueError, TypeError."""
    if set(message) != set(keys):
        raise ValueError("other keys")
    return [message[key] for key in keys]
