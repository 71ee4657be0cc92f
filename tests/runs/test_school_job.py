"""One message is one school's job; one that was tried too often reaches the office."""

import contextlib
import dataclasses
import datetime as dt
import email
import email.policy
import json
import logging

import pytest

from firstbell.composition import open_store_for
from firstbell.errors import BadInput, FirstbellError, Misconfigured
from firstbell.runs.due import DueJob, Job, shards_of
from firstbell.runs.reports import RunReport
from firstbell.runs.school_job import run_due_job, set_aside_job, set_aside_shard, until_sent
from firstbell.runs.schools import settings_of
from firstbell.testing.fake_clock import FakeClock
from tests.runs.conftest import QUARTER_TO_TEN


def message(job=Job.SELF_CHECK, key="hill"):
    return DueJob(key, job, QUARTER_TO_TEN).to_text()


def entries(key, kind):
    with contextlib.closing(open_store_for(settings_of(key), rehearse=True)) as store:
        return store.ledger.entries(kind=kind)


def mails(school):
    found = sorted((school / "rehearsal" / "outbox" / "sent").glob("*.eml"))
    return [email.message_from_bytes(each.read_bytes(), policy=email.policy.default) for each in found]


def test_a_message_runs_the_job_of_its_school_and_no_others(trust):
    run_due_job(message())

    with contextlib.closing(open_store_for(settings_of("hill"), rehearse=True)) as store:
        assert store.desk.last_heartbeat("self-check") is not None
    assert not (trust / "lake" / "rehearsal").exists()


@pytest.mark.usefixtures("trust")
def test_a_message_that_comes_again_does_nothing(caplog):
    with caplog.at_level(logging.INFO, logger="firstbell.runs"):
        run_due_job(message())
        run_due_job(message())

    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "firstbell.runs.school_job"]
    assert [line["outcome"] for line in lines] == ["done", "was done before"]


@pytest.mark.usefixtures("trust")
def test_a_job_that_can_not_be_done_goes_back_to_the_queue_and_says_why_without_a_traceback(caplog):
    with pytest.raises(FirstbellError), caplog.at_level(logging.WARNING):
        run_due_job(message(Job.FIRST_DAY_CONTACT))

    [warning] = [record for record in caplog.records if record.name == "firstbell.runs.school_job"]
    told = json.loads(warning.getMessage())
    assert (told["school"], told["job"], told["outcome"]) == ("hill", "first-day-contact", "failed")
    assert told["error"] == "BadInput"
    assert told["why"]
    assert warning.exc_info is None


def test_a_job_that_was_given_up_is_in_the_ledger_and_the_office_is_told_once(trust):
    for _ in range(2):
        set_aside_job(message(Job.FIRST_DAY_CONTACT))

    facts = [entry.facts for entry in entries("hill", "job.set_aside")]
    [mail] = mails(trust / "hill")
    assert facts == [{"job": "first-day-contact", "due_at": "2026-09-07T08:45:00+00:00"}] * 2
    assert "first-day-contact, due at 09:45, was tried again and again" in mail.get_body(("plain",)).get_content()


def test_every_school_of_a_shard_that_was_given_up_is_told(trust):
    set_aside_shard(shards_of(["hill", "wood"])[0])

    assert [len(mails(trust / key)) for key in ("hill", "lake", "wood")] == [1, 0, 1]


def test_a_school_that_can_not_be_told_is_logged_and_the_others_are_told(trust, caplog):
    (trust / "hill" / "school.toml").write_text("[school", encoding="utf-8")

    with pytest.raises(BadInput), caplog.at_level(logging.ERROR):
        set_aside_shard(shards_of(["hill", "wood"])[0])

    assert "hill: nobody could be told" in caplog.text
    assert len(mails(trust / "wood")) == 1


@pytest.mark.usefixtures("trust")
def test_a_message_about_a_school_there_is_none_of_is_an_error():
    with pytest.raises((BadInput, Misconfigured)):
        set_aside_job(message(key="nowhere"))


def test_a_calendar_that_has_run_out_is_told_to_the_office(trust):
    calendar = trust / "hill" / "mis" / "calendar.toml"
    calendar.write_text(calendar.read_text().replace("2026-10-23", "2026-09-04"), encoding="utf-8")

    for _ in range(2):
        run_due_job(message(Job.FIRST_DAY_CONTACT))
    run_due_job(message(Job.SELF_CHECK))

    assert ["add the new terms" in mail.get_body(("plain",)).get_content() for mail in mails(trust / "hill")] == [True]


class ABusyMailbox:
    """Takes thirty of so many messages in each run, and more a second later."""

    def __init__(self, messages):
        self.clock, self.left, self.runs = FakeClock(), messages, []

    def run(self):
        self.runs.append(f"{self.clock.now():%H:%M:%S}")
        self.left = max(0, self.left - 30)
        self.clock.advance(seconds=5)
        go_on_at = self.clock.now() + dt.timedelta(seconds=2) if self.left else None
        return RunReport("first-day-contact", "", {}, (), go_on_at)

    def wait(self, seconds):
        self.clock.advance(seconds=seconds)


@pytest.mark.parametrize(("messages", "runs"), [(30, 1), (31, 2), (100, 4)])
def test_what_the_mailbox_did_not_take_is_sent_minute_by_minute(messages, runs):
    mailbox = ABusyMailbox(messages)

    report = until_sent(mailbox.run, mailbox.clock, mailbox.wait)

    assert len(mailbox.runs) == runs
    assert mailbox.runs[:2] == ["09:45:00", "09:46:05"][:runs]
    assert (mailbox.left, report.go_on_at) == (0, None)


def test_a_run_goes_on_for_six_minutes_at_most_and_leaves_the_rest_to_the_next():
    mailbox = ABusyMailbox(10_000)

    report = until_sent(mailbox.run, mailbox.clock, mailbox.wait)

    assert mailbox.runs[-1] < "09:51:00"
    assert report.go_on_at is not None


def test_a_service_that_asks_for_a_long_wait_is_left_to_the_next_quarter():
    mailbox = ABusyMailbox(31)

    def run():
        return dataclasses.replace(mailbox.run(), go_on_at=mailbox.clock.now() + dt.timedelta(minutes=7))

    until_sent(run, mailbox.clock, mailbox.wait)

    assert len(mailbox.runs) == 1
