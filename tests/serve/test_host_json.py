import datetime as dt
import json

import pytest

from firstbell.errors import BadInput
from firstbell.serve.host_json import HostSettings, read_host_json


def read(folder, told):
    (folder / "host.json").write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return read_host_json(folder / "host.json")


def test_our_own_is_read(root):
    assert read_host_json(root / "host.json") == HostSettings(4, 2, 5, dt.timedelta(minutes=2), "api")


def test_what_is_left_out_is_as_on_the_platform(tmp_path):
    assert read(tmp_path, {"version": "2.0"}) == HostSettings(16, 8, 5, dt.timedelta(), "api")


def test_another_route_prefix_is_used(tmp_path):
    assert read(tmp_path, {"extensions": {"http": {"routePrefix": ""}}}).route_prefix == ""


@pytest.mark.parametrize(
    "queues",
    [
        {"batchSize": 0},
        {"batchSize": 33},
        {"batchSize": "4"},
        {"batchSize": True},
        {"newBatchThreshold": -1},
        {"maxDequeueCount": 0},
        {"visibilityTimeout": "2 minutes"},
        {"visibilityTimeout": "24:00:00"},
        {"visibilityTimeout": 120},
        [],
    ],
    ids=str,
)
def test_a_value_that_the_platform_would_not_take_is_refused(queues, tmp_path):
    with pytest.raises(BadInput, match=r"host\.json"):
        read(tmp_path, {"extensions": {"queues": queues}})


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_json_object_is_refused(text, tmp_path):
    with pytest.raises(BadInput, match=r"host\.json"):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"host\.json: found no such file"):
        read_host_json(tmp_path / "host.json")
