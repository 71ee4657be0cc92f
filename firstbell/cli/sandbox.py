"""`firstbell sandbox microsoft`: a Microsoft 365 of pretence on this computer, with a school in it."""

import contextlib
import datetime as dt
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.composition.clocks import SystemClock
from firstbell.composition.exports import confirm_columns
from firstbell.demo.exports_at import export_up_to
from firstbell.demo.folder import demo_folder
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.school import SEED, DemoSchool, make_school
from firstbell.demo.school_toml import OUTGOING, WORKBOOK_LINK
from firstbell.errors import BadInput, Misconfigured
from firstbell.settings import load_settings

if TYPE_CHECKING:
    from firstbell.testing.microsoft.tenant import Tenant

DEFAULT_START = dt.datetime(2026, 11, 23, 9, 45)  # noqa: DTZ001 - a local time of the school
HOLD = dt.timedelta(minutes=10)
PORT, PUPILS, DONE = 8365, 100, 0
NEEDED = ("azure.identity", "cryptography", "jsonschema", "jwt", "msgraph")
NOT_INSTALLED = (
    "The sandbox needs two more sets of packages. Run 'make sandbox', "
    "or: uv run --extra microsoft365 --extra sandbox firstbell sandbox microsoft"
)
WELCOME = """\
A Microsoft 365 of pretence is running, with a school that does not exist. Nothing leaves this computer.
It keeps everything in memory, and forgets it when it stops.

Look into it with a web browser:
  {page}

Type this in another terminal, line by line, and look again after each (the first one is the address of the
channel's workflow, which is a secret at a real school):
  {secret}
  {firstbell} run sync --config {config} --at {start}
  {firstbell} run first-day-contact --config {config} --at {start}
  {firstbell} run first-day-contact --config {config} --at {later}

Messages have left, but those about one form are held: all its pupils are marked absent, and two people must look.
To release them, open the sheet Queue, choose the row of that form, and type, each with "Save":
  Decision: release
  Initials: {first}
  Second initials: {second}
Then run the last line again.
  {queue}

To stop it, press Ctrl-C here."""
SHELL = "export FIRSTBELL_SECRET_TEAMS='{hook}'"
POWERSHELL = "$env:FIRSTBELL_SECRET_TEAMS = '{hook}'"


@dataclass(frozen=True, slots=True)
class Started:
    """What a person needs to know: the school's settings, the address of the pages, that of the channel's hook, and the
    initials of two people of the office.
    """

    config: Path
    page: str
    hook: str
    initials: tuple[str, str]


def microsoft_command(
    out: Annotated[Path, typer.Option(help="The folder to fill; files that it did not make are left alone.")] = Path(
        "firstbell-sandbox"
    ),
    port: Annotated[int, typer.Option(min=0, max=65534, help="Where it listens; its pages are one further.")] = PORT,
    pupils: Annotated[int, typer.Option(help="How many pupils the school has.")] = PUPILS,
    seed: Annotated[int, typer.Option(help="Another seed, another school.")] = SEED,
    at: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%dT%H:%M"], help="When its clock starts; it goes on from there.")
    ] = DEFAULT_START,
    fault: Annotated[list[str] | None, typer.Option(help="A bad day, by its name; may be given again.")] = None,
    faults: Annotated[Path | None, typer.Option(help="A file of faults (JSON); see docs/sandbox.md.")] = None,
    latency: Annotated[float, typer.Option(min=0, max=60, help="Seconds that every answer takes.")] = 0.0,
) -> int:
    """Start a Microsoft 365 of pretence, to watch Firstbell at work before anybody is asked for consent. Example:

    firstbell sandbox microsoft --fault busy
    """
    _require_installed()
    with demo_folder(out) as folder:
        tenant = _tenant(folder, _make_school(folder, at, pupils, seed), at)
        _let_faults_come(tenant, fault or [], faults)
        with _listening(tenant, folder, port, latency) as started:
            typer.echo(_welcome(started, at))
            _wait_to_be_stopped()
    typer.echo("The sandbox has stopped, and what was in it is gone.")
    return DONE


def _require_installed() -> None:
    """Raises Misconfigured where one of the packages of the two extras is missing."""
    for name in NEEDED:
        try:
            found = find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise Misconfigured(NOT_INSTALLED)


def _make_school(folder: Path, at: dt.datetime, pupils: int, seed: int) -> DemoSchool:
    school = make_school(at.date(), pupils=pupils, seed=seed)
    export_up_to(folder, school, make_morning(school), at.replace(tzinfo=ZONE).astimezone(dt.UTC))
    return school


