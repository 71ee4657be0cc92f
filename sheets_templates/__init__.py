"""Workbook layouts as data: sheets, columns, who may edit, formats, validation. Every backend draws the same layout.

A layout knows nothing of pupils or files. A cell is text, a whole number, a percentage, a date, a time of day as
text, or nothing; text is always text, so nothing that looks like a formula can become one.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | dt.date | None


class Editor(StrEnum):
    """Who writes a column: Firstbell (protected), or people (highlighted, never overwritten)."""

    SYSTEM = "system"
    PEOPLE = "people"


class Kind(StrEnum):
    """How a column's cells are shown. A percentage is a Decimal such as 92.3, shown with one decimal as "92.3%"."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    PERCENT = "percent"
    DATE = "date"


class Tone(StrEnum):
    """What a conditional format means; each backend chooses colours that pass contrast, never colour alone."""

    ALARM = "alarm"
    CAUTION = "caution"
    DONE = "done"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Highlight:
    """Shade a row's cell (or the whole row) when this column's text equals one of `values`."""

    values: tuple[str, ...]
    tone: Tone
    whole_row: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header is also its name. `width` is in characters; `choices` become a drop-down.

    `is_typed_in_new_rows`: Firstbell's in the rows it draws, but people fill it in the rows they add themselves.
    `is_restricted`: may tell of health or another special category, so it stays out of copies and exports.
    """

    header: str
    note: str
    width: int
    editor: Editor = Editor.SYSTEM
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    is_restricted: bool = False
    is_typed_in_new_rows: bool = False


class ChartKind(StrEnum):
    """Bars compare what stands side by side; a line follows what comes one after another."""

    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart beside the rows, of one column of numbers or percentages against one text column."""

    title: str
    labels: str
    values: str
    kind: ChartKind = ChartKind.BARS


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet. `title` is drawn above the header with the as-at line; `empty_text` when there is no row.

    `people_add_rows`: people may type rows of their own below the last, in `typed_columns`.
    `heat`: neighbouring columns of percentages, shaded together, the darker the lower; the numbers stay readable.
    """

    name: str
    title: str
    purpose: str
    columns: tuple[Column, ...]
    empty_text: str
    people_add_rows: bool = False
    chart: Chart | None = None
    heat: tuple[str, ...] = ()

    @property
    def people_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.editor is Editor.PEOPLE)

    @property
    def typed_columns(self) -> tuple[Column, ...]:
        """The columns a person fills in a row of their own; none unless `people_add_rows`."""
        if not self.people_add_rows:
            return ()
        return tuple(column for column in self.columns if column.editor is Editor.PEOPLE or column.is_typed_in_new_rows)


@dataclass(frozen=True, slots=True)
class WorkbookLayout:
    """A workbook: its file name without ending, who it is for, and its sheets in order."""

    name: str
    audience: str
    sheets: tuple[SheetLayout, ...]

    def sheet(self, name: str) -> SheetLayout:
        """The layout of one sheet. Raises KeyError."""
        return {sheet.name: sheet for sheet in self.sheets}[name]
