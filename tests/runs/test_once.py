"""A due job is done once, and one job of a school at a time."""

import datetime as dt

import pytest

from firstbell.errors import NeedsHuman, RetryLater
from firstbell.runs.due import Job
from firstbell.runs.once import LEASE, LEASE_SECONDS, do_once, is_done
from firstbell.runs.reports import RunReport
from firstbell.testing.morning_story import MorningStory

DUE = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
REPORT = RunReport(Job.SYNC, "Roll and marks read", {"pupils": 900, "marks read": 0}, ("two pupils share a UPN",))


@pytest.fixture
def story():
    return MorningStory()


def once(story, do, *, due_at=DUE, job=Job.SYNC, pause=lambda _: None):
    return do_once(story.office, job, due_at, do, pause=pause)


def test_the_same_message_twice_does_the_job_once(story):
    done = []

    reports = [once(story, lambda: done.append(1) or REPORT) for _ in range(2)]

    assert done == [1]
    assert reports == [REPORT, None]


def test_a_job_that_failed_is_not_done(story):
    def fail():
        raise NeedsHuman("no export", "make it")

    with pytest.raises(NeedsHuman):
        once(story, fail)

    assert not is_done(story.store, Job.SYNC, DUE)
    assert once(story, lambda: REPORT) == REPORT


def test_a_run_that_began_before_the_job_was_due_does_not_stand_for_it(story):
    once(story, lambda: story.clock.advance(minutes=20) or REPORT)

    assert is_done(story.store, Job.SYNC, DUE)
    assert not is_done(story.store, Job.SYNC, DUE + dt.timedelta(minutes=15))


def test_a_late_run_stands_for_every_quarter_it_came_after(story):
    story.clock.advance(minutes=40)

    once(story, lambda: REPORT, due_at=DUE + dt.timedelta(minutes=30))

    assert once(story, lambda: pytest.fail("again")) is None


def test_another_job_of_the_school_is_waited_for(story):
    other = story.store.desk
    assert other.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)

    assert once(story, lambda: REPORT, pause=lambda _: other.end_lease(LEASE)) == REPORT


def test_one_that_stays_at_work_sends_the_message_back_to_the_queue(story):
    story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)

    with pytest.raises(RetryLater):
        once(story, lambda: pytest.fail("two jobs at once"))


def test_a_run_that_was_killed_holds_the_school_for_ten_minutes_and_no_longer(story):
    story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)
    story.clock.advance(seconds=LEASE_SECONDS)

    assert once(story, lambda: REPORT) == REPORT


def test_the_lease_is_given_back_when_the_job_fails(story):
    def fail():
        raise NeedsHuman("no export", "make it")

    with pytest.raises(NeedsHuman):
        once(story, fail)

    assert story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)


def test_how_it_went_is_noted_on_the_day_it_was_due(story):
    once(story, lambda: story.clock.advance(seconds=40) or REPORT)

    [day] = story.store.desk.job_days(DUE.date())
    assert (day.job, day.done, day.failed, day.longest_seconds) == (Job.SYNC, 1, 0, 40)
    assert (day.needs, day.figures) == (1, {"pupils": 900})


@pytest.mark.parametrize("error", [NeedsHuman("the words of it", "the workbook"), KeyError("the words of it")])
def test_a_failure_is_noted_by_its_kind_and_never_by_its_words(story, error):
    def fail():
        raise error

    with pytest.raises(type(error)):
        once(story, fail)

    [day] = story.store.desk.job_days(DUE.date())
    assert (day.done, day.failed, day.error) == (0, 1, type(error).__name__)
    assert "the words" not in str(day)


def test_a_message_that_waits_for_another_job_is_no_failure(story):
    story.store.desk.take_lease(LEASE, now=story.clock.now(), seconds=LEASE_SECONDS)

    with pytest.raises(RetryLater):
        once(story, lambda: pytest.fail("two jobs at once"))

    assert story.store.desk.job_days(DUE.date()) == ()


def test_a_store_that_can_not_take_the_note_does_not_hide_what_failed(story, monkeypatch):
    def fail(*_):
        raise RetryLater(dt.timedelta(seconds=30))

    monkeypatch.setattr(type(story.store.desk), "note_try", fail)

    with pytest.raises(NeedsHuman):
        once(story, lambda: (_ for _ in ()).throw(NeedsHuman("no export", "make it")))
