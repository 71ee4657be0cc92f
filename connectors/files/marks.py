"""Reads marks in any of the four shapes that exports have, and says as at when they were true."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from connectors.files.columns import Kind
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess, places
from connectors.files.marks_grid import read_grid
from connectors.files.marks_packed import read_packed
from connectors.files.marks_rows import read_rows
from connectors.files.marks_week import read_week
from connectors.files.register_page import RegisterPage
from connectors.files.source import Source, read_source
from connectors.files.tables import Table
from firstbell.errors import BadInput
from firstbell.records import Marks

MARK_KINDS = (Kind.MARKS, Kind.MARKS_WEEK, Kind.MARKS_PACKED, Kind.MARKS_GRID)
SHAPES: dict[Kind, Callable[[Table, Mapping, RegisterPage], None]] = {
    Kind.MARKS: read_rows,
    Kind.MARKS_WEEK: read_week,
    Kind.MARKS_PACKED: read_packed,
    Kind.MARKS_GRID: read_grid,
}
AS_AT = re.compile(r"#?\s*as at:?\s+(\S.*)", re.IGNORECASE)


def read_marks(path: Path, *, mapping: Mapping | None = None) -> Marks:
    """Read a file of marks: a row a mark, a row a pupil-week, packed strings, or a grid of dates.

    The columns are those of `mapping`, or else guessed from their names. A session that stands twice gives two marks,
    in file order. An entry that can't be a mark is left out and reported; the rest counts. `as_at` is the time the
    file states, or else when it was last changed. Raises BadInput when the file as a whole can't be used.
    """
    source = read_source(path)
    table = read_table(source, MARK_KINDS)
    return marks_of(source, table, mapping or guess(table))


def marks_of(source: Source, table: Table, mapping: Mapping) -> Marks:
    """The marks of a table whose columns are known. Raises BadInput."""
    page = page_of(table, mapping)
    return Marks(as_at_of(source, table, mapping), tuple(page.marks), tuple(page.problems))


def page_of(table: Table, mapping: Mapping) -> RegisterPage:
    """Everything that a table of marks says, whatever its shape. Raises BadInput."""
    page = RegisterPage(table.file)
    SHAPES[table.kind](table, mapping, page)
    return page


def as_at_of(source: Source, table: Table, mapping: Mapping) -> dt.datetime:
    """The time the file states in its `as_at` column (the earliest) or above its header; else when it was changed."""
    stated = [(table.header_row, found[1]) for line in table.above if (found := AS_AT.fullmatch(line))]
    if "as_at" in mapping.columns:
        place = places(table, mapping)["as_at"]
        stated += {cells[place]: (row, cells[place]) for row, cells in table.rows.items() if cells[place]}.values()
    return min((_moment(table.file, row, text) for row, text in stated), default=source.modified_at)


def _moment(file: str, row: int, text: str) -> dt.datetime:
    refusal = BadInput(file, "a time we can't place", "as 2026-11-23T09:31:00Z, with its offset", row, "as_at")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise refusal from error
    if moment.tzinfo is None or moment.year in {dt.MINYEAR, dt.MAXYEAR}:  # beside its ends, no zone can be told
        raise refusal
    return moment.astimezone(dt.UTC)
