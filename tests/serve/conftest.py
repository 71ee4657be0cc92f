import contextlib
import datetime as dt
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from firstbell.runs.schools import PLATFORM, platform_clock
from firstbell.serve.local_queue import LocalQueue

ROOT = Path(__file__).parents[2]
APP = """
import typing
from pathlib import Path
import azure.functions as func

app = func.FunctionApp()
DONE = Path(__file__).with_name("done.txt")

def note(line):
    with DONE.open("a") as file:
        file.write(line + "\\n")

@app.timer_trigger(schedule="0 */15 * * * *", arg_name="timer")
@app.queue_output(arg_name="out", queue_name="work", connection="C")
def tick(timer: func.TimerRequest, out: func.Out[typing.List[str]]) -> None:
    note("tick past due" if timer.past_due else "tick")
    out.set(["one", "two"])

@app.queue_trigger(arg_name="message", queue_name="work", connection="C")
@app.queue_output(arg_name="out", queue_name="rest", connection="C")
def work(message: func.QueueMessage, out: func.Out[str]) -> None:
    text = message.get_body().decode()
    note(f"{text} {message.dequeue_count}")
    if text == "fail":
        raise ValueError("Alicia Example")
    if text == "pass on":
        out.set("passed on")

@app.queue_trigger(arg_name="message", queue_name="work-poison", connection="C")
def set_aside(message: func.QueueMessage) -> None:
    note(f"set aside {message.get_body().decode()}")
    if message.get_body() == b"fail for ever":
        raise ValueError("Alicia Example")

@app.route(route="hello/{name}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def hello(req: func.HttpRequest) -> func.HttpResponse:
    said = f"{req.route_params['name']} {req.params.get('q', '')} {req.headers.get('x-mine', '')}"
    return func.HttpResponse(said, status_code=201, headers={"x-answer": "yes"})

@app.route(route="locked", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def locked(req: func.HttpRequest) -> str:
    return req.get_body().decode()[::-1]

@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> str:
    raise ValueError("Alicia Example")
"""
HOST = {
    "extensions": {
        "queues": {"batchSize": 2, "newBatchThreshold": 1, "maxDequeueCount": 3, "visibilityTimeout": "00:00:30"}
    }
}


class SmallHost:
    """The small app in a folder, served by processes that come and go; `ahead` is how far their clock is ahead."""

    def __init__(self, folder, let_out):
        self.folder, self.ahead, self._let_out = folder, 0.0, let_out
        (folder / "function_app.py").write_text(APP, encoding="utf-8")
        (folder / "host.json").write_text(json.dumps(HOST), encoding="utf-8")

    def command(self, how):
        return [sys.executable, "-m", "tests.serve.small_host", str(self.folder), str(self.ahead), how]

    def once(self):
        done = subprocess.run(self.command("once"), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        self._let_out("output of a command", done.stdout, done.stderr)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.splitlines()

    @contextlib.contextmanager
    def serving(self):
        """A host that answers; yields the process and the address."""
        with subprocess.Popen(self.command("serve"), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process, process.stdout.readline().split()[2].rstrip(";")
            finally:
                process.kill()

    def put(self, *bodies, after=dt.timedelta()):
        with closing(LocalQueue(self.folder / "queue.db", platform_clock())) as queue:
            queue.put("work", bodies, after=after)

    def set_aside(self):
        """Take the next message, and set it aside."""
        with closing(LocalQueue(self.folder / "queue.db", platform_clock())) as queue:
            [taken] = queue.take("work", 1, hidden_for=dt.timedelta(minutes=1))
            assert queue.set_aside(taken)

    def waiting(self, name="work"):
        with closing(LocalQueue(self.folder / "queue.db", platform_clock())) as queue:
            return list(queue.bodies(name))

    @property
    def done(self):
        file = self.folder / "done.txt"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def wait_for(self, line):
        for _ in range(200):
            if line in self.done:
                return
            time.sleep(0.05)
        pytest.fail(f"{line!r} did not come; there is {self.done}")


@pytest.fixture
def small(tmp_path, let_out):
    assert PLATFORM.ahead.total_seconds() == 0
    return SmallHost(tmp_path, let_out)


def ask(address, path, method="GET", *, headers=None, body=None):
    """Status, body and headers of an answer."""
    request = urllib.request.Request(f"{address}{path}", body, headers or {}, method=method)  # noqa: S310 - our own host
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers
