"""`firstbell ledger`: check that the ledger is whole, and show or export what it says of one pupil."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from firstbell.composition.stores import open_store_for
from firstbell.errors import BadInput, Misconfigured
from firstbell.ports import Store
from firstbell.records import LedgerEntry, LedgerFault
from firstbell.settings import Settings, load_settings

DONE, NEEDS_A_PERSON = 0, 1
SENTENCES = {
    "altered": "entry {} was altered",
    "missing": "entry {} is missing",
    "reordered": "entry {} stands in another's place",
    "inserted": "entry {} was put in afterwards",
    "cut away": "the anchor is of entry {}, which is older than what the ledger still keeps: use a later anchor",
    "cut short": "the ledger was cut short: entry {} and what came after it are gone",
}

Config = Annotated[Path, typer.Option("--config", help="The school's settings")]
Rehearse = Annotated[bool, typer.Option("--rehearse", help="The rehearsal's ledger [default: as in the settings]")]
PupilId = Annotated[str, typer.Argument(metavar="PUPIL", help="The pupil's id, as the MIS has it")]


def verify_command(
    config: Config = Path("school.toml"),
    anchor: Annotated[str | None, typer.Option(help="An anchor printed on an earlier day")] = None,
    *,
    rehearse: Rehearse = False,
) -> int:
    """Check that no entry of the ledger was altered, removed, moved or added afterwards.

    Keep the anchor it prints outside this computer: with it, even a ledger written anew is found. Example:

    firstbell ledger verify --config school.toml
    """
    store = _store(load_settings(config), rehearse=rehearse)
    faults = _faults(store, anchor)
    for fault in faults:
        typer.echo(SENTENCES[fault.fault].format(fault.number))
    if faults:
        return NEEDS_A_PERSON
    now = store.ledger.anchor()
    typer.echo(f"holds: {now.partition(':')[0]} entries")
    typer.echo(f"anchor: {now}")
    return DONE


def show_command(
    pupil: PupilId,
    config: Config = Path("school.toml"),
    *,
    rehearse: Rehearse = False,
    as_json_object: Annotated[bool, typer.Option("--json", help="A JSON list on standard output")] = False,
) -> int:
    """Show everything that was found, decided and sent about one pupil, oldest first. Example:

    firstbell ledger show P00042 --config school.toml
    """
    settings = load_settings(config)
    entries = _store(settings, rehearse=rehearse).ledger.entries(pupil_id=pupil)
    if as_json_object:
        typer.echo(json.dumps([_as_json(entry) for entry in entries], indent=1))
    elif entries:
        Console().print(_table(pupil, entries, settings))
    else:
        typer.echo(f"the ledger says nothing of pupil {pupil}")
    return DONE


def export_command(
    pupil: PupilId,
    config: Config = Path("school.toml"),
    out: Annotated[Path | None, typer.Option(help="A new file [default: standard output]")] = None,
    *,
    rehearse: Rehearse = False,
) -> int:
    """Write one pupil's timeline as JSON, with hashes and anchor, as evidence that others can check. Example:

    firstbell ledger export P00042 --config school.toml --out P00042.json
    """
    settings = load_settings(config)
    store = _store(settings, rehearse=rehearse)
    faults = store.ledger.verify()
    timeline = {
        "school": settings.school.key,
        "pupil_id": pupil,
        "holds": not faults,
        "anchor": store.ledger.anchor(),
        "entries": [_as_json(entry) for entry in store.ledger.entries(pupil_id=pupil)],
    }
    _write(json.dumps(timeline, indent=1) + "\n", out)
    if faults:
        typer.echo("the ledger was tampered with; run: firstbell ledger verify", err=True)
    return NEEDS_A_PERSON if faults else DONE


def _store(settings: Settings, *, rehearse: bool) -> Store:
    return open_store_for(settings, rehearse=rehearse or settings.outgoing.rehearsal, make=False)


def _faults(store: Store, anchor: str | None) -> tuple[LedgerFault, ...]:
    try:
        return store.ledger.verify(anchor)
    except ValueError as error:
        expected = "the anchor that firstbell ledger verify printed: a count, a colon, 64 hexadecimal digits"
        raise BadInput("--anchor", "something else", expected) from error


def _as_json(entry: LedgerEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(timespec="microseconds"),
        "kind": entry.kind,
        "pupil_id": entry.pupil_id,
        "actor": entry.actor,
        "facts": dict(entry.facts),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _table(pupil: str, entries: tuple[LedgerEntry, ...], settings: Settings) -> Table:
    table = Table(title=Text(f"Pupil {pupil}"), show_lines=True)
    for header in ("No.", "When", "What", "By", "Facts"):
        table.add_column(header)
    for entry in entries:
        when = f"{entry.at.astimezone(settings.zone):%d %b %Y %H:%M:%S}"
        facts = "\n".join(f"{name}: {value}" for name, value in entry.facts.items())
        table.add_row(*(Text(each) for each in (str(entry.number), when, entry.kind, entry.actor, facts)))
    return table


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(str(out), "a file that is there already", "the name of a new file") from error
    except OSError as error:
        raise Misconfigured(f"{out} can't be written: {error.strerror}") from error
