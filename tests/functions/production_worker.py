"""Load a function app through Azure's own worker library, as production does, and say what came of it as JSON.

    python -I -S production_worker.py APP_FOLDER SITE_PACKAGES WORKER CALLS

Started with -I -S: no environment, no current folder, no .pth file, so nothing helps the app that production hasn't.
The app's folder stands last on the path, as there. WORKER is firstbell/serve/worker.py, the way `firstbell serve` asks
the library; CALLS is a list in JSON of [function, kind of trigger, what it is given], or `-` to go on as a worker does:
each line of standard input is then one such call, and its answer a line of standard output.
"""

import asyncio
import datetime as dt
import importlib.util
import json
import sys
from pathlib import Path

app_folder, site_packages, worker_file, calls = sys.argv[1:]
STAYS = calls == "-"
sys.path = [entry for entry in sys.path if Path(entry) != Path(__file__).parent] + [site_packages, app_folder]

found = importlib.util.spec_from_file_location("worker", worker_file)
worker = sys.modules["worker"] = importlib.util.module_from_spec(found)
found.loader.exec_module(worker)

ONE = {"message_id": "one", "receipt": "r", "dequeue_count": 1}
by_name = {}


async def load(calls):
    try:
        functions = await worker.load_app(Path(app_folder))
    except worker.AppRefusedError as refused:
        return {"refused": str(refused), "functions": [], "modules": [], "answers": []}
    modules = sorted(sys.modules)
    by_name.update((function.name, function) for function in functions)
    return {
        "refused": None,
        "functions": [{"name": each.name, "bindings": each.bindings} for each in functions],
        "modules": modules,
        "answers": [await answer(*each) for each in calls],
    }


async def answer(name, kind, given):
    if kind == "ahead":  # of this computer's clock, in seconds: a school day, whenever the tests run
        importlib.import_module(name).PLATFORM.ahead = dt.timedelta(seconds=given)
        return {}
    function = by_name[name]
    if kind == "http":
        called = await worker.call(function, "one", worker.http_datum(*given))
        status, _, body = worker.http_answer(called.returned)
        return {"status": status, "body": body.decode()}
    if kind == "timer":
        called = await worker.call(function, "one", worker.timer_datum(is_past_due=given, schedule=""))
    else:
        message = given if isinstance(given, dict) else ONE | {"text": given}
        called = await worker.call(function, message["message_id"], *worker.queue_datum(**message))
    return {"ok": called.is_ok, "error": called.error, "outputs": dict(called.outputs)}


def tell(answered):
    print(json.dumps(answered), flush=True)  # noqa: T201 - our answer to the test that started us


async def work():
    tell(await load([] if STAYS else json.loads(calls)))
    for line in sys.stdin if STAYS else ():
        tell(await answer(*json.loads(line)))


asyncio.run(work())
