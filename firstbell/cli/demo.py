"""`firstbell demo`: a whole school morning on the embedded default, with nothing but this computer."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from firstbell.demo.folder import demo_folder
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.play import Played, play_morning
from firstbell.demo.school import PUPILS, SEED, make_school
from firstbell.demo.summary import Summary, summary_of
from firstbell.runs.due import Job
from firstbell.runs.reports import RunReport, chase_report, morning_report, sync_report, weekly_report
from firstbell.workflows.jobs.first_day_contact import MorningReport
from firstbell.workflows.jobs.weekly import WeeklyReport
from firstbell.workflows.morning.register_chase import ChaseSummary
from firstbell.workflows.registers.sync import SyncSummary

DEFAULT_DAY = dt.datetime(2026, 11, 23, 9, 45)  # noqa: DTZ001 - a local time of the school
DONE = 0


def demo_command(
    out: Annotated[Path, typer.Option(help="The folder to fill; files the demo did not make are left alone.")] = Path(
        "firstbell-demo"
    ),
    pupils: Annotated[int, typer.Option(help="How many pupils the school has.")] = PUPILS,
    seed: Annotated[int, typer.Option(help="Another seed, another school; the same seed, the same bytes.")] = SEED,
    at: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="The morning to play.")
    ] = DEFAULT_DAY,
) -> int:
    """Play a whole school morning: registers, workbooks, teachers to chase, parents told once, alerts, ledger.

    Nothing leaves this computer. Example: firstbell demo --out try-it --pupils 300
    """
    console = Console(soft_wrap=False)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("Making up a school ...")
        school = make_school(at.date(), pupils=pupils, seed=seed)
        moments = make_morning(school)

        def tell(played: Played) -> None:
            progress.console.print(_line(played))
            progress.update(task, description="Playing the morning ...")

        with demo_folder(out) as folder:
            office = play_morning(folder, school, moments, tell)
            summary = summary_of(office, folder)
    _show(console, summary)
    return DONE


def _line(played: Played) -> Table:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_row(f"[bold]{played.at.astimezone(ZONE):%H:%M}[/]", played.what)
    figures = _figures(played.report)
    if figures:
        line.add_row("", f"[dim]{figures}[/]")
    return line


def _figures(report: object) -> str:
    """What a job reported, the figures that are not nought, in one line."""
    reports: dict[type, Callable[[Any], RunReport]] = {
        SyncSummary: sync_report,
        ChaseSummary: chase_report,
        MorningReport: morning_report,
        WeeklyReport: partial(weekly_report, Job.WEEKLY),
    }
    made = reports.get(type(report))
    if made is None:
        return ""
    return "; ".join(f"{meaning}: {number}" for meaning, number in made(report).figures.items() if number)


def _show(console: Console, summary: Summary) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(style="bold", overflow="fold")
    for meaning, number in summary.lines:
        table.add_row(meaning, str(number))
    table.add_row("The ledger", summary.ledger)
    table.add_row("", "")
    for path, what in summary.open_these:
        table.add_row(f"Open {what}", str(path))
    console.print(Panel(table, title="The morning in figures", title_align="left", expand=False))
