"""What is left of a job waits in Cloud Tasks and is published at its moment: over HTTP, to servers of pretence."""

import datetime as dt
from contextlib import closing

import pytest

from connectors.cloud_tasks import CloudTasksJobs
from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.testing.later_jobs_conformance import LaterJobsConformance, LaterJobsRig

SOON = dt.timedelta(minutes=5)


@pytest.fixture
def jobs(google, clock):
    address = f"http://{google.host}"
    with closing(CloudTasksJobs(clock, tasks=address, pubsub=address, metadata=address)) as made:
        yield made


class TestCloudTasksConform(LaterJobsConformance):
    @pytest.fixture
    def rig(self, jobs, google, clock):
        def let_pass(span):
            clock.advance(seconds=span.total_seconds())
            google.ring(clock.now())

        return LaterJobsRig(jobs, clock, lambda: google.published.get("school-jobs", []), let_pass)


def test_the_message_is_published_in_the_name_of_the_service_itself(jobs, google, clock):
    jobs.put("one", at=clock.now() + SOON)
    google.ring(clock.now() + SOON)

    assert google.bearers == [("Bearer of firstbell-app@a-project.iam.gserviceaccount.com", 1)]


def test_a_moment_of_another_zone_is_told_in_utc(jobs, google, clock):
    summer = dt.timezone(dt.timedelta(hours=1))

    jobs.put("one", at=(clock.now() + SOON).astimezone(summer))

    assert [task["scheduleTime"] for task in google.tasks] == ["2026-11-23T09:50:00.000000Z"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, RetryLater),
        (500, RetryLater),
        (503, RetryLater),
        (403, Misconfigured),
        (404, Misconfigured),
        (400, GiveUp),
        (302, GiveUp),
    ],
)
def test_each_refusal_is_an_error_that_says_what_to_do_and_repeats_nothing(jobs, google, clock, status, error):
    google.answers.append(status)

    with pytest.raises(error) as refused:
        jobs.put("one", at=clock.now() + SOON)

    assert "Alicia" not in str(refused.value)
    assert google.tasks == []


def test_a_server_that_is_not_there_is_for_later(clock):
    nobody = "http://127.0.0.1:1"

    with (
        closing(CloudTasksJobs(clock, tasks=nobody, pubsub=nobody, metadata=nobody)) as jobs,
        pytest.raises(RetryLater),
    ):
        jobs.put("one", at=clock.now())
