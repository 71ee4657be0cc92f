"""A morning over real queues: from the timer to the families, and from a job that can't run to the office."""

import dataclasses
import datetime as dt
import email
import email.policy
import re
import shutil
import threading
import time
from collections import Counter
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import httpx
import pytest

from firstbell.composition.clocks import SystemClock
from firstbell.runs.due import Job, due_job, due_job_from, schools_in
from firstbell.runs.once import LEASE_SECONDS
from firstbell.runs.school_job import TITLE
from firstbell.serve.host_json import read_host_json
from tests.cli.conftest import firstbell, played  # noqa: F401 - fixtures
from tests.cli.test_killed import ready_to_send, reference
from tests.functions.conftest import deployed  # noqa: F401 - a fixture
from tests.runs.conftest import make_school
from tests.storage.storage_host import StorageHost, Worker

NOW = dt.datetime(2026, 11, 23, 11, 15, tzinfo=ZoneInfo("Europe/London"))  # the demo's morning
GIVEN_UP = "sync, due at 07:00, was tried again and again"
SOON = dt.timedelta(seconds=1)
LEASE = dt.timedelta(seconds=LEASE_SECONDS + 1)  # of a run that was killed
END_OF_HOLD = NOW.replace(minute=13)
BEFORE_IT = dt.timedelta(seconds=10)  # long enough for a run of the job
CONTACT = due_job("example-hill", Job.FIRST_DAY_CONTACT, NOW.replace(minute=0)).to_text()


@pytest.fixture(scope="session")
def before(azurite, firstbell, played, tmp_path_factory):  # noqa: ARG001, F811 - the fixtures; without Azurite, nothing
    """The demo's school, about to tell families, and one without a single export, where nobody can be told."""
    folder = tmp_path_factory.mktemp("before")
    config = ready_to_send(firstbell, shutil.copytree(played[0], folder / "example-hill"))
    text = config.read_text(encoding="utf-8").replace("rehearsal = false", "rehearsal = true")
    config.write_text(text, encoding="utf-8")
    make_school(folder / "lake", "lake")
    return folder


@pytest.fixture
def schools(before, tmp_path):
    return shutil.copytree(before, tmp_path / "schools")


@pytest.fixture
def settings(deployed):  # noqa: F811
    """The limits of host.json, but that a failed message comes again in a second instead of two minutes."""
    return dataclasses.replace(read_host_json(deployed / "host.json"), visibility_timeout=SOON)


@pytest.fixture
def make_worker(deployed, schools, azurite, tmp_path, let_out):  # noqa: F811
    log = tmp_path / "worker.log"
    with log.open("w", encoding="utf-8") as errors:

        def make(now=NOW, storage=azurite):
            told = {"FIRSTBELL_SCHOOLS": str(schools), "AzureWebJobsStorage": storage}
            return Worker(deployed, now - SystemClock().now(), errors, **told)

        yield make
    let_out("output of a command", log.read_text(encoding="utf-8"))


@pytest.fixture
def host(make_worker, queues, settings):
    with closing(make_worker()) as worker:
        yield StorageHost(worker, queues, settings)


def mails(school):
    found = sorted((school / "rehearsal" / "outbox" / "sent").glob("*.eml"))
    return [email.message_from_bytes(each.read_bytes(), policy=email.policy.default) for each in found]


def told(schools):
    return Counter(map(reference, (schools / "example-hill" / "rehearsal" / "outbox" / "sent").glob("*.eml")))


def waiting(queues, queue):
    return [message.content for message in queues.client(queue).peek_messages(max_messages=32)]


def test_the_timer_names_the_schools_and_their_shard_what_is_due(host, queues):
    assert host.fire("schools_clock")
    assert [list(schools_in(text)) for text in waiting(queues, "school-shards")] == [["example-hill", "lake"]]

    host.work("school-shards")

    due = Counter((each.school_key, each.job) for each in map(due_job_from, waiting(queues, "school-jobs")))
    assert due["example-hill", Job.FIRST_DAY_CONTACT] == due["lake", Job.FIRST_DAY_CONTACT] == 1
    assert waiting(queues, "school-shards") == []


def test_families_are_told_once_however_often_the_timer_fires(host, schools):
    for _ in range(2):
        host.fire("schools_clock")
    host.drain()
    first = told(schools)
    host.fire("schools_clock")
    host.drain()

    assert len(first) >= 5
    assert set(first.values()) == {1}
    assert told(schools) == first


