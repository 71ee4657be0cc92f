"""What the pack says whatever the settings, read strictly from `pack.toml`, and narrowed to the settings in use."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("pack.toml")
TABLES = {
    "sources": ("what", "how"),
    "places": ("name", "holds", "opens"),
    "recipients": ("who", "what"),
    "risks": ("risk", "likelihood", "harm", "measure", "left"),
    "rights": ("right", "how"),
    "questions": ("question",),
    "leaving": ("step",),
}
SYSTEMS = ("local", "microsoft365")
FEATURES = frozenset(
    {
        *("mis:files", "mailer:local", "mailer:smtp", "mailer:microsoft365", "store:sqlite", "store:postgres"),
        *("rehearsal", "live"),
        *(f"{part}:{system}" for part in ("workbooks", "folders", "channel") for system in SYSTEMS),
    }
)


class BadPackFile(ValueError):
    """The file of the pack holds something that its reader does not know; the message names the table and the key."""


@dataclass(frozen=True, slots=True)
class PackLine:
    """One line of a table, in the order of its keys; it holds where any of `when` is in use, or always."""

    cells: tuple[str, ...]
    when: frozenset[str]

    def holds(self, features: frozenset[str]) -> bool:
        return not self.when or not self.when.isdisjoint(features)


@cache
def about() -> tuple[str, ...]:
    """The sentences the pack begins with."""
    return tuple(_file()["about"])


def lines(table: str, features: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The lines of one table that hold with these features. Raises BadPackFile."""
    return tuple(line.cells for line in _lines(table) if line.holds(features))


@cache
def _lines(table: str) -> tuple[PackLine, ...]:
    return tuple(_line(table, TABLES[table], raw) for raw in _file()[table])


@cache
def _file() -> dict[str, Any]:
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if told.keys() != {"about", *TABLES}:
        raise BadPackFile(f"tables missing or read by nobody: {sorted(told.keys() ^ {'about', *TABLES})}")
    return told


def _line(table: str, keys: tuple[str, ...], raw: dict[str, Any]) -> PackLine:
    when = frozenset(raw.get("when", ()))
    if raw.keys() - {"when"} != set(keys) or not all(raw[key] for key in keys) or not when <= FEATURES:
        raise BadPackFile(f"{table}: found {sorted(raw)}, expected {sorted(keys)} and a known 'when'")
    return PackLine(tuple(raw[key] for key in keys), when)
