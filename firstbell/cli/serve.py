"""`firstbell serve`: the jobs of one school, or of all schools in a folder, started by themselves on this computer."""

import asyncio
import contextlib
import datetime as dt
import logging
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, override

import typer

from firstbell.composition import SystemClock, clock_for, new_key
from firstbell.errors import Misconfigured
from firstbell.ports import Clock
from firstbell.runs.job_line import JobLine
from firstbell.runs.schools import PLATFORM, platform_clock, school_keys, settings_of
from firstbell.settings import Settings

DONE, NEEDS_A_PERSON = 0, 1
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
    PLATFORM.place = config
    first = settings_of(school_keys()[0])
    PLATFORM.ahead = _ahead(first, at)
    lines = Lines(first)
    log = logging.getLogger("firstbell.runs")
    log.setLevel(logging.INFO)
    log.addHandler(lines)
    return asyncio.run(_serve(_file_beside(config), port, lines, once=once))


class Lines(logging.Handler):
    """One line for each thing that happens, with the time of the first school."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(logging.INFO)
        self._zone, self._clock = settings.zone, platform_clock()

    def say(self, sentence: str) -> None:
        """Show a line."""
        typer.echo(f"{self._clock.now().astimezone(self._zone):%H:%M:%S}  {sentence}")

    @override
    def emit(self, record: logging.LogRecord) -> None:
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
            return DONE if await host.once() else NEEDS_A_PERSON
        lines.say(f"the key for starting a function by hand is {host.key}")
        await host.serve(port)
    return DONE


def _require_libraries() -> None:
    """Raises Misconfigured when what the extra `serve` brings is not installed."""
    if not all(map(_is_installed, LIBRARIES)):
        raise Misconfigured("firstbell serve needs more libraries: in Firstbell's folder, run pip install '.[serve]'")


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of the package it would be in
        return False


def _ahead(settings: Settings, at: dt.datetime | None) -> dt.timedelta:
    """How far the set time is ahead of the computer's. Raises BadInput."""
    real: Clock = SystemClock()
    return clock_for(settings, at).now() - real.now() if at else dt.timedelta()


def _file_beside(config: Path) -> Path:
    return (config if config.is_dir() else config.parent) / FILE
