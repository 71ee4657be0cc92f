"""One message is one school's job; one that was tried too often reaches the office."""

import contextlib
import datetime as dt
import email
import email.policy
import json
import logging

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.errors import BadInput, FirstbellError, Misconfigured
from firstbell.runs import school_job
from firstbell.runs.due import DueJob, Job, due_job_from, shards_of
from firstbell.runs.reports import RunReport
from firstbell.runs.school_job import BUDGET, run_due_job, set_aside_job, set_aside_shard
from firstbell.runs.schools import PLATFORM, platform_clock, settings_of
from firstbell.testing.fake_jobs import FakeLaterJobs
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


# ------------------------------------------------------------ what is left


@pytest.fixture
def later(trust, monkeypatch):  # noqa: ARG001 - it sets the platform's clock
    jobs = FakeLaterJobs(platform_clock())
    monkeypatch.setattr(PLATFORM, "later", lambda _: contextlib.nullcontext(jobs))
    return jobs


@pytest.fixture
def until_ten_to(monkeypatch):
    """A job of which something is left until ten to ten."""
    ten_to, runs = QUARTER_TO_TEN + dt.timedelta(minutes=5), []

    def run(office, job, **_):
        runs.append(office)
        return RunReport(job, "", {}, (), ten_to if office.clock.now() < ten_to else None)

    monkeypatch.setattr(school_job, "run_job", run)
    return runs


def test_what_is_left_of_a_job_is_put_on_the_queue_and_the_log_says_when_it_goes_on(later, until_ten_to, caplog):
    with caplog.at_level(logging.INFO, logger="firstbell.runs"):
        run_due_job(message())

    [(moment, text)] = later.waiting
    assert due_job_from(text) == DueJob("hill", Job.SELF_CHECK, QUARTER_TO_TEN, moment)
    assert json.loads(caplog.messages[-1])["go_on_at"] == moment.isoformat() == "2026-09-07T08:50:00+00:00"
    assert "goes on at 08:50:00 UTC" in caplog.records[-1].msg.in_words()
    assert len(until_ten_to) == 1


def test_it_goes_on_though_the_job_was_done_and_then_no_more(later, until_ten_to, set_clock):
    run_due_job(message())
    [(moment, text)] = later.waiting
    set_clock(moment)

    for _ in range(2):
        run_due_job(text)

    assert len(until_ten_to) == 2
    assert len(later.waiting) == 1


@pytest.mark.usefixtures("later")
def test_a_job_is_told_until_when_it_takes_new_messages(until_ten_to):
    run_due_job(message())

    [office] = until_ten_to
    assert dt.timedelta() < office.takes_until - platform_clock().now() <= BUDGET
    assert not office.is_time_up()
