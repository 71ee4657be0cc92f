"""What is left of a job is one delayed message: never none, never a second run of the same work, never a pile."""

import contextlib
import dataclasses
import datetime as dt
import logging
from collections import Counter

import pytest

from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.records import State
from firstbell.runs.due import DueJob, Job, due_job_from
from firstbell.runs.hand_over import hand_over
from firstbell.runs.once import do_once
from firstbell.runs.reports import RunReport
from firstbell.runs.schools import PLATFORM
from firstbell.settings import SmtpSettings
from firstbell.testing.fake_jobs import FakeLaterJobs
from firstbell.testing.morning_story import MorningStory
from rules.contact.purposes import Purpose

DUE = DueJob("hill", Job.FIRST_DAY_CONTACT, dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC))
DONE = RunReport(DUE.job, "First-day contact", {}, ())
MINUTE = dt.timedelta(minutes=1)
FIRST_DAY = Purpose.FIRST_DAY_ABSENCE


@pytest.fixture
def story():
    return MorningStory()


@pytest.fixture
def jobs(story, monkeypatch):
    made = FakeLaterJobs(story.clock)
    monkeypatch.setattr(PLATFORM, "later", lambda _: contextlib.nullcontext(made))
    return made


def at(time):
    return dt.datetime.combine(DUE.due_at, dt.time.fromisoformat(time), tzinfo=dt.UTC)


def leave(story, time, due=DUE):
    return hand_over(story.office, due, at(time))


def moments(jobs):
    return [f"{moment:%H:%M:%S}" for moment, _ in jobs.waiting]


def test_the_message_is_the_same_job_for_the_moment(story, jobs):
    assert leave(story, "09:55") == at("09:55")

    [(moment, text)] = jobs.waiting
    left = due_job_from(text)
    assert (left.school_key, left.job, left.due_at) == ("hill", Job.FIRST_DAY_CONTACT, DUE.due_at)
    assert left.go_on_at == left.since == moment == at("09:55")


@pytest.mark.parametrize(
    ("go_on_at", "moment"),
    [("09:50:00.000001", "09:50:01"), ("09:50:01", "09:50:01"), ("09:44", "09:45:00"), ("09:59:59.5", "")],
)
def test_it_comes_at_the_next_whole_second_never_earlier_and_never_in_the_past(go_on_at, moment, story, jobs):
    leave(story, go_on_at)

    assert moments(jobs) == [moment] * bool(moment)


@pytest.mark.parametrize(("go_on_at", "is_left"), [("09:59:59", True), ("10:00", False), ("16:00", False)])
def test_what_can_not_go_on_within_a_quarter_of_an_hour_is_left_to_the_clock(go_on_at, is_left, story, jobs):
    assert (leave(story, go_on_at) is not None) is is_left
    assert len(jobs.waiting) == is_left


def test_a_message_that_is_under_way_and_comes_no_later_is_enough(story, jobs):
    leave(story, "09:50")

    assert leave(story, "09:50") == at("09:50")
    assert leave(story, "09:52") == at("09:50")
    assert moments(jobs) == ["09:50:00"]


def test_one_that_would_come_later_is_not(story, jobs):
    leave(story, "09:55")
    leave(story, "09:50")

    assert moments(jobs) == ["09:55:00", "09:50:00"]


def test_one_that_was_lost_stands_in_nobody_s_way(story, jobs):
    leave(story, "09:50")
    story.clock.advance(minutes=15)  # the clock's own run, and the message never came
    leave(story, "10:01")

    assert moments(jobs) == ["09:50:00", "10:01:00"]


def test_a_message_that_came_before_its_moment_by_our_clock_puts_another_for_it(story, jobs):
    leave(story, "09:50")
    early = due_job_from(jobs.waiting[0][1])

    leave(story, "09:50", early)

    assert moments(jobs) == ["09:50:00"] * 2


@pytest.mark.usefixtures("jobs")
def test_a_clock_that_was_put_back_leaves_no_message_in_the_way(story):
    story.clock.advance(hours=3)
    leave(story, "12:50")
    story.clock.advance(hours=-3)

    assert leave(story, "09:50") == at("09:50")


def test_while_the_queue_is_busy_the_message_in_hand_comes_again(story, jobs):
    jobs.refuse.append(RetryLater(MINUTE))

    with pytest.raises(RetryLater):
        leave(story, "09:50")

    assert leave(story, "09:50") == at("09:50")
    assert moments(jobs) == ["09:50:00"]


@pytest.mark.parametrize("error", [Misconfigured("the queue is not there"), GiveUp("the queue answered 400")])
def test_where_there_is_no_such_queue_the_rest_waits_for_the_clock_and_people_are_told(error, story, jobs, caplog):
    jobs.refuse.append(error)

    with caplog.at_level(logging.ERROR):
        assert leave(story, "09:50") is None

    [record] = caplog.records
    assert "hill: what is left of first-day-contact waits for the next quarter of an hour. the queue" in record.message
    assert record.exc_info is None
    assert leave(story, "09:50") == at("09:50")


# ------------------------------------------------------------ many messages, one chain of runs


class AtWork:
    """A job of which something is left until 10:30, minute by minute, on a queue that a test may disturb."""

    def __init__(self, story, jobs):
        self.story, self.jobs, self.runs, self.taken = story, jobs, [], 0

    def take(self, due):
        do_once(self.story.office, due.job, due.since, lambda: self._run(due), pause=lambda _: None)

    def _run(self, due):
        now = self.story.clock.now()
        self.runs.append(f"{now:%H:%M}")
        if now < at("10:30"):
            hand_over(self.story.office, due, now + MINUTE)
        return DONE

    def clock_strikes(self):
        self.take(DueJob("hill", DUE.job, self.story.clock.now()))

    def a_minute_later(self):
        self.story.clock.advance(minutes=1)
        seen = self.jobs.seen()
        for text in seen[self.taken :]:
            self.taken += 1
            self.take(due_job_from(text))


