"""host.json and the settings beside it fit what the code counts on."""

import datetime as dt
import json

import pytest

from firstbell.runs.once import LEASE_SECONDS, STEP_SECONDS, STEPS
from firstbell.runs.school_job import BUDGET
from firstbell.runs.timetable import QUARTER
from firstbell.workflows.outgoing.dispatch_steps import A_LOOK_IS_GOOD_FOR

HIDDEN_WHILE_AT_WORK = dt.timedelta(minutes=10)  # the platform's own, whatever visibilityTimeout says


@pytest.fixture(scope="module")
def host(root):
    return json.loads((root / "host.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def queues(host):
    return host["extensions"]["queues"]


def duration(text):
    hours, minutes, seconds = map(int, text.split(":"))
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


def test_a_job_that_keeps_failing_is_set_aside_before_the_next_quarter(queues):
    tries = queues["maxDequeueCount"]

    assert tries > 1
    assert (tries - 1) * duration(queues["visibilityTimeout"]) < QUARTER


def test_a_killed_runs_message_comes_again_when_its_lease_is_over():
    assert dt.timedelta(seconds=LEASE_SECONDS) <= HIDDEN_WHILE_AT_WORK


def test_waiting_for_another_job_leaves_most_of_the_time_that_a_call_has(host):
    assert dt.timedelta(seconds=STEPS * STEP_SECONDS) * 5 < duration(host["functionTimeout"])


def test_no_message_leaves_under_a_lease_that_is_over_and_the_call_ends_before_it(host):
    """The lease is taken after the call began; after so long no message is handed to the mail service any more."""
    lease, last = dt.timedelta(seconds=LEASE_SECONDS), BUDGET + A_LOOK_IS_GOOD_FOR

    assert duration(host["functionTimeout"]) <= lease
    assert last < lease / 1.5


def test_after_waiting_for_another_job_there_is_time_to_take_messages():
    assert dt.timedelta(seconds=STEPS * STEP_SECONDS) * 3 < BUDGET


def test_there_is_a_thread_for_each_message_at_work_and_for_the_watchdog(root, queues):
    values = json.loads((root / "local.settings.example.json").read_text(encoding="utf-8"))["Values"]

    assert int(values["PYTHON_THREADPOOL_THREAD_COUNT"]) >= queues["batchSize"] + queues["newBatchThreshold"] + 2


def test_messages_are_encoded_as_the_host_expects_them(queues):
    assert queues["messageEncoding"] == "base64"


def test_the_page_explains_every_setting_of_host_json(root, queues):
    page = (root / "docs" / "azure.md").read_text(encoding="utf-8")

    assert [name for name in queues if f"`queues.{name}`" not in page and f"`{name}`" not in page] == []
