"""Real processes that are killed at any moment while they send."""

import collections
import email
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("sending_until_killed.py")
ROOT = Path(__file__).parents[3]


def start(folder):
    """Start a run and return when it begins to send."""
    run = subprocess.Popen([sys.executable, RUN, folder], env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
    assert run.stdout.readline().strip() == b"sending"
    return run


def sent_keys(folder):
    return [email.message_from_bytes(p.read_bytes())["X-Firstbell-Key"] for p in folder.glob("outbox/sent/*.eml")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_twenty_messages_go_once_each_however_often_the_run_is_killed(tmp_path):
    """Each run is left to make some progress, then killed wherever it is."""
    chance = random.Random(20261123)  # noqa: S311 - moments to kill at, no secret
    kills = 0
    while len(sent_keys(tmp_path)) < 20:
        before, run = len(list(tmp_path.rglob("*"))), start(tmp_path)
        while run.poll() is None and len(list(tmp_path.rglob("*"))) == before:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.01))
        kills += run.poll() is None
        run.kill()
        run.communicate()

    counted = collections.Counter(sent_keys(tmp_path))
    assert counted == {f"message-{number}": 1 for number in range(20)}
    assert kills > 0
