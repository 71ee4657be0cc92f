"""What Azure's queue answers becomes what the caller should do; that it keeps its promises is in tests/storage."""

import base64
import datetime as dt
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.azure_storage import StorageJobs, later_jobs
from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.settings import StorageAccount, storage_account
from firstbell.testing.fake_clock import FakeClock

KEY = base64.b64encode(b"of a queue of pretence").decode()


class Refusing(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def refusing(status):
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.status = status
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield account(server.server_port)
        server.shutdown()


def account(port):
    return StorageAccount(f"AccountName=school;AccountKey={KEY};QueueEndpoint=http://127.0.0.1:{port}/school;")


@pytest.fixture
def no_second_try(monkeypatch):
    monkeypatch.setitem(later_jobs.PATIENCE, "retry_total", 0)


def put(account):
    clock = FakeClock()
    with closing(StorageJobs(account, clock)) as jobs:
        jobs.put("one", at=clock.now() + dt.timedelta(minutes=5))


@pytest.mark.usefixtures("no_second_try")
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, RetryLater),
        (503, RetryLater),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (400, GiveUp),
    ],
)
def test_each_refusal_is_an_error_that_says_what_to_do(status, error):
    with refusing(status) as there, pytest.raises(error) as refused:
        put(there)

    assert KEY not in str(refused.value)


@pytest.mark.usefixtures("no_second_try")
def test_a_queue_that_is_not_there_to_answer_is_for_later():
    with pytest.raises(RetryLater):
        put(account(1))


@pytest.mark.parametrize("connection", ["nonsense", "AccountName=only"])
def test_a_connection_that_can_not_be_read_is_said_without_repeating_it(connection):
    with pytest.raises(Misconfigured, match="nothing that Azure Storage can be reached by") as refused:
        put(StorageAccount(connection))

    assert connection not in str(refused.value)


def test_it_waits_for_nobody_until_something_is_left():
    with closing(StorageJobs(StorageAccount(address="https://school.queue.core.windows.net"), FakeClock())):
        pass  # neither the identity nor the queue was asked


# ------------------------------------------------------------ what the platform is told


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"accountName": "school"}, "https://school.queue.core.windows.net"),
        ({"queueServiceUri": "https://q.example", "accountName": "school"}, "https://q.example"),
    ],
)
def test_an_account_is_reached_by_the_identity_that_the_host_uses(told, address, monkeypatch):
    for name, value in (told | {"credential": "managedidentity", "clientId": "an-id"}).items():
        monkeypatch.setenv(f"AzureWebJobsStorage__{name}", value)

    assert storage_account() == StorageAccount(address=address, client_id="an-id")


def test_a_connection_string_comes_first_and_never_shows_its_key(monkeypatch):
    monkeypatch.setenv("AzureWebJobsStorage", account(1).connection)
    monkeypatch.setenv("AzureWebJobsStorage__accountName", "school")

    assert storage_account() == account(1)
    assert KEY not in repr(storage_account())


@pytest.mark.parametrize("told", [{}, {"accountName": "school"}, {"credential": "managedidentity"}])
def test_without_a_storage_it_says_so(told, monkeypatch):
    for name, value in told.items():
        monkeypatch.setenv(f"AzureWebJobsStorage__{name}", value)

    with pytest.raises(Misconfigured, match="AzureWebJobsStorage names no storage"):
        storage_account()
