"""`firstbell report`: which schools' jobs ran, which failed, which did not, and what needs a person."""

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from firstbell.runs.day_report import DayReport, SchoolStanding, as_table, day_report, refuse_far_day
from firstbell.runs.schools import platform_clock, school_keys, stand_on
from firstbell.runs.standing import NEEDS_A_LOOK, JobStanding, Standing, spell
from rules.calendar.sessions import in_words

DONE, NEEDS_A_PERSON = 0, 1
FIRST_COLUMN = 26  # characters; a longer key of a school goes on in the next line
MANY = 50  # schools; fewer are read in a moment, and a bar would only flicker
COLOURS = {
    Standing.NOT_ASKED: "bold red",
    Standing.FAILED: "bold red",
    Standing.NOT_RUN: "bold red",
    Standing.DONE_LATE: "yellow",
    Standing.DONE: "green",
    Standing.NOT_DUE: "dim",
}


def report_command(
    config: Annotated[
        Path, typer.Option(help="The settings of one school, or the folder of all schools' folders.")
    ] = Path("school.toml"),
    on: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day, up to five weeks back; else today."),
    ] = None,
    at: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="Say how it stands at this local time."),
    ] = None,
    *,
    every_school: Annotated[bool, typer.Option("--all", help="Show the schools where all is well, too.")] = False,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Say which schools' jobs ran on a day, which failed and which did not. It starts nothing and changes nothing.

    Example: firstbell report --config schools --on 2026-11-23
    """
    zone = stand_on(config, at).zone
    keys = school_keys()
    day = on.date() if on else None
    if day:
        refuse_far_day(day, platform_clock())
    with _progress(len(keys)) as tell:
        report = day_report(keys, day, every_school=every_school or len(keys) == 1, tell=tell)
    if as_json_object:
        typer.echo(json.dumps(as_table(report), ensure_ascii=False, indent=2))
    else:
        _show(report, zone, every_job=every_school or len(keys) == 1)
    return NEEDS_A_PERSON if report.needs_a_person else DONE


@contextlib.contextmanager
def _progress(schools: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where a person looks on and there is something to wait for."""
    console = Console(stderr=True)
    if schools < MANY or not console.is_terminal:
        yield lambda _: None
        return
    with Progress("schools read", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("", total=schools)
        yield lambda read: bar.update(task, completed=read)


def _show(report: DayReport, zone: dt.tzinfo, *, every_job: bool) -> None:
    console = Console(highlight=False)
    as_at = report.as_at.astimezone(zone)
    time = f", {as_at:%H:%M}" if as_at.date() == report.day else ""
    console.print(f"[bold]{report.day:%A} {in_words(report.day)}{time}[/]\n{report.sentence()}.\n")
    if any(school.jobs for school in report.schools):
        console.print(_table(report.schools, zone, every_job=every_job), "")
    for school in report.schools:
        if school.sentence:
            console.print(f"[bold]{school.key}[/] {_coloured(school.standing)}: {escape(school.sentence)}")


def _table(schools: Sequence[SchoolStanding], zone: dt.tzinfo, *, every_job: bool) -> Table:
    """A row for each school, and one below it for each of its jobs, or for those that need a look."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("school and job", max_width=FIRST_COLUMN, overflow="fold")
    for name in ("due", "done"):
        table.add_column(name, no_wrap=True)
    for name in ("took", "to do"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("how", overflow="fold")
    for school in (each for each in schools if each.jobs):
        table.add_row(f"[bold]{school.key}[/]")
        for job in (each for each in school.jobs if every_job or each.standing in NEEDS_A_LOOK):
            table.add_row(*_cells(job, zone))
    return table


def _cells(job: JobStanding, zone: dt.tzinfo) -> tuple[str, ...]:
    how = _coloured(job.standing, job.words)
    if job.went is None:
        return f"  {job.job}", _time(job.due_at, zone), "", "", "", how
    took, needs = spell(dt.timedelta(seconds=job.went.longest_seconds)), str(job.went.needs or "")
    return f"  {job.job}", _time(job.due_at, zone), _time(job.went.first_done_at, zone), took, needs, how


def _time(moment: dt.datetime | None, zone: dt.tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}" if moment else ""


def _coloured(standing: Standing, words: str = "") -> str:
    return f"[{COLOURS[standing]}]{escape(words or standing)}[/]"
