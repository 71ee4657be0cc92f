"""The real process, killed at random moments while it sends: nobody is told twice, and nobody is left out."""

import email
import email.policy
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REHEARSAL_TIMES = ("11:14", "11:25", "11:36", "11:47", "11:58")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL to send")
def test_a_morning_killed_again_and_again_tells_each_family_once(firstbell, morning):
    config = ready_to_send(firstbell, morning)
    rng = random.Random(7)  # noqa: S311 - moments to kill at, not a secret

    kills = sum(was_killed_after(rng.uniform(0.5, 2.0), config, at) for at in REHEARSAL_TIMES)
    done = firstbell("run", "first-day-contact", "--config", config, "--at", "2026-11-23T12:09", "--rehearse")

    assert done.returncode in {0, 1}, done.stderr
    told = Counter(reference(path) for path in (morning / "rehearsal" / "outbox" / "sent").glob("*.eml"))
    assert kills >= 3
    assert len(told) >= 5
    assert set(told.values()) == {1}
    assert proposals_left(firstbell, config) == 0


def ready_to_send(firstbell, morning):
    """The played morning once more, as a rehearsal that has planned everything and is about to send."""
    config = morning / "school.toml"
    text = config.read_text(encoding="utf-8")
    late = "needs_second_person_after = 12:19:00"
    more = f'[first_day]\ndata_may_be_old_minutes = 600\n{late}\n[outgoing]\nrehearsal_recipients = ["a@example.org"]'
    listed = text.replace("[outgoing]", more)
    config.write_text(listed, encoding="utf-8")
    for job, at in (("sync", "11:02"), ("first-day-contact", "11:03")):
        done = firstbell("run", job, "--config", config, "--at", f"2026-11-23T{at}", "--rehearse")
        assert done.returncode in {0, 1}, done.stderr
    return config


def was_killed_after(seconds, config, at):
    """Start a run, kill it, and say whether it was still at work."""
    command = [sys.executable, "-m", "firstbell", "run", "first-day-contact", "--config", config, "--rehearse"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "--at", f"2026-11-23T{at}"], cwd=ROOT, **quiet) as process:
        time.sleep(seconds)
        process.kill()
    return process.returncode == -signal.SIGKILL


def reference(path):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return mail["X-Firstbell-Key"]


def proposals_left(firstbell, config):
    """How many messages a further run would still send; the ledger of the killed runs holds."""
    assert firstbell("ledger", "verify", "--config", config, "--rehearse").returncode == 0
    arguments = ("--config", config, "--at", "2026-11-23T12:11", "--rehearse", "--json")
    return json.loads(firstbell("run", "first-day-contact", *arguments).stdout)["figures"]["messages sent"]
