"""`firstbell serve`: the jobs of one school, or of all schools in a folder, started by themselves on this computer."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, override

import typer

from firstbell.composition.clocks import new_key
from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.runs.job_line import JobLine
from firstbell.runs.schools import PLATFORM, platform_clock, stand_on
from firstbell.settings import Settings
from firstbell.workflows.words import count_of

if TYPE_CHECKING:
    from firstbell.serve.queues import Failure

DONE, NEEDS_A_PERSON, OUTSIDE_FAILED = 0, 1, 3
OF_AN_OUTSIDE_SYSTEM = {RetryLater.__name__, GiveUp.__name__}
FILE = "firstbell-serve.db"
LIBRARIES = ("azure_functions_runtime", "azure.functions", "werkzeug")


def serve_command(
    config: Annotated[
        Path, typer.Option(help="The settings of one school, or the folder of all schools' folders.")
    ] = Path("school.toml"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of this computer to answer on.")] = 7071,
    at: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="Begin as if it were this local time."),
    ] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Ask once what is due, do it, and end.")] = False,
) -> int:
    """Start the jobs of a school or a trust when they are due, until Ctrl-C. Safe to stop and start at any moment.

    Example: firstbell serve --config our-school/school.toml
    """
    _require_libraries()
    lines = Lines(stand_on(config, at))
    log = logging.getLogger("firstbell.runs")
    log.setLevel(logging.INFO)
    log.addHandler(lines)
    return asyncio.run(_serve(_file_beside(config), port, lines, once=once))


class Lines(logging.Handler):
    """One line for each thing that happens, with the time of the first school."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(logging.INFO)
        self._zone, self._clock = settings.zone, platform_clock()
        self.errors = 0

    def say(self, sentence: str) -> None:
        """Show a line."""
        typer.echo(f"{self._clock.now().astimezone(self._zone):%H:%M:%S}  {sentence}")

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.errors += record.levelno >= logging.ERROR
        self.say(record.msg.in_words() if isinstance(record.msg, JobLine) else record.getMessage())


async def _serve(file: Path, port: int, lines: Lines, *, once: bool) -> int:
    from firstbell.serve.app import ROOT, load_checked  # noqa: PLC0415 - needs the extra `serve`
    from firstbell.serve.host import Host  # noqa: PLC0415 - as above
    from firstbell.serve.host_json import read_host_json  # noqa: PLC0415
    from firstbell.serve.local_queue import LocalQueue, local_jobs  # noqa: PLC0415

    clock, settings = platform_clock(), read_host_json(ROOT / "host.json")
    PLATFORM.later = partial(local_jobs, file)
    functions = await load_checked()
    with contextlib.closing(LocalQueue(file, clock)) as queue:
        host = Host(functions, queue, settings, clock, new_key(), lines.say)
        if once:
            return _ended(await host.once(), lines)
        lines.say(f"the key for starting a function by hand is {host.key}")
        await host.serve(port)
    return DONE


def _ended(failures: "Sequence[Failure]", lines: Lines) -> int:
    """The exit code of all that was done at once, said in a sentence where it is not 0."""
    if not failures and not lines.errors:
        return DONE
    told = _what_failed(failures, lines.errors)
    if lines.errors or any(each.is_set_aside or each.kind not in OF_AN_OUTSIDE_SYSTEM for each in failures):
        lines.say(f"something needs a person, and the lines above say what: {told}")
        return NEEDS_A_PERSON
    lines.say(f"an outside system failed, so run this again in two minutes: {told}")
    return OUTSIDE_FAILED


def _what_failed(failures: "Sequence[Failure]", errors: int) -> str:
    kinds = Counter(each.kind for each in failures)
    parts = [f"{count_of(number, 'try', 'tries')} failed ({kind})" for kind, number in sorted(kinds.items())]
    aside = sum(each.is_set_aside for each in failures)
    parts += [f"{count_of(aside, 'message')} set aside"] if aside else []
    parts += [count_of(errors, "error")] if errors else []
    return ", ".join(parts)


def _require_libraries() -> None:
    """Raises Misconfigured when what the extra `serve` brings is not installed."""
    if not all(map(_is_installed, LIBRARIES)):
        raise Misconfigured("firstbell serve needs more libraries: in Firstbell's folder, run pip install '.[serve]'")


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of the package it would be in
        return False


def _file_beside(config: Path) -> Path:
    return (config if config.is_dir() else config.parent) / FILE
