"""Shapes of trigger that load on a laptop and make the whole app vanish in Azure: our check catches each of them."""

import pytest

GOOD = """
import typing
import azure.functions as func

app = func.FunctionApp()

@app.timer_trigger(schedule="0 */15 * * * *", arg_name="timer")
def tick(timer: func.TimerRequest) -> None: ...
"""
TICK = "def tick(timer: func.TimerRequest) -> None: ..."
QUEUE = '@app.queue_output(arg_name="out", queue_name="q", connection="C")\n'

REFUSED = {
    "a trigger parameter that may be None": GOOD.replace("func.TimerRequest)", "func.TimerRequest | None)"),
    "a parameter named otherwise than arg_name": GOOD.replace("def tick(timer:", "def tick(clock:"),
    "one parameter too many": GOOD.replace("TimerRequest)", "TimerRequest, extra: int = 1)"),
    "an output of a built-in list": GOOD.replace(
        TICK, QUEUE + "def tick(timer: func.TimerRequest, out: func.Out[list[str]]) -> None: ..."
    ),
    "a decorator without functools.wraps": GOOD.replace(TICK, "@lambda inner: lambda *a, **k: inner(*a, **k)\n" + TICK),
    "a web function that returns a dict": GOOD
    + '@app.route(route="x")\ndef x(req: func.HttpRequest) -> dict: return {}\n',
    "two functions of one name": GOOD + '@app.timer_trigger(schedule="0 0 * * * *", arg_name="timer")\n' + TICK,
    "two apps in the module": GOOD + "second = func.FunctionApp()\n",
    "an import that fails": "import no_such_module\n" + GOOD,
}


def app_in(folder, text):
    (folder / "function_app.py").write_text(text, encoding="utf-8")
    (folder / "host.json").write_text('{"version": "2.0"}', encoding="utf-8")
    return folder


@pytest.mark.parametrize("shape", REFUSED)
def test_the_worker_refuses(shape, load_app, tmp_path):
    assert REFUSED[shape] != GOOD

    found = load_app(app_in(tmp_path, REFUSED[shape]))

    assert found["refused"]
    assert found["functions"] == []


def test_the_worker_takes_the_shape_that_we_write(load_app, tmp_path):
    found = load_app(app_in(tmp_path, GOOD))

    assert found["refused"] is None
    assert [function["name"] for function in found["functions"]] == ["tick"]
