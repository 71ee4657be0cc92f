"""A queue in a SQLite file that behaves as a storage queue does: a message taken is hidden for a while and not gone.

Whoever took it deletes it when the work is done; if that never happens it is seen again, with a higher count of tries.
The file also remembers when each timer last fired. It holds keys of schools, names of jobs and moments, and no person.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from firstbell.errors import Misconfigured, RetryLater
from firstbell.ports import Clock
from firstbell.runs.due import due_job
from firstbell.write_ahead import write_ahead

FORM = 1  # of the tables
LOCKED_SECONDS = 10
POISON = "-poison"
JOBS = "school-jobs"
TABLES = """
CREATE TABLE messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    visible_at INTEGER NOT NULL,
    dequeue_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX by_queue ON messages (queue, visible_at, number);
CREATE TABLE timers (name TEXT PRIMARY KEY, last_at INTEGER NOT NULL);
PRAGMA user_version = 1;
"""
PUT = "INSERT INTO messages (queue, body, visible_at) VALUES (?, ?, ?)"
TAKE = """
UPDATE messages SET visible_at = :hidden_until, dequeue_count = dequeue_count + 1 WHERE number IN (
    SELECT number FROM messages WHERE queue = :queue AND visible_at <= :now ORDER BY visible_at, number LIMIT :most
) RETURNING number, body, dequeue_count
"""
# Only the one who took a message last may say what becomes of it: the number of tries is its receipt.
DELETE = "DELETE FROM messages WHERE number = :number AND queue = :queue AND dequeue_count = :dequeue_count"
MOVE = """
UPDATE messages SET queue = :to, visible_at = :then, dequeue_count = :tries
WHERE number = :number AND queue = :queue AND dequeue_count = :dequeue_count
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken: its text, and how often it has been taken by now."""

    queue: str
    number: int
    body: str
    dequeue_count: int

    @property
    def receipt(self) -> str:
        """The pop receipt: another for each time the message is taken."""
        return f"{self.number}.{self.dequeue_count}"


class LocalQueue:
    """All queues of one host. Every change is one transaction, and outlives the process."""

    def __init__(self, file: Path, clock: Clock) -> None:
        """Open or make the file. Raises Misconfigured, RetryLater."""
        self._name, self._clock = str(file), clock
        with self._our_errors(), contextlib.ExitStack() as if_it_fails:
            self._connection = sqlite3.connect(file, timeout=LOCKED_SECONDS, isolation_level=None)
            if_it_fails.callback(self._connection.close)
            write_ahead(self._connection)
            # After a power cut the last changes may be undone, all together: then the work is done once more.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._make_tables()
            if_it_fails.pop_all()

    def put(self, queue: str, bodies: Iterable[str], *, after: dt.timedelta = dt.timedelta()) -> None:
        """Put messages at the end of a queue, all or none, to be seen after a while."""
        with self._writing() as connection:
            self._put(connection, queue, bodies, after)

    def take(self, queue: str, most: int, *, hidden_for: dt.timedelta) -> Sequence[Taken]:
        """Up to `most` messages that can be seen, oldest first; nobody else sees them for a while."""
        told = {"queue": queue, "now": self._now(), "hidden_until": self._now(hidden_for), "most": most}
        with self._writing() as connection:
            taken = [Taken(queue, *row) for row in connection.execute(TAKE, told)]
        return sorted(taken, key=lambda each: each.number)

    def finish(self, taken: Taken, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> bool:
        """Delete a message whose work is done, and put out what came of it (queue and texts), all or none.

        False, and nothing done, when the message has been taken by another meanwhile.
        """
        with self._writing() as connection:
            if connection.execute(DELETE, _place(taken)).rowcount == 0:
                return False
            for queue, bodies in outputs:
                self._put(connection, queue, bodies)
            return True

    def release(self, taken: Taken, after: dt.timedelta) -> bool:
        """Let a message be seen again after a while. False when it has been taken by another meanwhile."""
        return self._move(taken, taken.queue, after, tries=taken.dequeue_count)

    def set_aside(self, taken: Taken) -> bool:
        """Move a message to the poison queue beside its own. False when it has been taken by another meanwhile."""
        return self._move(taken, taken.queue + POISON, dt.timedelta(), tries=0)

    def visible(self, queues: Iterable[str]) -> int:
        """How many messages of these queues could be taken now."""
        counted = "SELECT count(*) FROM messages WHERE queue = ? AND visible_at <= ?"
        with self._our_errors():
            return sum(self._connection.execute(counted, (queue, self._now())).fetchone()[0] for queue in queues)

    def later(self, queues: Iterable[str]) -> Sequence[tuple[str, dt.datetime]]:
        """What can't be taken yet: the queue of each message and when it can, the first of them first."""
        listed = "SELECT queue, visible_at FROM messages WHERE visible_at > ? ORDER BY visible_at, number"
        wanted = set(queues)
        with self._our_errors():
            rows = self._connection.execute(listed, (self._now(),)).fetchall()
        return [(queue, dt.datetime.fromtimestamp(at / 1000, dt.UTC)) for queue, at in rows if queue in wanted]

    def bodies(self, queue: str) -> Sequence[str]:
        """Every message of a queue, hidden ones too, oldest first."""
        listed = "SELECT body FROM messages WHERE queue = ? ORDER BY number"
        with self._our_errors():
            return [body for (body,) in self._connection.execute(listed, (queue,))]

    def last_fired(self, timer: str) -> dt.datetime | None:
        """When a timer last fired; None if never."""
        with self._our_errors():
            row = self._connection.execute("SELECT last_at FROM timers WHERE name = ?", (timer,)).fetchone()
        return None if row is None else dt.datetime.fromtimestamp(row[0] / 1000, dt.UTC)

    def fired(self, timer: str, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        """Remember that a timer fired just now, with what it put out."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO timers VALUES (?, ?)", (timer, self._now()))
            for queue, bodies in outputs:
                self._put(connection, queue, bodies)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _put(
        self, connection: sqlite3.Connection, queue: str, bodies: Iterable[str], after: dt.timedelta = dt.timedelta()
    ) -> None:
        connection.executemany(PUT, [(queue, body, self._now(after)) for body in bodies])

    def _move(self, taken: Taken, to: str, after: dt.timedelta, *, tries: int) -> bool:
        told = _place(taken) | {"to": to, "then": self._now(after), "tries": tries}
        with self._writing() as connection:
            return connection.execute(MOVE, told).rowcount == 1

    def _now(self, ahead: dt.timedelta = dt.timedelta()) -> int:
        """Milliseconds since 1970."""
        return int((self._clock.now() + ahead).timestamp() * 1000)

    def _make_tables(self) -> None:
        with self._writing() as connection:  # another host may be making them
            form = connection.execute("PRAGMA user_version").fetchone()[0]
            for statement in TABLES.split(";") if form == 0 else ():
                connection.execute(statement)
        if form not in {0, FORM}:
            raise Misconfigured(f"{self._name} is of another Firstbell: end it there, and delete the file")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._our_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or rolls back what raised
                yield self._connection

    @contextlib.contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            told = getattr(error, "sqlite_errorname", "")
            if told.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise RetryLater(dt.timedelta(seconds=LOCKED_SECONDS)) from error
            raise Misconfigured(f"the queue {self._name} can't be used: {error}") from error


def _place(taken: Taken) -> dict[str, str | int]:
    return {"number": taken.number, "queue": taken.queue, "dequeue_count": taken.dequeue_count}


class LocalJobs:
    """The ports Jobs and LaterJobs: one school's job, put on a queue of this computer."""

    def __init__(self, queue: LocalQueue, clock: Clock, name: str = JOBS) -> None:
        self._queue, self._clock, self._name = queue, clock, name

    def enqueue(self, school_key: str, job: str, due_at: dt.datetime) -> None:
        """Put one message on the queue. Raises ValueError as `due_job` does."""
        self._queue.put(self._name, [due_job(school_key, job, due_at).to_text()])

    def put(self, message: str, *, at: dt.datetime) -> None:
        """Put a message on the queue for a moment. Raises Misconfigured, RetryLater."""
        self._queue.put(self._name, [message], after=max(dt.timedelta(), at - self._clock.now()))


@contextlib.contextmanager
def local_jobs(file: Path, clock: Clock) -> Iterator[LocalJobs]:
    """The queue in a file, opened anew: jobs run on other threads than the host. Raises Misconfigured, RetryLater."""
    with contextlib.closing(LocalQueue(file, clock)) as queue:
        yield LocalJobs(queue, clock)
