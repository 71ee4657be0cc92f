"""The app as this host takes it: loaded by the platform's own library, or refused at start with what is wrong."""

import logging
import sys
from collections.abc import Iterable
from pathlib import Path

from firstbell.errors import Misconfigured
from firstbell.serve.ncrontab import read_schedule
from firstbell.serve.worker import AppRefusedError, Function, load_app

KNOWN = {
    "timerTrigger": "a timer",
    "queueTrigger": "a queue",
    "httpTrigger": "a route",
    "queue": "messages out",
    "http": "an answer",
}
ROOT = Path(__file__).parents[2]  # where function_app.py and host.json stand


async def load_checked(folder: Path = ROOT) -> tuple[Function, ...]:
    """The functions of the app in a folder. Raises Misconfigured for one that the cloud, or this host, would refuse."""
    sys.path += [] if str(folder) in sys.path else [str(folder)]  # last, as in the cloud
    _keep_quiet()
    try:
        functions = await load_app(folder)
    except AppRefusedError as error:
        raise Misconfigured(f"the app does not load: {str(error).splitlines()[0]}") from error
    check_bindings(functions)
    return functions


def check_bindings(functions: Iterable[Function]) -> None:
    """Raises Misconfigured for a binding that this host does not know, or a schedule that the cloud's would refuse."""
    for function in functions:
        for binding in function.bindings:
            if binding["type"] not in KNOWN:
                raise Misconfigured(
                    f"{function.name} has a binding '{binding['type']}', which firstbell serve does not know; "
                    f"it knows {', '.join(KNOWN)}"
                )
        if function.trigger["type"] == "timerTrigger":
            read_schedule(function.trigger["schedule"])


def _keep_quiet() -> None:
    """The library logs each failure with its traceback; what a person needs is said once, by us."""
    library = logging.getLogger("azure.functions")
    library.addHandler(logging.NullHandler())
    library.propagate = False