def _tenant(folder: Path, school: DemoSchool, at: dt.datetime) -> "Tenant":
    from firstbell.testing.microsoft.apps import Person  # noqa: PLC0415
    from firstbell.testing.microsoft.school import school_tenant  # noqa: PLC0415 - the extras may be missing
    from firstbell.testing.microsoft.school_folder import make_app_certificate  # noqa: PLC0415

    real, began = SystemClock(), SystemClock().now()
    start = at.replace(tzinfo=ZONE).astimezone(dt.UTC)
    staff = [Person(person.email, person.name, person.role) for person in school.staff.office]
    certificates = (make_app_certificate(folder),)
    return school_tenant(lambda: start + (real.now() - began), certificates=certificates, staff=staff)


def _let_faults_come(tenant: "Tenant", bad_days: list[str], file: Path | None) -> None:
    """Raises BadInput for a bad day that has no such name, and for a file that holds no faults."""
    from firstbell.testing.microsoft.bad_days import BAD_DAYS, let_it_be  # noqa: PLC0415 - the extras may be missing

    for name in bad_days:
        if name not in BAD_DAYS:
            raise BadInput("--fault", f"'{name}'", f"one of {', '.join(BAD_DAYS)}")
        let_it_be(tenant.script, name)
    if file is not None:
        try:
            tenant.script.read(json.loads(file.read_text(encoding="utf-8")))
        except OSError as error:
            raise BadInput(str(file), f"a file that can't be read ({error.strerror})", "a file of faults") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(
                str(file), "something else", 'a list such as [{"kind": "429", "where": "/send$"}]'
            ) from error


@contextlib.contextmanager
def _listening(tenant: "Tenant", folder: Path, port: int, latency: float) -> Iterator[Started]:
    """Serve until the end of the block."""
    from firstbell.testing.microsoft.pages import running_pages  # noqa: PLC0415 - the extras may be missing
    from firstbell.testing.microsoft.parts import ROUTES  # noqa: PLC0415
    from firstbell.testing.microsoft.sandbox import Sandbox  # noqa: PLC0415
    from firstbell.testing.microsoft.school import CHANNEL  # noqa: PLC0415
    from firstbell.testing.microsoft.school_folder import outgoing_of  # noqa: PLC0415
    from firstbell.testing.microsoft.server import running  # noqa: PLC0415

    with contextlib.ExitStack() as until_stopped:
        with _port_errors():
            service = until_stopped.enter_context(running(Sandbox(tenant, ROUTES, latency=latency), folder, port))
            page = until_stopped.enter_context(running_pages(tenant, ZONE, port + 1 if port else 0))
        config = folder / "school.toml"
        told = config.read_text(encoding="utf-8")
        ours = outgoing_of(service.url, service.certificate_authority)
        told = told.replace(OUTGOING, ours).replace(WORKBOOK_LINK, f'"{page}/workbooks/Safeguarding"')
        config.write_text(told, encoding="utf-8", newline="\n")
        settings = load_settings(config)
        confirm_columns(settings)
        first, second = (person.initials for person in settings.staff[:2])
        yield Started(config, page, tenant.channels[CHANNEL].hook(service.url), (first, second))


@contextlib.contextmanager
def _port_errors() -> Iterator[None]:
    """Raises BadInput for a port that is taken."""
    try:
        yield
    except OSError as error:
        found = f"a port that can't be used ({error.strerror})"
        raise BadInput("--port", found, "a port that is free, and the next one free as well") from error


def _welcome(started: Started, at: dt.datetime) -> str:
    """What to do next; the commands run the very program that this is, whether or not it is on the other's PATH."""
    return WELCOME.format(
        page=started.page,
        queue=f"{started.page}/workbooks/Attendance/Queue",
        first=started.initials[0],
        second=started.initials[1],
        secret=(POWERSHELL if os.name == "nt" else SHELL).format(hook=started.hook),
        firstbell=f"{_quoted(Path(sys.executable))} -m firstbell",
        config=_quoted(started.config),
        start=f"{at:%Y-%m-%dT%H:%M}",
        later=f"{at + HOLD:%Y-%m-%dT%H:%M}",
    )


def _quoted(path: Path) -> str:
    """A path as a terminal takes it, from here where it lies below."""
    here = Path.cwd()
    near = path.relative_to(here) if path.is_relative_to(here) else path
    return f'"{near}"' if " " in str(near) else str(near)


def _wait_to_be_stopped() -> None:
    """Until Ctrl-C, or until the system asks this process to end."""
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    while not stopped.wait(0.5):  # Windows hears of Ctrl-C only between two waits
        continue
