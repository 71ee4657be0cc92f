"""The queue on this computer keeps to what a storage queue does."""

import datetime as dt
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from firstbell.errors import Misconfigured, RetryLater
from firstbell.runs.due import due_job_from
from firstbell.serve import local_queue
from firstbell.serve.local_queue import LocalJobs, LocalQueue
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.jobs_conformance import JobsConformance, JobsRig
from firstbell.testing.later_jobs_conformance import LaterJobsConformance, LaterJobsRig
from firstbell.testing.queue_conformance import QueueConformance, QueueRig

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def queue(tmp_path, clock):
    with closing(LocalQueue(tmp_path / "queue.db", clock)) as made:
        yield made


def take(queue, most=1, hidden_for=MINUTE):
    return queue.take("work", most, hidden_for=hidden_for)


class TestLocalJobsConform(JobsConformance):
    @pytest.fixture
    def rig(self, queue):
        def waiting():
            found = map(due_job_from, queue.bodies("school-jobs"))
            return [(each.school_key, each.job, each.due_at) for each in found]

        return JobsRig(LocalJobs(queue, FakeClock()), waiting)


class TestLocalJobsConformForLater(LaterJobsConformance):
    @pytest.fixture
    def rig(self, queue, clock):
        def seen():
            return [taken.body for taken in queue.take("school-jobs", 32, hidden_for=dt.timedelta())]

        return LaterJobsRig(
            LocalJobs(queue, clock), clock, seen, lambda span: clock.advance(seconds=span.total_seconds())
        )


class TestLocalQueueConforms(QueueConformance):
    """Azure Storage's own queues keep the same promises: tests/storage."""

    @pytest.fixture
    def rig(self, queue, clock):
        return QueueRig(queue, lambda span: clock.advance(seconds=span.total_seconds()))


def test_messages_come_in_the_order_in_which_they_were_put(queue):
    queue.put("work", ["one", "two"])
    queue.put("work", ["three"])

    assert [taken.body for taken in take(queue, 3)] == ["one", "two", "three"]


def test_who_comes_too_late_puts_nothing_out_either(queue, clock):
    queue.put("work", ["one"])
    [late] = take(queue)
    clock.advance(minutes=1)
    take(queue)

    assert not queue.finish(late, [("next", ["twice"])])
    assert not queue.set_aside(late)
    assert (queue.bodies("next"), queue.bodies("work-poison")) == ([], [])


def test_finished_work_and_what_came_of_it_are_one_change(queue):
    queue.put("work", ["one"])
    [taken] = take(queue)

    with pytest.raises(Misconfigured):
        queue.finish(taken, [("next", ["two", object()])])
    assert (queue.bodies("work"), queue.bodies("next")) == (["one"], [])
    assert queue.finish(taken, [("next", ["two", "three"])])

    assert (queue.bodies("work"), queue.bodies("next")) == ([], ["two", "three"])


def test_a_message_set_aside_can_no_longer_be_finished(queue):
    queue.put("work", ["one"])
    [taken] = take(queue)
    queue.set_aside(taken)
    queue.take("work-poison", 1, hidden_for=MINUTE)

    assert not queue.finish(taken)  # the same number and count, on another queue


def test_only_what_can_be_taken_is_visible(queue, clock):
    queue.put("work", ["one", "two"])
    take(queue)

    assert queue.visible(["work", "other"]) == 1
    clock.advance(minutes=1)
    assert queue.visible(["work"]) == 2


def test_what_can_not_be_taken_yet_is_told_with_its_moment_and_nothing_of_other_queues(queue, clock):
    queue.put("work", ["now"])
    queue.put("work", ["later"], after=2 * MINUTE)
    queue.put("other", ["later"], after=MINUTE)

    assert queue.later(["work"]) == [("work", clock.now() + 2 * MINUTE)]


def test_everything_outlives_the_process(tmp_path, clock):
    with closing(LocalQueue(tmp_path / "queue.db", clock)) as before:
        before.put("work", ["one"])
        before.fired("tick", [("work", ["two"])])
        clock.advance(hours=1)

    with closing(LocalQueue(tmp_path / "queue.db", clock)) as after:
        assert after.bodies("work") == ["one", "two"]
        assert after.last_fired("tick") == clock.now() - dt.timedelta(hours=1)
        assert after.last_fired("another") is None


def test_two_hosts_on_one_file_never_take_the_same_message(tmp_path, clock):
    with closing(LocalQueue(tmp_path / "q.db", clock)) as one, closing(LocalQueue(tmp_path / "q.db", clock)) as two:
        one.put("work", [str(number) for number in range(100)])

        found = [taken.body for _ in range(10) for host in (one, two) for taken in take(host, 5)]

    assert sorted(found, key=int) == [str(number) for number in range(100)]


def test_many_hosts_may_make_the_same_file_at_once(tmp_path, clock):
    def open_and_put(number):
        start.wait()
        with closing(LocalQueue(tmp_path / "new.db", clock)) as queue:
            queue.put("work", [str(number)])

    start = threading.Barrier(6)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(open_and_put, range(6)))  # raises what one of them raised

    with closing(LocalQueue(tmp_path / "new.db", clock)) as queue:
        assert sorted(queue.bodies("work")) == list("012345")


def test_a_file_that_another_host_is_only_just_making_is_waited_for(tmp_path, clock):
    with closing(sqlite3.connect(tmp_path / "q.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.rollback)
        done.start()

        with closing(LocalQueue(tmp_path / "q.db", clock)) as queue:
            queue.put("work", ["one"])

            assert queue.bodies("work") == ["one"]
        done.join()


def test_a_file_that_is_no_queue_is_refused_in_one_sentence(tmp_path, clock):
    (tmp_path / "queue.db").write_bytes(b"no database, and longer than a header " * 10)

    with pytest.raises(Misconfigured, match="can't be used"):
        LocalQueue(tmp_path / "queue.db", clock)


def test_a_file_of_a_newer_form_is_refused(tmp_path, clock):
    with closing(sqlite3.connect(tmp_path / "queue.db")) as connection:
        connection.execute("PRAGMA user_version = 2")

    with pytest.raises(Misconfigured, match="of another Firstbell"):
        LocalQueue(tmp_path / "queue.db", clock)


def test_a_folder_that_is_not_there_is_refused(tmp_path, clock):
    with pytest.raises(Misconfigured, match="can't be used"):
        LocalQueue(tmp_path / "nowhere" / "queue.db", clock)


def test_a_file_that_another_keeps_locked_is_for_later(queue, tmp_path, monkeypatch, clock):
    monkeypatch.setattr(local_queue, "LOCKED_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "queue.db", isolation_level=None)
    with closing(LocalQueue(tmp_path / "queue.db", clock)) as second, closing(other):
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(RetryLater):
            second.put("work", ["one"])

    assert queue.bodies("work") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such file apart")
def test_the_file_holds_no_more_than_what_was_put(queue, tmp_path):
    queue.put("work", ['{"school": "hill"}'])

    with closing(sqlite3.connect(tmp_path / "queue.db")) as connection:
        columns = [
            row[1] for table in ("messages", "timers") for row in connection.execute(f"PRAGMA table_info({table})")
        ]

    assert columns == ["number", "queue", "body", "visible_at", "dequeue_count", "name", "last_at"]
