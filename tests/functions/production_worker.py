"""Load a function app through Azure's own worker library, as production does, and say what came of it as JSON.

    python -I -S production_worker.py APP_FOLDER SITE_PACKAGES [FUNCTION METHOD URL]...

Started with -I -S: no environment, no current folder, no .pth file, so nothing helps the app that production hasn't.
The app's folder stands last on the path, as there. The worker keeps global registries, so each app needs a process.
"""

import asyncio
import json
import sys
import types
from pathlib import Path

app_folder, site_packages, *invocations = sys.argv[1:]
sys.path = [entry for entry in sys.path if Path(entry) != Path(__file__).parent] + [site_packages, app_folder]

from azure_functions_runtime import (  # noqa: E402 - the path comes first
    functions_metadata_request,
    start_threadpool_executor,
    worker_init_request,
)
from azure_functions_runtime.bindings.datumdef import Datum  # noqa: E402
from azure_functions_runtime.native_invocation import invocation_request_native  # noqa: E402

RECORDS = """BindingInfo StatusResult WorkerInitResponse WorkerMetadata RpcException FunctionMetadataResponse
RpcFunctionMetadata RpcRetryOptions"""


def messages():
    """Stand-ins for the wire's message classes: plain records, which is all that the library asks of them."""
    found = {name: type(name, (types.SimpleNamespace,), {}) for name in RECORDS.split()}
    for direction, number in {"undefined": 0, "in": 0, "out": 1, "inout": 2}.items():
        setattr(found["BindingInfo"], direction, number)
    for status, number in {"Failure": 0, "Success": 1, "Cancelled": 2}.items():
        setattr(found["StatusResult"], status, number)
    return types.SimpleNamespace(**found)


def request(method, url):
    """An HTTP request as the host hands it over."""
    parts = {"method": Datum(method, "string"), "url": Datum(url, "string"), "body": Datum(b"", "bytes")}
    return Datum(parts | {"headers": {}, "params": {}, "query": {}}, "http")


async def load():
    start_threadpool_executor()
    asked = types.SimpleNamespace(capabilities={}, function_app_directory=app_folder)
    wrapped = types.SimpleNamespace(
        request=types.SimpleNamespace(worker_init_request=asked),
        properties={"protos": messages(), "host": "127.0.0.1"},
    )
    done = (await worker_init_request(wrapped)).result
    if done.status != 1:
        return {"refused": done.exception.message, "functions": [], "modules": [], "answers": []}
    modules = sorted(sys.modules)
    found = (await functions_metadata_request(None)).function_metadata_results or []
    ids = {function.name: function.function_id for function in found}
    return {
        "refused": None,
        "functions": [{"name": f.name, "bindings": [json.loads(raw) for raw in f.raw_bindings]} for f in found],
        "modules": modules,
        "answers": [await invoke(ids, *invocations[i : i + 3]) for i in range(0, len(invocations), 3)],
    }


async def invoke(ids, name, method, url):
    ok, answer, _, error, _ = await invocation_request_native("one", ids[name], [("req", request(method, url))], {})
    if not ok:
        return {"error": error}
    held = answer.value
    return {"status": held["status_code"].value, "body": held["body"].value.decode()}


print(json.dumps(asyncio.run(load())))  # noqa: T201 - our answer to the test that started us
