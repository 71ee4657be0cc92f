"""The host drives the platform's own library: timers, tries, what is set aside, HTTP, keys, stopping and killing."""

import asyncio
import datetime as dt
import json
import random
import re
import signal
import sys
import time
from collections import Counter

import pytest

from firstbell.errors import Misconfigured
from firstbell.serve.app import check_bindings
from firstbell.serve.web import Web
from firstbell.serve.worker import Function
from tests.serve.conftest import SmallHost, ask
from tests.serve.small_host import KEY

WITH_KEY = {"x-functions-key": KEY}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def test_a_timer_fires_and_its_messages_are_worked_on(small):
    small.once()

    assert Counter(small.done) == Counter(["tick", "one 1", "two 1"])
    assert small.waiting() == []


def test_what_a_queue_function_puts_out_is_on_the_next_queue(small):
    small.put("pass on")

    small.once()

    assert small.waiting("rest") == ["passed on"]


def test_a_message_for_later_is_said_with_its_moment_and_not_waited_for(small):
    small.put("late", after=dt.timedelta(minutes=10))
    lines = small.once()
    assert "late 1" not in small.done
    assert [line.startswith("left for later: a message of work, from ") for line in lines if "later" in line] == [True]

    small.ahead += 601
    lines = small.once()

    assert "late 1" in small.done
    assert not any("later" in line for line in lines)


def test_a_host_that_goes_on_works_on_a_message_at_its_moment(small):
    small.put("soon", after=dt.timedelta(seconds=3))
    with small.serving():
        time.sleep(1)
        assert small.done == []
        small.wait_for("soon 1")


def test_a_failing_message_is_tried_again_after_its_time_and_then_set_aside(small):
    small.put("fail")
    lines = []
    for _ in range(4):
        lines += small.once()
        small.ahead += 31

    tries = [line for line in small.done if "fail" in line]
    assert tries == ["fail 1", "fail 2", "fail 3", "set aside fail"]
    assert [line for line in lines if "failed" in line] == [
        "work failed (ValueError), try 1 of 3",
        "work failed (ValueError), try 2 of 3",
        "work failed (ValueError), try 3 of 3: set aside in work-poison",
    ]


def test_no_line_says_what_an_error_said(small):
    small.put("fail")

    assert "Alicia" not in "\n".join(small.once())


def test_a_message_that_nobody_can_be_told_of_stays_and_is_tried_again(small):
    small.put("fail for ever")
    small.set_aside()

    lines = small.once()
    again = small.once()
    small.ahead += 601
    last = small.once()

    assert [any("it stays on work-poison" in line for line in each) for each in (lines, again, last)] == [
        True,
        False,
        True,
    ]
    assert small.waiting("work-poison") == ["fail for ever"]


def test_a_tick_that_nobody_was_there_for_is_made_up_for_once_and_past_due(small):
    with small.serving():
        time.sleep(0.5)
    small.ahead = 3600

    with small.serving():
        small.wait_for("tick past due")
        time.sleep(1.0)

    assert [line for line in small.done if line.startswith("tick")] == ["tick past due"]


def test_a_route_is_answered_with_its_parts(small):
    with small.serving() as (_, address):
        status, body, headers = ask(address, "/api/hello/hill?q=now", headers={"x-mine": "mine"})

    assert (status, body, headers["x-answer"]) == (201, "hill now mine", "yes")


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/api/hello/hill", "POST", {}, 405),
        ("/api/nothing", "GET", {}, 404),
        ("/hello/hill", "GET", {}, 404),
        ("/api/locked", "POST", {}, 401),
        ("/api/locked", "POST", {"x-functions-key": "wrong"}, 401),
        ("/api/locked", "POST", WITH_KEY, 200),
        ("/api/locked?code=open+sesame", "POST", {}, 200),
        ("/admin/functions/tick", "POST", {}, 401),
        ("/admin/functions/tick", "GET", WITH_KEY, 405),
        ("/admin/functions/nothing", "POST", WITH_KEY, 404),
    ],
)
def test_methods_routes_and_keys_are_held(path, method, headers, status, served):
    assert ask(served, path, method, headers=headers, body=b"abc" if method == "POST" else None)[0] == status


def test_a_text_alone_is_an_answer_too(served):
    assert ask(served, "/api/locked", "POST", headers=WITH_KEY, body=b"abc")[:2] == (200, "cba")


def test_an_error_is_told_to_nobody_who_asks(served):
    assert ask(served, "/api/broken")[:2] == (500, "")


@pytest.fixture(scope="module")
def served(tmp_path_factory, let_out):
    with SmallHost(tmp_path_factory.mktemp("served"), let_out).serving() as (_, address):
        yield address


def test_a_timer_and_a_queue_function_are_started_by_hand(small):
    with small.serving() as (_, address):
        timer = ask(address, "/admin/functions/tick", "POST", headers=WITH_KEY)[0]
        told = json.dumps({"input": "by hand"}).encode()
        queue = ask(
            address, "/admin/functions/work", "POST", headers=WITH_KEY | {"content-type": "application/json"}, body=told
        )[0]
        small.wait_for("by hand 1")
        small.wait_for("two 1")

    assert (timer, queue) == (202, 202)


@POSIX
@pytest.mark.parametrize("ask_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_it_is_asked_to_and_leaves_nothing_half_done(small, ask_to_stop):
    with small.serving() as (process, _):
        process.send_signal(ask_to_stop)
        assert process.wait(20) == 0
        lines = process.stdout.read()

    assert "stopping" in lines
    assert "Traceback" not in lines


@POSIX
def test_killed_again_and_again_no_message_is_lost(small):
    bodies = [f"message {number}" for number in range(600)]
    small.put(*bodies)
    rng, kills = random.Random(11), 0  # noqa: S311 - moments to kill at, not a secret

    while kills < 6 and small.waiting():
        with small.serving() as (process, _):
            time.sleep(rng.uniform(0.01, 0.15))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        small.ahead += 601  # what was at work is hidden until then
    small.once()

    worked_on = Counter(re.sub(r" \d+$", "", line) for line in small.done if line.startswith("message"))
    assert kills >= 2
    assert small.waiting() == []
    assert worked_on.keys() == set(bodies)
    assert sum(worked_on.values()) - len(bodies) <= kills * 3  # only what was at work when it was killed


async def serve_nothing(port):
    Web([], "api", KEY, asyncio.get_running_loop(), by_hand=None).serve(port)


def test_a_port_that_is_taken_is_said_in_one_sentence(served):
    port = int(served.rpartition(":")[2])

    with pytest.raises(Misconfigured, match=f"port {port} of this computer is taken"):
        asyncio.run(serve_nothing(port))


@pytest.mark.parametrize(
    ("bindings", "sentence"),
    [
        ([{"type": "blobTrigger", "name": "b"}], "tick has a binding 'blobTrigger'"),
        ([{"type": "httpTrigger", "name": "r"}, {"type": "sendGrid", "name": "o"}], "a binding 'sendGrid'"),
        ([{"type": "timerTrigger", "name": "t", "schedule": "99 * * * *"}], "the schedule '99"),
        ([{"type": "timerTrigger", "name": "t", "schedule": "%WHEN%"}], "the schedule '%WHEN%'"),
    ],
)
def test_what_this_host_can_not_serve_is_refused_by_name_at_start(bindings, sentence):
    with pytest.raises(Misconfigured, match=re.escape(sentence)):
        check_bindings([Function("tick", "id", tuple(bindings))])