def test_a_job_that_can_not_run_is_tried_five_times_and_then_its_office_is_told(host, queues, schools, settings):
    shutil.rmtree(schools / "example-hill")
    host.fire("schools_clock")
    for _ in range(settings.max_dequeue_count + 1):
        host.drain()
        time.sleep(SOON.total_seconds() + 0.1)

    assert (host.tries["school_job", False], host.tries["school_job_set_aside", True]) == (5, 1)
    given_up = [mail for mail in mails(schools / "lake") if mail["Subject"].endswith(TITLE)]
    assert [GIVEN_UP in mail.get_body(("plain",)).get_content() for mail in given_up] == [True]
    assert [waiting(queues, queue) for queue in host.listening] == [[] for _ in host.listening]


def test_a_failed_message_is_hidden_as_long_as_host_json_says(host, queues, deployed):  # noqa: F811
    host.settings = read_host_json(deployed / "host.json")
    queues.put("school-jobs", ["none of ours"])

    host.work("school-jobs")

    assert host.tries == {("school_job", False): 1}
    assert waiting(queues, "school-jobs") == []
    assert queues.client("school-jobs").get_queue_properties().approximate_message_count == 1


def test_what_nobody_can_be_told_of_stays_on_the_poison_queue(host, queues):
    queues.put("school-jobs-poison", ["none of ours"])
    host.drain()

    assert host.tries == {("school_job_set_aside", False): 1}
    assert queues.client("school-jobs-poison").get_queue_properties().approximate_message_count == 1


def test_a_worker_killed_while_it_tells_families_leaves_out_nobody_and_tells_nobody_twice(host, make_worker, schools):
    host.fire("schools_clock")
    killer = threading.Thread(target=kill_at_the_first_mail, args=(host.worker, schools))
    killer.start()
    host.drain()
    killer.join()
    time.sleep(SOON.total_seconds() + 0.1)

    with closing(make_worker(NOW + LEASE)) as another:
        StorageHost(another, host.queues, host.settings).drain()

    assert host.tries["school_job", False] >= 1
    assert len(told(schools)) >= 5
    assert set(told(schools).values()) == {1}


def kill_at_the_first_mail(worker, schools):
    for _ in range(600):
        if told(schools):
            break
        time.sleep(0.02)
    worker.kill()


# ------------------------------------------------------------ what is left of a job


def in_all(queues):
    """How many messages the queue of the jobs has, hidden ones too."""
    return queues.client("school-jobs").get_queue_properties().approximate_message_count


def test_what_is_held_leaves_at_the_end_of_its_hold_by_a_message_of_its_own(make_worker, queues, settings, schools):
    queues.put("school-jobs", [CONTACT])
    with closing(make_worker(END_OF_HOLD - BEFORE_IT)) as worker:
        host = StorageHost(worker, queues, settings)
        host.drain()
        assert (host.tries["school_job", True], in_all(queues), waiting(queues, "school-jobs")) == (1, 1, [])
        assert told(schools) == {}

        time.sleep(BEFORE_IT.total_seconds())
        host.drain()

    assert (host.tries["school_job", True], in_all(queues)) == (2, 0)
    assert len(told(schools)) >= 5
    assert set(told(schools).values()) == {1}


@pytest.fixture
def deadly(azurite):
    """Azurite behind a door that takes a message to it, and kills the worker before that hears the answer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        door.azurite = re.search(r"QueueEndpoint=(http://[^/]+)", azurite)[1]
        threading.Thread(target=door.serve_forever, daemon=True).start()
        yield door
        door.shutdown()


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        answer = httpx.post(self.server.azurite + self.path, content=body, headers=headers)
        assert answer.status_code == 201
        self.server.worker.kill()

    def log_message(self, *_):
        pass


def test_killed_when_the_message_is_there_and_the_job_not_yet_ended_nobody_is_left_out_or_told_twice(
    make_worker, queues, settings, schools, azurite, deadly
):
    queues.put("school-jobs", [CONTACT])
    storage = azurite.replace(deadly.azurite, f"http://127.0.0.1:{deadly.server_port}")
    with closing(make_worker(END_OF_HOLD - BEFORE_IT, storage)) as worker:
        deadly.worker = worker
        host = StorageHost(worker, queues, settings)
        host.drain()
    assert (host.tries["school_job", False], in_all(queues)) == (1, 2)
    time.sleep(BEFORE_IT.total_seconds())

    with closing(make_worker(END_OF_HOLD + LEASE)) as another:
        after = StorageHost(another, queues, settings)
        after.drain()

    assert (after.tries["school_job", True], in_all(queues)) == (2, 0)
    assert len(told(schools)) >= 5
    assert set(told(schools).values()) == {1}
