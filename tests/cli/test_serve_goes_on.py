"""`firstbell serve` goes on by itself, at the end of a hold and minute by minute: real processes and a real server."""

import contextlib
import datetime as dt
import itertools
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.serve import local_queue
from firstbell.settings import load_settings
from rules.contact.purposes import Purpose
from tests.cli.test_killed import ROOT
from tests.faults.far_ends import SmtpService

LEFT = re.compile(r"left for later: a message of school-jobs, from (\d\d:\d\d:\d\d) UTC on")
HOLD, MINUTE = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
A_MINUTE = 3  # e-mails that the mailbox may send
MORE = """
[first_day]
data_may_be_old_minutes = 600
needs_second_person_after = 12:19:00

[smtp]
host = "127.0.0.1"
port = {port}
sender = "absence@example.org"
certificate_authority = "authority.pem"
quota = {{ at_once = {a_minute}, a_minute = {a_minute} }}

[outgoing]
mailer = "smtp"
"""


class Post(SmtpService):
    """A mail server without mishaps, which remembers which messages it got."""

    def __init__(self, folder):
        super().__init__(folder)
        self.config, self.got = folder / "school.toml", []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's own
        self.got.append(re.search(rb"(?im)^x-firstbell-key: *(\S+)", envelope.content)[1].decode())
        return "250 OK"

    def families(self):
        """How often each first-day message came."""
        with contextlib.closing(open_store_for(load_settings(self.config))) as store:
            ours = {p.dispatch_key for p in store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE)}
        return Counter(key for key in self.got if key in ours)


@pytest.fixture
def post(morning):
    with Post(morning) as made:
        yield made


@pytest.fixture
def config(morning, post):
    """The demo's school on a new morning, of which nothing is in the store yet, and whose e-mails go to the server."""
    for name in ("firstbell.db", "firstbell.db-wal", "firstbell.db-shm"):
        (morning / name).unlink(missing_ok=True)
    found = morning / "school.toml"
    port = post.address.rpartition(":")[2]
    text = found.read_text(encoding="utf-8").replace("[outgoing]", MORE.format(port=port, a_minute=A_MINUTE).strip())
    found.write_text(text.replace('mailer = "local"\n', ""), encoding="utf-8")
    return found


def at(time):
    return dt.datetime.fromisoformat(f"2026-11-23T{time}")


def once(firstbell, config, moment):
    """The lines of a host that asks once, and for when it says that something is left."""
    done = firstbell("serve", "--config", config, "--once", "--at", f"{moment:%Y-%m-%dT%H:%M:%S}")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    return lines, [at(found[1]) for line in lines if (found := LEFT.search(line))]


def go_on(firstbell, config, left):
    """Ask again at each moment that the host named, until it names none; the moments."""
    moments = []
    while left:
        moments.append(min(left))
        _, left = once(firstbell, config, moments[-1])
        assert len(moments) < 40
    return moments


def test_a_hold_begun_at_a_quarter_ends_on_time_and_a_quota_is_used_minute_by_minute(firstbell, config, post):
    lines, left = once(firstbell, config, at("11:15"))
    assert post.families() == {}
    assert HOLD <= left[0] - at("11:15") < HOLD + MINUTE
    assert any("first-day-contact done" in line and "goes on at" in line for line in lines)

    moments = go_on(firstbell, config, left)

    families = post.families()
    assert set(families.values()) == {1}
    assert len(families) > A_MINUTE
    assert len(moments) >= -(-len(families) // A_MINUTE)
    assert all(MINUTE / 2 < later - sooner < 2 * MINUTE for sooner, later in itertools.pairwise(moments))


def test_asked_before_the_moment_nothing_is_sent_and_it_is_said_again(firstbell, config, post):
    _, left = once(firstbell, config, at("11:15"))

    _, again = once(firstbell, config, at("11:20"))

    assert again == left
    assert post.families() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL to send")
def test_killed_as_it_hands_over_nobody_is_left_out_or_told_twice(firstbell, config, post):
    assert was_killed_as_it_handed_over(config, at("11:15"))

    _, left = once(firstbell, config, at("11:27"))
    go_on(firstbell, config, left)

    assert len(post.families()) > A_MINUTE
    assert set(post.families().values()) == {1}


def was_killed_as_it_handed_over(config, moment):
    """Kill a host as soon as what is left stands on its queue."""
    command = [sys.executable, "-m", "firstbell", "serve", "--config", config, "--once", "--at", moment.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not has_handed_over(config.parent / "firstbell-serve.db"):
            time.sleep(0.002)
        process.kill()
    return process.returncode == -signal.SIGKILL


def has_handed_over(file):
    counted, opened = "SELECT count(*) FROM messages WHERE body LIKE '%go_on_at%'", f"file:{file}?mode=ro"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(opened, uri=True)) as connection:
        return connection.execute(counted).fetchone()[0] > 0
    return False


def test_the_queue_is_the_one_that_the_triggers_listen_to(root):
    assert f'"{local_queue.JOBS}"' in (root / "functions" / "school_jobs.py").read_text(encoding="utf-8")
