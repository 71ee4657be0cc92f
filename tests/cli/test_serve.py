"""`firstbell serve`: a morning from timer to queue to school job, by real processes, killed and started again."""

import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing

import pytest

from firstbell.cli import serve
from firstbell.errors import Misconfigured
from tests.cli.test_killed import ROOT, ready_to_send, reference

MOMENTS = ("11:14", "11:25", "11:36", "11:47")
ASKED = {"schools_clock", "watchdog_clock"}


def serve_once(firstbell, config, at, *, code=0):
    done = firstbell("serve", "--config", config, "--once", "--at", f"2026-11-23T{at}")
    assert done.returncode == code, done.stderr or done.stdout
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def rehearsing(firstbell, morning):
    """The demo's school with everything planned and nothing sent, which writes to staff only."""
    config = ready_to_send(firstbell, morning)
    text = config.read_text(encoding="utf-8").replace("rehearsal = false", "rehearsal = true")
    config.write_text(text, encoding="utf-8")
    return config


def told(config):
    return Counter(reference(path) for path in (config.parent / "rehearsal" / "outbox" / "sent").glob("*.eml"))


def test_what_is_due_is_asked_enqueued_and_done_and_asked_again_it_is_not_done_again(firstbell, rehearsing):
    first = serve_once(firstbell, rehearsing, "11:15")
    second = serve_once(firstbell, rehearsing, "11:16")

    done = {
        job for job in ("sync", "chase", "first-day-contact") for line in first if f"example-hill {job} done" in line
    }
    assert done == {"sync", "chase", "first-day-contact"}
    assert len(told(rehearsing)) >= 5
    assert [line for line in second if " done" in line] == []


def test_a_morning_killed_again_and_again_tells_each_family_once(firstbell, rehearsing):
    rng = random.Random(7)  # noqa: S311 - moments to kill at, not a secret

    kills = sum(was_killed_after(rng.uniform(0.6, 2.2), rehearsing, at) for at in MOMENTS)
    serve_once(firstbell, rehearsing, "12:01")
    serve_once(firstbell, rehearsing, "12:12")

    assert kills >= 2
    assert len(told(rehearsing)) >= 5
    assert set(told(rehearsing).values()) == {1}


def was_killed_after(seconds, config, at):
    command = [sys.executable, "-m", "firstbell", "serve", "--config", config, "--once", "--at", f"2026-11-23T{at}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()
    return process.returncode == -signal.SIGKILL


def test_a_job_that_can_not_run_is_set_aside_and_the_office_is_told(firstbell, rehearsing):
    text = rehearsing.read_text(encoding="utf-8").replace(
        "data_may_be_old_minutes = 600", "data_may_be_old_minutes = 0"
    )
    rehearsing.write_text(text, encoding="utf-8")
    lines = []
    for minute in range(15, 30, 3):
        lines += serve_once(firstbell, rehearsing, f"11:{minute}", code=1)

    tries = [line.split(", ")[1] for line in lines if "school_job failed" in line]
    assert tries[0] == "try 1 of 5"
    assert "try 5 of 5: set aside in school-jobs-poison" in tries
    assert "example-hill: given up, and told: first-day-contact" in "\n".join(lines)
    assert re.search(r"something needs a person.*1 message set aside, 1 error$", lines[-1])


def test_a_store_that_is_busy_is_an_outside_system_that_failed(firstbell, rehearsing):
    with closing(sqlite3.connect(rehearsing.parent / "rehearsal" / "firstbell.db")) as another_writer:
        another_writer.execute("BEGIN IMMEDIATE")
        lines = serve_once(firstbell, rehearsing, "03:30", code=3)

    assert re.search(r"an outside system failed, so run this again in two minutes: 2 tries failed", lines[-1])


def test_a_school_whose_settings_are_broken_needs_a_person(firstbell, two_schools):
    (two_schools / "example-hill" / "school.toml").write_text("[school", encoding="utf-8")

    lines = serve_once(firstbell, two_schools, "11:15", code=1)

    assert lines[-1].endswith("something needs a person, and the lines above say what: 1 error")
    assert any("other-hill sync done" in line for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal to send")
def test_it_waits_for_the_quarter_does_what_is_due_answers_and_stops_when_asked_to(rehearsing, let_out):
    command = [sys.executable, "-u", "-m", "firstbell", "serve", "--config", rehearsing, "--port", "0"]
    with subprocess.Popen(
        [*command, "--at", "2026-11-23T11:14:57"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as host:
        lines = list(until(host, "first-day-contact done"))
        address = next(line.split()[3].rstrip(";") for line in lines if "serving at" in line)
        with urllib.request.urlopen(f"{address}/api/health", timeout=30) as answer:  # noqa: S310 - our own host
            health = json.loads(answer.read())
        host.send_signal(signal.SIGINT)
        lines += host.stdout.read().splitlines()

    let_out("output of a command", *lines)
    assert host.returncode == 0
    assert any(line.startswith("11:15") and line.endswith("schools_clock fired") for line in lines)
    assert health["ok"] is True
    assert any("stopping" in line for line in lines)
    assert len(told(rehearsing)) >= 5


def until(host, end):
    """The lines of a host up to one that holds these words."""
    for line in host.stdout:
        yield line.rstrip()
        if end in line:
            return


@pytest.fixture
def two_schools(rehearsing, tmp_path):
    schools = tmp_path / "schools"
    for key in ("example-hill", "other-hill"):
        shutil.copytree(rehearsing.parent, schools / key)
    other = schools / "other-hill" / "school.toml"
    other.write_text(other.read_text(encoding="utf-8").replace('"example-hill"', '"other-hill"'), encoding="utf-8")
    (schools / "other-hill" / "rehearsal" / "firstbell.db").unlink()
    return schools


def test_two_schools_in_a_folder_are_both_asked(firstbell, two_schools):
    lines = serve_once(firstbell, two_schools, "11:15")

    assert any("2 schools to ask" in line for line in lines)
    assert {key for key in ("example-hill", "other-hill") if any(f"{key} sync done" in line for line in lines)} == {
        "example-hill",
        "other-hill",
    }


def test_no_line_names_anybody(firstbell, rehearsing):
    lines = serve_once(firstbell, rehearsing, "11:15")

    assert all("@" not in line for line in lines)


@pytest.mark.parametrize(("config", "said"), [("nowhere.toml", "found no such file"), (".", "there is no school in")])
def test_a_place_without_a_school_is_said_in_one_sentence(firstbell, config, said, tmp_path):
    done = firstbell("serve", "--config", tmp_path / config, "--once")

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_libraries_that_are_missing_are_said_with_how_to_get_them(monkeypatch):
    monkeypatch.setattr(serve, "LIBRARIES", ("sys", "no_such_library.inside"))

    with pytest.raises(Misconfigured, match=r"run pip install '\.\[serve\]'"):
        serve.serve_command(ROOT / "nowhere.toml")
