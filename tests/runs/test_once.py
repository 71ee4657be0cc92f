"""A due job is done once, and one job of a school at a time."""

import datetime as dt

import pytest

from firstbell.errors import NeedsHuman, RetryLater
from firstbell.runs.due import Job
from firstbell.runs.once import LEASE, LEASE_SECONDS, do_once, is_done
from firstbell.testing.morning_story import MorningStory

DUE = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)


@pytest.fixture
def story():
    return MorningStory()


def once(story, do, *, due_at=DUE, job=Job.SYNC, pause=lambda _: None):
    return do_once(story.office, job, due_at, do, pause=pause)


def test_the_same_message_twice_does_the_job_once(story):
    done = []

    reports = [once(story, lambda: done.append(1) or "report") for _ in range(2)]

    assert done == [1]
    assert reports == ["report", None]


def test_a_job_that_failed_is_not_done(story):
    def fail():
        raise NeedsHuman("no export", "make it")

    with pytest.raises(NeedsHuman):
        once(story, fail)

    assert not is_done(story.store, Job.SYNC, DUE)
    assert once(story, lambda: "report") == "report"


def test_a_run_that_began_before_the_job_was_due_does_not_stand_for_it(story):
    once(story, lambda: story.clock.advance(minutes=20))

    assert is_done(story.store, Job.SYNC, DUE)
    assert not is_done(story.store, Job.SYNC, DUE + dt.timedelta(minutes=15))


def test_a_late_run_stands_for_every_quarter_it_came_after(story):
    story.clock.advance(minutes=40)

    once(story, lambda: "report", due_at=DUE + dt.timedelta(minutes=30))

    assert once(story, lambda: "again") is None


def test_another_job_of_the_school_is_waited_for(story):
    other = story.store.desk
    assert other.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)

    assert once(story, lambda: "report", pause=lambda _: other.end_lease(LEASE)) == "report"


def test_one_that_stays_at_work_sends_the_message_back_to_the_queue(story):
    story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)

    with pytest.raises(RetryLater):
        once(story, lambda: pytest.fail("two jobs at once"))


def test_a_run_that_was_killed_holds_the_school_for_ten_minutes_and_no_longer(story):
    story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)
    story.clock.advance(seconds=LEASE_SECONDS)

    assert once(story, lambda: "report") == "report"


def test_the_lease_is_given_back_when_the_job_fails(story):
    def fail():
        raise NeedsHuman("no export", "make it")

    with pytest.raises(NeedsHuman):
        once(story, fail)

    assert story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)
