"""Reads the lists of pupils expected elsewhere: trips, exams, the medical room, reception.

A row that can't be read refuses the whole file. The pupil in it is the one a false alarm would be about, so nothing is
sent until somebody mends the row.
"""

from collections.abc import Iterator
from pathlib import Path

from connectors.files.columns import Kind
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.marks_rows import half_of
from connectors.files.reading import Line, strict_reading_of
from connectors.files.source import read_source
from connectors.files.tables import Table
from connectors.files.words import meaning
from firstbell.errors import BadInput
from firstbell.records import Elsewhere, ExpectedElsewhere
from rules.calendar import Session, both_sessions


def read_list(path: Path, *, mapping: Mapping | None = None) -> tuple[ExpectedElsewhere, ...]:
    """Read one list. A blank session means both of the day. Raises BadInput for any row it can't read."""
    table = read_table(read_source(path), (Kind.LIST,))
    return list_of(table, mapping or guess(table))


def list_of(table: Table, mapping: Mapping) -> tuple[ExpectedElsewhere, ...]:
    """The list in a table whose columns are known. Raises BadInput."""
    return tuple(expected for line in strict_reading_of(table, mapping) for expected in _expected(line))


def _expected(line: Line) -> Iterator[ExpectedElsewhere]:
    pupil_id, kind = line.text("pupil_id"), meaning("list", line.text("kind"))
    if not pupil_id:
        raise _refusal(line, "no pupil", "the pupil's id", "pupil_id")
    if kind is None:
        raise _refusal(line, "a kind we don't know", "one of " + ", ".join(Elsewhere), "kind")
    for session in _sessions(line):
        yield ExpectedElsewhere(pupil_id, session, Elsewhere(kind))


def _sessions(line: Line) -> tuple[Session, ...]:
    day, half = line.reading.dates["date"].get(line.text("date")), half_of(line.text("session"))
    if day is None:
        raise _refusal(line, "no date that exists", "DD/MM/YYYY", "date")
    if not line.text("session"):
        return both_sessions(day)
    if half is None:
        raise _refusal(line, "neither AM nor PM", "AM, PM, or nothing for both", "session")
    return (Session(day, half),)


def _refusal(line: Line, found: str, expected: str, column: str) -> BadInput:
    return BadInput(line.reading.file, found, expected, line.row, column)
