"""`firstbell doctor`: is everything set up, and is Firstbell kept out of what is none of its business?"""

import contextlib
import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firstbell.checks import Checked, Verdict, made
from firstbell.composition.clocks import SystemClock
from firstbell.doctor.all_checks import all_checks
from firstbell.settings import EnvironmentSecrets, load_settings

DONE, NEEDS_A_PERSON = 0, 1
COLOURS = {Verdict.OK: "green", Verdict.LOOK: "yellow", Verdict.MEND: "bold red", Verdict.NOT_CHECKED: "dim"}


def doctor_command(
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    another_mailbox: Annotated[str, typer.Option(help="A mailbox that Firstbell must be kept out of.")] = "",
    another_site: Annotated[str, typer.Option(help="A site that Firstbell must be kept out of: its address.")] = "",
    *,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Look at the whole set-up, and say in plain words what to mend. What it writes to try things, it removes again.

    Example: firstbell doctor --config school.toml --another-mailbox head@hill-academy.example
    """
    settings = load_settings(config)
    with contextlib.ExitStack() as closing:
        checks = all_checks(
            settings,
            config,
            EnvironmentSecrets(),
            SystemClock(),
            closing,
            another_mailbox=another_mailbox,
            another_site=another_site,
        )
        results = _shown(made(checks), as_json_object=as_json_object)
    return DONE if all(each.verdict is Verdict.OK for each in results) else NEEDS_A_PERSON


def _shown(results: Iterable[Checked], *, as_json_object: bool) -> list[Checked]:
    """Show each as it comes, because some take seconds; or all of them at the end, as one object."""
    if as_json_object:
        found = list(results)
        typer.echo(json.dumps({"checks": [dataclasses.asdict(each) for each in found]}, ensure_ascii=False, indent=2))
        return found
    console = Console(soft_wrap=True)
    found = [_line(console, each) for each in results]
    console.print(_summary(found))
    return found


def _line(console: Console, each: Checked) -> Checked:
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(width=3, justify="right")
    table.add_column(width=12)
    table.add_column(overflow="fold")
    colour = COLOURS[each.verdict]
    told = f"[bold]{escape(each.title)}:[/] {escape(each.sentence)}"
    table.add_row(str(each.number), f"[{colour}]{each.verdict}[/]", told)
    console.print(table)
    return each


def _summary(found: list[Checked]) -> str:
    counts = {verdict: sum(each.verdict is verdict for each in found) for verdict in Verdict}
    told = [f"{number} {verdict}" for verdict, number in counts.items() if number]
    return f"\n{', '.join(told)}."
