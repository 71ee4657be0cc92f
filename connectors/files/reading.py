"""Reads the cells of one table by our column names, and collects what is wrong with them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.files.answers import yes_or_no
from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, cells_of, places, whole_rows
from connectors.files.tables import Cells, Rows, Table
from firstbell.errors import BadInput
from firstbell.records import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """A table with its columns known: rows, where each column is, and its dates already judged."""

    file: str
    rows: Rows
    at: dict[str, int]
    dates: dict[str, dict[str, dt.date | None]]
    problems: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator["Line"]:
        return (Line(self, row, cells) for row, cells in self.rows.items())


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a reading."""

    reading: Reading
    row: int
    cells: Cells

    def text(self, column: str) -> str:
        """The cell under one of our columns; empty when the table has no such column."""
        place = self.reading.at.get(column)
        return "" if place is None else self.cells[place]

    def date(self, column: str, pupil_id: str) -> dt.date | None:
        """The date in a cell; None for blank, and None with a problem for what is no date."""
        text = self.text(column)
        day = self.reading.dates.get(column, {}).get(text)
        if text and day is None:
            self.report(f"'{column}' is not a date that exists; it was left out.", pupil_id)
        return day

    def answer(self, column: str, pupil_id: str, *, unclear: bool | None = None) -> bool | None:
        """Yes, no, or None for blank; `unclear`, with a problem, for any other text."""
        try:
            return yes_or_no(self.text(column))
        except ValueError:
            taken = {None: "unknown", True: "yes", False: "no"}[unclear]
            self.report(f"'{column}' is neither Yes nor No; it was taken as {taken}.", pupil_id)
            return unclear

    def report(self, sentence: str, pupil_id: str | None = None) -> None:
        """Note a problem of this row."""
        self.reading.problems.append(Problem(f"{self.reading.file}, row {self.row}", sentence, pupil_id or None))


def reading_of(table: Table, mapping: Mapping, date_columns: Iterable[str] = (), *, is_strict: bool = False) -> Reading:
    """Make a table readable by our column names. Raises BadInput for missing columns and doubtful dates.

    In the plain format a date that is not ISO is a problem of its row, unless `is_strict`.
    """
    is_plain = mapping.is_plain and not is_strict
    at = places(table, mapping)
    rows, problems = whole_rows(table, mapping)
    dates = {
        column: dates_in(cells_of(rows, at[column]), table.file, table.header[at[column]], is_plain=is_plain)
        for column in date_columns
        if column in at
    }
    return Reading(table.file, rows, at, dates, problems)


def strict_reading_of(table: Table, mapping: Mapping) -> Reading:
    """As `reading_of` with a date, for tables of which no row may be lost: a row out of line refuses the whole file."""
    reading = reading_of(table, mapping, ("date",), is_strict=True)
    crooked = table.rows.keys() - reading.rows.keys()
    if crooked:
        found = "a row that has not the cells of the header"
        raise BadInput(table.file, found, "one cell under each header", min(crooked))
    return reading
