"""Dated, cited values of law and guidance, read from the TOML files beside this module.

A file holds one idea: a title, a description in one sentence, a unit, and a list of entries. Each entry says from
which date it holds, its value, and where that stands. Unknown keys are errors, so a misspelt one can't be dropped.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

# How sure we are of a citation: read in the source, read in someone else's account of it, or known and not read.
CONFIDENCES = ("seen", "seen at second hand", "knowledge")


class UnknownParameter(LookupError):
    """No entry of the parameter is in force on the date asked for; a rule must stop, not guess."""


class BadParameterFile(ValueError):
    """A parameter file holds something that its reader does not know; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value stands: instrument, provision, link, and who last read it there, and when."""

    instrument: str
    provision: str
    link: str
    checked_on: dt.date
    checked_by: str
    confidence: str

    def __str__(self) -> str:
        return f"{self.instrument}, {self.provision}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a parameter: in force from its first date until the day before `until` (None: still)."""

    parameter: str
    value: Any
    unit: str
    in_force_from: dt.date
    until: dt.date | None
    citation: Citation

    def holds_on(self, day: dt.date) -> bool:
        return self.in_force_from <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold, limit or list of the law, with every value it has had."""

    name: str
    title: str
    description: str
    unit: str
    entries: tuple[Entry, ...]

    def on(self, day: dt.date) -> Entry:
        """The entry in force on `day`: the last to have begun. Raises UnknownParameter if none has, or it has ended."""
        begun = [entry for entry in self.entries if entry.in_force_from <= day]
        if begun and begun[-1].holds_on(day):
            return begun[-1]
        raise UnknownParameter(f"no value of {self.name} is known for {day:%d %B %Y}; rules/parameters needs an entry")


def only_keys(found: Mapping[str, Any], required: set[str], optional: set[str], where: str) -> None:
    """Refuse a table that lacks a required key or has one nobody reads. Raises BadParameterFile."""
    missing, unknown = required - found.keys(), found.keys() - required - optional
    if missing or unknown:
        raise BadParameterFile(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")


def citation(table: Mapping[str, Any], where: str) -> Citation:
    """Read one citation table; all six keys are required. Raises BadParameterFile."""
    only_keys(table, {"instrument", "provision", "link", "checked_on", "checked_by", "confidence"}, set(), where)
    if table["confidence"] not in CONFIDENCES:
        raise BadParameterFile(f"{where}: confidence is {table['confidence']!r}, expected one of {CONFIDENCES}")
    return Citation(**table)


@cache
def parameter(name: str) -> Parameter:
    """Read a parameter by its path below this folder, without the ending: `absence/persistent_absence`.

    Raises BadParameterFile for a file that breaks the format, and FileNotFoundError for a name there is none of.
    """
    path = HERE / f"{name}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    only_keys(table, {"title", "description", "unit", "entries"}, set(), path.name)
    entries = tuple(_entry(name, table["unit"], raw) for raw in table["entries"])
    if [e.in_force_from for e in entries] != sorted({e.in_force_from for e in entries}):
        raise BadParameterFile(f"{path.name}: entries must be in date order, one a date")
    return Parameter(name, table["title"], table["description"], table["unit"], entries)


def _entry(name: str, unit: str, raw: Mapping[str, Any]) -> Entry:
    only_keys(raw, {"from", "value", "citation"}, {"until"}, name)
    return Entry(name, raw["value"], unit, raw["from"], raw.get("until"), citation(raw["citation"], name))


def parameter_names() -> tuple[str, ...]:
    """Every parameter there is, except the code table, which has a reader of its own in `rules.codes`."""
    found = (path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.toml"))
    return tuple(sorted(name for name in found if not name.startswith("codes/")))
