"""`firstbell replay`: what would have gone out on past days under today's settings."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firstbell.composition.offices import open_office
from firstbell.composition.stores import practice_store
from firstbell.workflows.oversight.replay import ReplayedSession, replay
from firstbell.workflows.words import count_of

DONE = 0
COLUMNS = ("session", "unexplained", "would go", "went", "only now", "only then")


def replay_command(
    first: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day to play")],
    last: Annotated[dt.datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day to play")],
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    *,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Play past days again under today's settings, beside what really went. It sends nothing and changes nothing.

    Example: firstbell replay --config school.toml --from 2026-11-16 --to 2026-11-20
    """
    office = open_office(config)
    progress = Console(stderr=True, soft_wrap=True)
    with contextlib.closing(office), practice_store(office.settings, first) as (store, clock):
        found = replay(office, store, clock, first.date(), last.date(), tell=lambda one: _tell(progress, one))
    if as_json_object:
        typer.echo(json.dumps({"sessions": [_as_json(one) for one in found]}, indent=2))
    else:
        _show(found)
    return DONE


def _tell(progress: Console, one: ReplayedSession) -> None:
    if progress.is_terminal:
        progress.print(f"[dim]played {one.session}[/]")


def _show(found: tuple[ReplayedSession, ...]) -> None:
    console = Console(soft_wrap=True)
    if not found:
        console.print("No school day lies between these dates.")
        return
    table = Table(
        title="First-day messages under today's settings", title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "session" else "right", no_wrap=True)
    for one in found:
        figures = (one.unexplained, one.would_go, one.went, one.not_then.total(), one.not_now.total())
        table.add_row(str(one.session), *map(str, figures))
    console.print(table)
    for one in found:
        for sentence in _sentences(one):
            console.print(f"[bold]{one.session}:[/] {escape(sentence)}")
    console.print("Nothing was sent.")


def _sentences(one: ReplayedSession) -> Iterator[str]:
    """What would stop the session, and why its messages differ from those that went."""
    yield from one.stops
    for why, count in one.not_then.most_common():
        yield f"{count_of(count, 'message')} would go now. Then: {why}"
    for why, count in one.not_now.most_common():
        yield f"{count_of(count, 'message')} went then. Now: {why}"


def _as_json(one: ReplayedSession) -> dict[str, object]:
    told = {"unexplained": one.unexplained, "would_go": one.would_go, "went": one.went}
    why = {"not_then": dict(one.not_then), "not_now": dict(one.not_now), "stops": one.stops}
    return {"session": one.session.key, **told, **why}
