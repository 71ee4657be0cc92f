"""Which column is which: the names exports use, as data, and how a header is matched against them."""

import re
import tomllib
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from connectors.files.dates import one_date
from rules.calendar import Half, Session


class Kind(StrEnum):
    """What a table holds, and for marks in which shape."""

    PUPILS = "pupils"
    CONTACTS = "contacts"
    CONTACT_SLOTS = "contact_slots"
    MARKS = "marks"
    MARKS_WEEK = "marks_week"
    MARKS_PACKED = "marks_packed"
    MARKS_GRID = "marks_grid"
    REGISTERS = "registers"
    COVER = "cover"
    LIST = "list"
    EXAMS = "exams"
    PART_TIME = "part_time"
    ENROLMENTS = "enrolments"
    LESSONS = "lessons"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
WEEK_COLUMNS = {f"{day}{half.lower()}": (place, half) for place, day in enumerate(WEEKDAYS) for half in Half}
DATED = re.compile(r"(?P<date>.*?\d)[\s_-]*(?P<half>am|pm)?", re.IGNORECASE)


def plain(header: str) -> str:
    """A header without what people vary: case, blanks, underscores, punctuation."""
    return re.sub(r"[^a-z0-9]+", "", header.casefold())


@cache
def ranks(kind: Kind) -> dict[str, tuple[frozenset[str], ...]]:
    """For each of our columns of this kind, the plain names it goes by, best block first."""
    return {column: tuple(_plain_names(block) for block in found) for column, found in _blocks(kind).items()}


@cache
def own_names(kind: Kind) -> dict[str, frozenset[str]]:
    """For each of our columns of this kind, what it is called in our own plain files: nothing to guess there."""
    return {
        column: frozenset(plain(name) for block in found for name in block.get("plain", []))
        for column, found in _blocks(kind).items()
    }


@cache
def compulsory(kind: Kind) -> tuple[str, ...]:
    """The columns without which a table of this kind can't be used."""
    return tuple(_columns()["compulsory"][kind])


def recognise(cells: Sequence[str], kind: Kind) -> int:
    """How many cells of a row are column names of this kind."""
    headers = {plain(cell) for cell in cells}
    known = sum(any(block & headers for block in blocks) for blocks in ranks(kind).values())
    if kind is Kind.MARKS_WEEK:
        return known + len(headers & WEEK_COLUMNS.keys())
    if kind is Kind.MARKS_GRID:
        return known + sum(dated_header(cell) is not None for cell in cells) if known else 0
    return known


def dated_header(header: str) -> tuple[Session, bool] | None:
    """The session a grid's header names. The flag is False when the header names the date alone (then: AM)."""
    found = DATED.fullmatch(header)
    day = one_date(found["date"]) if found else None
    if found is None or day is None:
        return None
    return Session(day, Half((found["half"] or "AM").upper())), found["half"] is not None


def _plain_names(block: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(plain(name) for names in block.values() for name in names)


def _blocks(kind: Kind) -> dict[str, Any]:
    shared = {column: found for column, found in _columns()["any"].items() if column in compulsory(kind)}
    return shared | _columns().get(kind, {})


@cache
def _columns() -> dict[str, dict[str, Any]]:  # what tomllib gives back
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