@pytest.fixture
def work(story, jobs):
    return AtWork(story, jobs)


def until_half_past_ten(work, *, clock):
    work.clock_strikes()
    for minute in range(46, 46 + 50):
        work.a_minute_later()
        if clock and minute % 15 == 0:
            work.clock_strikes()


def test_the_clock_s_own_runs_make_no_second_chain_of_messages(work):
    until_half_past_ten(work, clock=True)

    assert len(work.runs) == len(set(work.runs)) == 46
    assert len(work.jobs.waiting) == 45


def test_a_message_that_comes_twice_does_nothing_and_leaves_nothing(work):
    work.clock_strikes()
    [(_, text)] = work.jobs.waiting
    work.a_minute_later()
    work.take(due_job_from(text))

    assert work.runs == ["09:45", "09:46"]
    assert len(work.jobs.waiting) == 2


def test_two_chains_become_one_again(work):
    work.clock_strikes()
    strange = DueJob("hill", DUE.job, DUE.due_at, at("09:46") + dt.timedelta(seconds=30))
    work.jobs.put(strange.to_text(), at=strange.since)  # of a run that was killed before it could remember it

    until_half_past_ten(work, clock=False)

    assert len(work.runs) <= 48
    assert len(work.jobs.waiting) <= 49


class Killed(BaseException):
    """As no handler of errors may catch it."""


def test_killed_between_the_message_and_the_end_nothing_is_lost_or_done_twice(story, jobs, monkeypatch):
    done, heartbeat = [], story.store.desk.heartbeat

    def run(due):
        if not done or story.clock.now() >= at("09:55"):
            done.append(f"{story.clock.now():%H:%M}")
        if story.clock.now() < at("09:55"):
            hand_over(story.office, due, at("09:55"))
        return DONE

    def killed(*_, **__):
        raise Killed

    monkeypatch.setattr(story.store.desk, "heartbeat", killed)
    with pytest.raises(Killed):
        do_once(story.office, DUE.job, DUE.since, lambda: run(DUE), pause=lambda _: None)
    monkeypatch.setattr(story.store.desk, "heartbeat", heartbeat)
    story.clock.advance(minutes=10)  # the first message comes again, and what it left is there too
    for due in (DUE, *map(due_job_from, jobs.seen())):
        do_once(story.office, due.job, due.since, lambda due=due: run(due), pause=lambda _: None)

    assert done == ["09:45", "09:55"]
    assert len(jobs.waiting) == 1


# ------------------------------------------------------------ a whole morning


def with_thirty_a_minute(story):
    smtp = SmtpSettings(host="unused", sender="absence@example.org")
    outgoing = story.office.settings.outgoing.model_copy(update={"mailer": "smtp"})
    settings = story.office.settings.model_copy(update={"smtp": smtp, "outgoing": outgoing})
    story.office = dataclasses.replace(story.office, settings=settings)


class Morning:
    """First-day contact by the clock of every quarter and by what it leaves; how many were told in which minute."""

    def __init__(self, story, jobs):
        self.story, self.jobs, self.taken, self.told = story, jobs, 0, Counter()

    def until(self, time):
        while self.story.clock.now() < at(time):
            now = self.story.clock.now()
            if now.minute % 15 == now.second == 0:
                self._take(DueJob("hill", DUE.job, now))
            for text in self.jobs.seen()[self.taken :]:
                self.taken += 1
                self._take(due_job_from(text))
            self.story.clock.advance(seconds=1)

    def _take(self, due):
        do_once(self.story.office, due.job, due.since, lambda: self._run(due), pause=lambda _: pytest.fail("slept"))

    def _run(self, due):
        before = len(self.story.told())
        report = self.story.when_the_run_happens()
        if told := len(self.story.told()) - before:
            self.told[f"{self.story.clock.now():%H:%M:%S}"] += told
        if report.go_on_at is not None:
            hand_over(self.story.office, due, report.go_on_at)
        return DONE


def test_a_hold_begun_at_a_quarter_to_ten_is_over_at_five_to_ten(story, jobs):
    story.given_an_unexplained_absence("ALICIA")

    Morning(story, jobs).until("10:20")

    assert [f"{m.at:%H:%M:%S}" for m in sent(story)] == ["09:55:00"]
    assert len(jobs.waiting) == 1


def sent(story):
    return [e for e in story.store.ledger.entries(kind=f"message.{State.SENT}") if e.facts["purpose"] == FIRST_DAY]


def test_a_hundred_families_over_thirty_a_minute_are_told_minute_by_minute_and_nobody_sleeps(story, jobs):
    with_thirty_a_minute(story)
    for number in range(100):
        story.given_an_unexplained_absence(f"F{number:03}")
    morning = Morning(story, jobs)
    morning.until("09:50")
    story.when_two_people_release_every_brake()

    morning.until("10:20")

    assert morning.told == {"10:00:00": 30, "10:01:00": 30, "10:02:00": 30, "10:03:00": 10}
    assert len(set(story.told())) == len(story.told()) == 100
    assert len(jobs.waiting) == 3


def test_a_message_that_is_lost_costs_no_more_than_the_rest_of_the_quarter(story, jobs, monkeypatch):
    story.given_an_unexplained_absence("ALICIA")
    monkeypatch.setattr(jobs, "seen", list)

    Morning(story, jobs).until("10:20")

    assert [f"{m.at:%H:%M:%S}" for m in sent(story)] == ["10:00:00"]
