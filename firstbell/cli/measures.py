"""`firstbell measures`: the rules over plain files, for machines as JSON and for people as a table."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firstbell.cli.measures_json import as_json
from firstbell.composition.exports import plain_file_readers
from firstbell.records import Problem
from firstbell.workflows.watch.measures import Measures, PupilMeasures, measures
from rules.absence.counts import pooled
from rules.absence.persistent import persistent_absence_percent
from rules.absence.rates import attendance_percent, round_half_up
from rules.calendar.sessions import in_words
from rules.findings import how_many

DONE, NEEDS_A_PERSON = 0, 1
SENTENCES_SHOWN = 4  # a register full of bad rows must not push the next pupil off the screen


def measures_command(
    marks: Annotated[Path, typer.Option(help="CSV: pupil_id,date,session,code")],
    calendar: Annotated[Path, typer.Option(help="TOML: terms, INSET days, bank holidays, closures")],
    as_of: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day that counts")],
    pupils: Annotated[Path | None, typer.Option(help="CSV: pupil_id,date_of_birth,year_group")] = None,
    first: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="The first day that counts [default: the school year's first]"
        ),
    ] = None,
    *,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output")] = False,
) -> int:
    """Work out attendance, thresholds and returns for every pupil from plain files.

    Without --pupils everyone is taken to be of compulsory school age. Example:

    firstbell measures --marks marks.csv --calendar calendar.toml --pupils pupils.csv --as-of 2026-11-23
    """
    readers = plain_file_readers()
    school_calendar = readers.calendar(calendar)
    roll, odd_rows = readers.pupils(pupils) if pupils else (None, ())
    read = readers.marks(marks)
    read = replace(read, problems=(*read.problems, *odd_rows))
    measured = measures(school_calendar, read, roll, as_of.date(), first.date() if first else None)
    unplaced = [problem for problem in read.problems if problem.pupil_id is None]
    _show(measured, as_json_object=as_json_object)
    _show_unplaced(unplaced)
    return NEEDS_A_PERSON if unplaced or any(pupil.needs_attention() for pupil in measured.pupils) else DONE


def _show(measured: Measures, *, as_json_object: bool) -> None:
    if as_json_object:
        typer.echo(json.dumps(as_json(measured), indent=1))
        return
    console = Console()
    if any(pupil.needs_attention() for pupil in measured.pupils):
        console.print(_table(measured))
    console.print(_in_all(measured), markup=False)


def _show_unplaced(problems: Sequence[Problem]) -> None:
    """Rows that name no pupil have no place among the pupils."""
    for problem in problems:
        typer.echo(f"{problem.where}: {problem.sentence}", err=True)


def _table(measured: Measures) -> Table:
    table = Table(title=f"Attendance from {in_words(measured.first)} to {in_words(measured.as_of)}", show_lines=True)
    table.add_column("Pupil", no_wrap=True)
    table.add_column("Attendance", justify="right", no_wrap=True)
    table.add_column("Needs attention")
    for pupil in measured.pupils:
        if pupil.needs_attention():
            table.add_row(Text(pupil.pupil_id), _rate([pupil]), Text("\n".join(_shortened(pupil.needs_attention()))))
    return table


def _shortened(sentences: tuple[str, ...]) -> tuple[str, ...]:
    more = len(sentences) - SENTENCES_SHOWN
    return (*sentences[:SENTENCES_SHOWN], f"... and {more} more; see --json.") if more > 0 else sentences


def _rate(pupils: Sequence[PupilMeasures]) -> str:
    rate = attendance_percent(pooled(pupil.counts for pupil in pupils))
    return "none possible" if rate is None else f"{round_half_up(rate)}%"


def _in_all(measured: Measures) -> str:
    calm = sum(not pupil.needs_attention() for pupil in measured.pupils)
    share = persistent_absence_percent((pupil.counts for pupil in measured.pupils), measured.as_of)
    absentees = "" if share is None else f"; persistently absent: {round_half_up(share)}% of pupils"
    return (
        f"From {in_words(measured.first)} to {in_words(measured.as_of)}: "
        f"{how_many(len(measured.pupils), 'pupil')}, {calm} of them without anything to do. "
        f"Attendance: {_rate(measured.pupils)}{absentees}."
    )
