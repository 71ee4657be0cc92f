"""main.py behind Google's own functions-framework: clocks, pushes, tries, what is put out, and duplicates."""

import base64
import contextlib
import dataclasses
import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstbell.composition.queues import cloud_tasks_jobs
from firstbell.composition.stores import open_store_for
from firstbell.runs.due import DueJob, Job, due_job_from, schools_in, shards_of
from firstbell.settings import load_settings
from firstbell.testing.fake_clock import FakeClock
from tests.connectors.pubsub.google_servers import google_servers
from tests.functions.test_triggers import JOB, KEYS
from tests.runs.conftest import make_school
from tests.serve.conftest import ask

ROOT = Path(__file__).parents[2]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def google():
    with google_servers() as servers:
        yield servers


@pytest.fixture(scope="module")
def schools(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schools")
    night = dt.datetime.now(ZoneInfo("Europe/London")).strftime(
        "%H:%M:00"
    )  # so that something is due whenever this runs
    for key in KEYS:
        make_school(folder / key, key)
        with (folder / key / "school.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[timetable]\nnight_at = {night}\n")
    return folder


@pytest.fixture(scope="module")
def front(google, schools, tmp_path_factory):
    """The address of main.py, served by functions-framework as on Cloud Run: by gunicorn, which forks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        "FIRSTBELL_SCHOOLS": str(schools), "PUBSUB_EMULATOR_HOST": google.host, "GCE_METADATA_HOST": google.host,
        "CLOUD_TASKS_EMULATOR_HOST": google.host, "FUNCTION_TARGET": "front", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "functions_framework", "--source", str(ROOT / "main.py"), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with log.open("w") as out, subprocess.Popen(command, env=os.environ | variables, stdout=out, stderr=out) as process:
        try:
            wait_for(port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port, log):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(log.read_text())


def push(front, function, text, attempt=1):
    message = {
        "data": base64.b64encode(text.encode()).decode(),
        "messageId": "17",
        "publishTime": "2026-11-23T09:45:00Z",
    }
    body = json.dumps({"message": message, "subscription": "s", "deliveryAttempt": attempt}).encode()
    return ask(front, f"/_queue/{function}", "POST", headers=JSON, body=body)[0]


def test_the_clock_names_every_school_on_its_topic(front, google):
    assert ask(front, "/_timer/schools_clock", "POST", body=b"")[0] == 204

    assert [list(schools_in(text)) for text in google.published["school-shards"]] == [list(KEYS)]


def test_a_shard_that_is_pushed_puts_its_jobs_on_their_topic(front, google):
    assert push(front, "school_shard", shards_of(KEYS)[0]) == 204

    found = [due_job_from(text) for text in google.published["school-jobs"]]
    assert ("lake", Job.RETENTION) in {(due.school_key, due.job) for due in found}


def test_a_job_that_is_pushed_twice_is_done_once(front, schools):
    assert [push(front, "school_job", JOB) for _ in range(2)] == [204, 204]

    with contextlib.closing(open_store_for(load_settings(schools / "hill" / "school.toml"), rehearse=True)) as store:
        assert store.desk.last_heartbeat("due self-check") is not None
    anchors = (schools / "hill" / "rehearsal" / "ledger-anchors.txt").read_text(encoding="utf-8").splitlines()
    assert len([line for line in anchors if line and not line.startswith("#")]) == 1


def test_behind_google_s_door_what_is_left_goes_to_cloud_tasks():
    asked = (
        "import main, firstbell.runs.schools as s, firstbell.composition.queues as c; print(s.PLATFORM.later is c.{})"
    )
    told = [
        subprocess.run([sys.executable, "-c", asked.format(name)], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in ("cloud_tasks_jobs", "storage_queue_jobs")
    ]

    assert [each.stdout.strip() for each in told] == ["True", "False"]


def test_what_is_left_of_a_job_comes_as_any_other_message_at_its_moment(front, google, monkeypatch):
    for name in ("PUBSUB_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST", "GCE_METADATA_HOST"):
        monkeypatch.setenv(name, google.host)
    moment = due_job_from(JOB).due_at + dt.timedelta(minutes=10)
    left = dataclasses.replace(due_job_from(JOB), go_on_at=moment).to_text()
    with cloud_tasks_jobs(FakeClock(moment)) as jobs:
        jobs.put(left, at=moment)

    google.ring(moment - dt.timedelta(seconds=1))
    assert left not in google.published.get("school-jobs", [])
    google.ring(moment)

    assert google.published["school-jobs"][-1] == left
    assert push(front, "school_job", left) == 204


def test_a_job_that_fails_goes_back_to_pubsub(front):
    due = DueJob("hill", Job.FIRST_DAY_CONTACT, due_job_from(JOB).due_at).to_text()
    nowhere = DueJob("nowhere", Job.SYNC, due_job_from(JOB).due_at).to_text()

    assert push(front, "school_job", nowhere, attempt=3) == 500
    assert push(front, "school_job_set_aside", due) == 204


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/_timer/nothing", "POST", b"", 404),
        ("/_timer/school_job", "POST", b"", 404),
        ("/_queue/schools_clock", "POST", b"{}", 404),
        ("/_queue/school_job", "POST", b"", 400),
        ("/_queue/school_job", "POST", b'{"message": {"data": "?"}}', 400),
        ("/_queue/school_job", "POST", b'{"message": {"data": "e30=", "messageId": 1, "x": []}}', 500),
        ("/nothing", "GET", None, 404),
        ("/admin/functions/schools_clock", "POST", b"", 401),
    ],
)
def test_what_is_none_of_ours_is_refused(front, path, method, body, status):
    assert ask(front, path, method, headers=JSON, body=body)[0] == status


def test_health_is_a_route_as_on_azure(front):
    status, body, _ = ask(front, "/api/health")

    assert (status, json.loads(body)["ok"]) == (200, True)


def test_when_nothing_can_be_published_the_clock_fails_and_is_asked_again(front, google):
    google.answers.append(503)

    assert ask(front, "/_timer/watchdog_clock", "POST", body=b"")[0] == 500
    assert ask(front, "/_timer/watchdog_clock", "POST", body=b"")[0] == 204
