"""Every trigger of the deployed app, called through Azure's own worker library."""

import datetime as dt
import json
import shutil

import pytest

from firstbell.runs.due import DueJob, Job, schools_in, shards_of
from tests.runs.conftest import make_school

KEYS = ("hill", "lake")
ADDRESS, REPORT = "https://example.test/api/health/schools", "https://example.test/api/report"
SHARD = shards_of(KEYS)[0]
JOB = DueJob("hill", Job.SELF_CHECK, dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC)).to_text()
NO_JOB = json.dumps({"school": "hill", "job": "dance"})
CALLS = {
    "health_of_schools": ("http", ("GET", ADDRESS)),
    "report_of_schools": ("http", ("GET", REPORT)),
    "schools_clock": ("timer", False),
    "watchdog_clock": ("timer", True),
    "school_shard": ("queue", SHARD),
    "watchdog_shard": ("queue", SHARD),
    "school_job": ("queue", JOB),
    "watchdog_job": ("queue", JOB),
    "school_job_set_aside": ("queue", JOB),
    "watchdog_job_set_aside": ("queue", JOB),
    "school_shard_set_aside": ("queue", SHARD),
    "watchdog_shard_set_aside": ("queue", SHARD),
}


@pytest.fixture(scope="module")
def schools(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schools")
    for key in KEYS:
        make_school(folder / key, key)
    return folder


@pytest.fixture(scope="module")
def answers(deployed, load_app, schools):
    """What every trigger answers where there are two schools and nothing else in the environment."""
    found = load_app(deployed, [(name, *call) for name, call in CALLS.items()], FIRSTBELL_SCHOOLS=str(schools))
    return dict(zip(CALLS, found["answers"], strict=True))


def test_every_trigger_but_health_is_called_here(app):
    assert {function["name"] for function in app["functions"]} == {"health", *CALLS}


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"health_of_schools", "report_of_schools"}))
def test_the_trigger_does_its_work(name, answers):
    assert answers[name]["error"] == ""
    assert answers[name]["ok"]


def test_no_school_is_listed_where_all_can_be_run(answers):
    assert answers["health_of_schools"]["status"] == 200
    assert json.loads(answers["health_of_schools"]["body"]) == {"ok": True, "checks": [], "looked_at": 2, "next": ""}


def test_the_report_counts_every_school(answers):
    told = json.loads(answers["report_of_schools"]["body"])

    assert answers["report_of_schools"]["status"] == 200
    assert (told["looked_at"], sum(told["counts"].values())) == (2, 2)


@pytest.mark.parametrize("name", ["schools_clock", "watchdog_clock"])
def test_a_clock_late_or_not_names_every_school(name, answers):
    assert [list(schools_in(text)) for text in answers[name]["outputs"]["shards"]] == [list(KEYS)]


def test_the_ledger_says_what_was_set_aside(answers, schools):
    assert answers["school_job_set_aside"]["ok"]
    assert list((schools / "lake" / "rehearsal" / "outbox" / "sent").glob("*.eml"))


@pytest.mark.parametrize("name", ["school_job", "school_shard", "school_job_set_aside"])
def test_a_message_that_is_none_of_ours_is_an_error_and_stops_nothing_else(name, deployed, load_app, schools):
    calls = [(name, "queue", NO_JOB), ("schools_clock", "timer", False)]

    bad, good = load_app(deployed, calls, FIRSTBELL_SCHOOLS=str(schools))["answers"]

    assert not bad["ok"]
    assert "a message on the queue" in bad["error"] or "BadInput" in bad["error"]
    assert good["ok"]


def test_without_a_place_of_schools_the_clock_says_what_to_set(deployed, load_app):
    [answer] = load_app(deployed, [("schools_clock", "timer", False)])["answers"]

    assert not answer["ok"]
    assert "FIRSTBELL_SCHOOLS is not set" in answer["error"]


def test_an_app_without_one_of_its_modules_does_not_load_at_all(deployed, load_app, tmp_path):
    copy = shutil.copytree(deployed, tmp_path / "app")
    (copy / "functions" / "watchdog.py").unlink()

    assert "functions.watchdog" in load_app(copy)["refused"]
