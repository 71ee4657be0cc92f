"""The platform's own worker library, driven in this process: it indexes the app, and decodes, runs and encodes calls.

The library is what Azure loads the app with, and is asked here as the platform's proxy asks it. It keeps global
registries, so a process loads one app. Imports nothing of ours, so that the proof of loading can use it as it is.
"""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure_functions_runtime import functions_metadata_request, start_threadpool_executor, worker_init_request
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

RECORDS = (
    "BindingInfo",
    "FunctionMetadataResponse",
    "RpcException",
    "RpcFunctionMetadata",
    "RpcRetryOptions",
    "StatusResult",
    "WorkerInitResponse",
    "WorkerMetadata",
)
DIRECTIONS = {"undefined": 0, "in": 0, "out": 1, "inout": 2}
STATUSES = {"Failure": 0, "Success": 1, "Cancelled": 2}


class AppRefusedError(Exception):
    """The worker library does not load the app, and would not in the cloud; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One function of the app: its name, the library's id of it, and its bindings as the platform is told of them."""

    name: str
    id: str
    bindings: tuple[Mapping[str, Any], ...]

    @property
    def trigger(self) -> Mapping[str, Any]:
        """The binding that starts it."""
        return next(binding for binding in self.bindings if binding["type"].endswith("Trigger"))


@dataclass(frozen=True, slots=True)
class Called:
    """How a call ended: what it returned, the messages it put out by binding, or the error's text."""

    is_ok: bool
    returned: Datum = None
    outputs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    error: str = ""

    @property
    def kind_of_error(self) -> str:
        """The error's class alone: what it says may be about a person, when it is an error nobody thought of."""
        return self.error.partition("(")[0]


async def load_app(folder: Path) -> tuple[Function, ...]:
    """Index the app in a folder, which must be on the path. Raises AppRefusedError."""
    start_threadpool_executor()
    asked = types.SimpleNamespace(capabilities={}, function_app_directory=str(folder))
    told = types.SimpleNamespace(
        request=types.SimpleNamespace(worker_init_request=asked),
        properties={"protos": _records(), "host": "127.0.0.1"},
    )
    done = (await worker_init_request(told)).result
    if done.status != STATUSES["Success"]:
        raise AppRefusedError(done.exception.message)
    found = (await functions_metadata_request(None)).function_metadata_results or []
    return tuple(Function(each.name, each.function_id, tuple(map(json.loads, each.raw_bindings))) for each in found)


async def call(
    function: Function, call_id: str, given: Datum, metadata: Mapping[str, Datum] = types.MappingProxyType({})
) -> Called:
    """Call a function with the datum of its trigger."""
    inputs: Sequence[tuple[str, Datum]] = [(function.trigger["name"], given)]
    ok, returned, outputs, error, _ = await invocation_request_native(call_id, function.id, inputs, dict(metadata))
    if not ok:
        return Called(is_ok=False, error=error)
    return Called(is_ok=True, returned=returned, outputs=tuple((name, _messages(datum)) for name, datum in outputs))


def timer_datum(*, is_past_due: bool, schedule: str) -> Datum:
    """What a timer trigger is given."""
    told = {"IsPastDue": is_past_due, "Schedule": {"Cron": schedule}, "ScheduleStatus": {}}
    return Datum(json.dumps(told), "json")


def queue_datum(text: str, *, message_id: str, receipt: str, dequeue_count: int) -> tuple[Datum, dict[str, Datum]]:
    """What a queue trigger is given, and what is told with it."""
    told = {"Id": json.dumps(message_id), "PopReceipt": json.dumps(receipt), "DequeueCount": json.dumps(dequeue_count)}
    return Datum(text, "string"), {name: Datum(value, "json") for name, value in told.items()}


def http_datum(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] = types.MappingProxyType({}),
    params: Mapping[str, str] = types.MappingProxyType({}),
    query: Mapping[str, str] = types.MappingProxyType({}),
    body: bytes = b"",
) -> Datum:
    """What an HTTP trigger is given."""
    texts = {"headers": headers, "params": params, "query": query}
    parts = {name: {key: Datum(value, "string") for key, value in each.items()} for name, each in texts.items()}
    plain = {"method": Datum(method, "string"), "url": Datum(url, "string"), "body": Datum(body, "bytes")}
    return Datum(parts | plain, "http")


def http_answer(returned: Datum) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body that an HTTP function answered; a text alone is a page that was found."""
    held = returned.value if returned is not None else None
    if not isinstance(held, dict):
        return (204, {}, b"") if held is None else (200, {"content-type": "text/plain; charset=utf-8"}, held.encode())
    headers = {name: datum.value for name, datum in held["headers"].items()}
    return int(held["status_code"].value), headers, held["body"].value


def _messages(datum: Datum) -> tuple[str, ...]:
    """The messages of a queue output: a list, which comes as JSON, or a single text."""
    value = datum.python_value
    return tuple(value) if isinstance(value, list) else (value,)


def _records() -> types.SimpleNamespace:
    """Stand-ins for the wire's message classes: plain records, which is all that the library asks of them."""
    found: dict[str, Any] = {name: type(name, (types.SimpleNamespace,), {}) for name in RECORDS}
    for kind, values in {"BindingInfo": DIRECTIONS, "StatusResult": STATUSES}.items():
        for name, number in values.items():
            setattr(found[kind], name, number)
    return types.SimpleNamespace(**found)
