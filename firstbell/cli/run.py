"""`firstbell run JOB`: one job of one school, now or at a given moment."""

import contextlib
import dataclasses
import datetime as dt
import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firstbell.composition.offices import open_office
from firstbell.errors import BadInput
from firstbell.runs.due import Job
from firstbell.runs.jobs import run_job
from firstbell.runs.noted import noted
from firstbell.runs.reports import RunReport
from firstbell.workflows.office import Office

DONE, NEEDS_A_PERSON = 0, 1


def run_command(
    job: Annotated[Job, typer.Argument(help="The job to run.")],
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    at: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="Run as if it were this local time."),
    ] = None,
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Write to the listed staff only.")] = False,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only for retention: count, and remove nothing.")] = False,
) -> int:
    """Run one job of the school. Safe to repeat: what an earlier run did is not done again.

    Nothing runs by itself afterwards: where messages still wait, it says when to run it again.

    Example: firstbell run first-day-contact --config school.toml --rehearse
    """
    if dry_run and job is not Job.RETENTION:
        raise BadInput("--dry-run", f"the job '{job}'", "the job 'retention', the only one that can be counted first")
    office = open_office(config, at=at, rehearse=rehearse)
    is_rehearsal = rehearse or office.settings.outgoing.rehearsal
    with contextlib.closing(office):
        run = partial(run_job, office, job, rehearse=is_rehearsal, only_count=dry_run)
        report = run() if dry_run else noted(office, job, office.clock.now(), run)
    report = dataclasses.replace(report, needs=(*report.needs, *_waits(office, report.go_on_at)))
    _show(report, as_json_object=as_json_object)
    return NEEDS_A_PERSON if report.needs else DONE


def _waits(office: Office, go_on_at: dt.datetime | None) -> tuple[str, ...]:
    """What only the person who runs it by hand can do, in whole minutes and never too early."""
    if go_on_at is None:
        return ()
    at = office.local_time(go_on_at + dt.timedelta(seconds=59))
    return (f"Messages still wait: run this again at {at} to send them.",)


def _show(report: RunReport, *, as_json_object: bool) -> None:
    if as_json_object:
        told = {name: value for name, value in dataclasses.asdict(report).items() if name != "go_on_at"}  # in needs
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=True)
    table = Table(title=report.title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for meaning, number in report.figures.items():
        table.add_row(meaning, str(number))
    console.print(table)
    for sentence in report.needs:
        console.print(f"[bold yellow]Needs a person:[/] {escape(sentence)}")
