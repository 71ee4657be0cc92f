"""A workbook in memory, with the people who work in it: what they type, sort, copy and delete is part of the fake."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from firstbell.errors import NeedsHuman, RetryLater
from firstbell.records import SheetRead, SheetRows, TypedAnswer
from sheets_templates import Cell, Editor, SheetLayout, WorkbookLayout
from sheets_templates.columns import SAYS

COPY = "This row is a copy of another one. Only the first counts: delete this one."


def shown(cell: Cell) -> str:
    """A cell as text: dates ISO, 92.0 as "92", nothing as an empty string."""
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return "" if cell is None else str(cell).strip()


@dataclass
class _Row:
    key: str | None
    cells: dict[str, str]


@dataclass
class _Sheet:
    headings: dict[str, str]
    rows: list[_Row] = field(default_factory=list)

    def row(self, key: str) -> _Row:
        return next(row for row in self.rows if row.key == key)


class FakeWorkbook:
    """The Workbook port without a file. A person's methods are named by what they do.

    `is_busy`: the system it lives in can be asked what stands there, and takes no changes just now.
    """

    def __init__(self) -> None:
        self._sheets: dict[str, _Sheet] = {}
        self._is_open = False
        self.is_busy = False

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:  # noqa: ARG002 - no line to show it in
        if self.is_busy:
            raise RetryLater(dt.timedelta(seconds=30))
        if self._is_open:
            raise NeedsHuman(f"close {layout.name}: someone has it open, and nothing was changed", layout.name)
        self._refuse_changed_headings(layout)
        wanted = {sheet.sheet: sheet for sheet in sheets}
        for key in (key for sheet in sheets for key in sheet.rows):
            assert key == key.strip(), f"{key!r} would be read back as another key"
        for sheet in layout.sheets:
            if sheet.name not in self._sheets:
                self._sheets[sheet.name] = _Sheet({column.header: column.header for column in sheet.columns})
            if sheet.name in wanted:
                _draw(self._sheets[sheet.name], sheet, wanted[sheet.name])

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:
        self._refuse_changed_headings(layout)
        if not self._sheets:
            return ()
        return tuple(_read(self._sheets[sheet.name], sheet) for sheet in layout.sheets)

    def _refuse_changed_headings(self, layout: WorkbookLayout) -> None:
        for sheet in layout.sheets:
            headings = self._sheets[sheet.name].headings if sheet.name in self._sheets else {}
            for header, heading in headings.items():
                if heading.strip().casefold() != header.casefold():
                    raise NeedsHuman(f"the sheet '{sheet.name}' has no heading '{header}' any more", layout.name)

    def opens_it(self) -> None:
        self._is_open = True

    def closes_it(self) -> None:
        self._is_open = False

    def types(self, sheet: str, key: str, column: str, text: str) -> None:
        self._sheets[sheet].row(key).cells[column] = text

    def adds_a_row(self, sheet: str, cells: Mapping[str, str]) -> None:
        self._sheets[sheet].rows.append(_Row(None, dict(cells)))

    def deletes_a_row(self, sheet: str, key: str) -> None:
        self._sheets[sheet].rows.remove(self._sheets[sheet].row(key))

    def copies_a_row(self, sheet: str, key: str, changes: Mapping[str, str]) -> None:
        """Copy a row to the end, hidden key and all, and type over some of it."""
        row = self._sheets[sheet].row(key)
        self._sheets[sheet].rows.append(_Row(key, {**row.cells, **changes}))

    def sorts(self, sheet: str, column: str) -> None:
        self._sheets[sheet].rows.sort(key=lambda row: row.cells.get(column, ""))

    def renames_a_heading(self, sheet: str, column: str, heading: str) -> None:
        self._sheets[sheet].headings[column] = heading

    def sees(self, sheet: str) -> list[dict[str, str]]:
        """The rows as they stand, top to bottom: column to text, empty cells left out."""
        return [{name: text for name, text in row.cells.items() if text} for row in self._sheets[sheet].rows]


def _draw(sheet: _Sheet, layout: SheetLayout, wanted: SheetRows) -> None:
    seen: dict[str, _Row] = {}
    kept = []
    for row in sheet.rows:
        _free_changed_copy(row, seen, layout)
        if row.key is None:
            _answer(row, layout, wanted, {each.key for each in sheet.rows})
        if row.key is None or row.key in wanted.rows:
            kept.append(row)
        if row.key is not None and row.key in wanted.rows:
            _fill(row, layout, wanted.rows[row.key], is_copy=row.key in seen)
            seen.setdefault(row.key, row)
    sheet.rows = []
    for is_settled, part in enumerate(_parts(kept, wanted)):
        keys = [key for key in wanted.rows if (key in wanted.settled) == is_settled]
        sheet.rows += _in_order(part, [key for key in keys if key not in seen], keys)
    for row in sheet.rows:
        if row.key is not None and row.key not in seen:
            row.cells = {name: shown(cell) for name, cell in wanted.rows[row.key].items()}


def _parts(rows: list[_Row], wanted: SheetRows) -> tuple[list[_Row], list[_Row]]:
    """What is to do, and what is settled; a person's own row stays with the row above it."""
    parts: tuple[list[_Row], list[_Row]] = ([], [])
    is_settled = False
    for row in rows:
        is_settled = is_settled if row.key is None else row.key in wanted.settled
        parts[is_settled].append(row)
    return parts


def _in_order(kept: list[_Row], new: list[str], wanted: list[str]) -> list[_Row]:
    """New rows where they belong while the order is ours; at the end once people have sorted."""
    ours = [wanted.index(row.key) for row in kept if row.key is not None]
    if ours != sorted(ours):
        return kept + [_Row(key, {}) for key in new]
    rows = []
    for row in kept:
        while new and row.key is not None and wanted.index(new[0]) < wanted.index(row.key):
            rows.append(_Row(new.pop(0), {}))
        rows.append(row)
    return rows + [_Row(key, {}) for key in new]


def _free_changed_copy(row: _Row, seen: Mapping[str, _Row], layout: SheetLayout) -> None:
    first = seen.get(row.key or "")
    if first is not None and layout.people_add_rows and _typed(row, layout) != _typed(first, layout):
        row.key = None


def _answer(row: _Row, layout: SheetLayout, wanted: SheetRows, taken: set[str | None]) -> None:
    answer = next((each for each in wanted.answers if each.row == _typed(row, layout)), None)
    if answer is None:
        return
    is_ours = answer.key is not None and answer.key in wanted.rows and answer.key not in taken
    row.key = answer.key if is_ours else None
    row.cells[SAYS.header] = _says(answer)


def _says(answer: TypedAnswer) -> str:
    return answer.says if answer.key is None else COPY


def _fill(row: _Row, layout: SheetLayout, cells: Mapping[str, Cell], *, is_copy: bool) -> None:
    for column in layout.columns:
        if column.editor is Editor.SYSTEM:
            row.cells[column.header] = shown(cells.get(column.header))
    if is_copy and SAYS in layout.columns:
        row.cells[SAYS.header] = COPY


def _read(sheet: _Sheet, layout: SheetLayout) -> SheetRead:
    rows: dict[str, Mapping[str, str]] = {}
    typed = []
    for row in sheet.rows:
        texts = _typed(row, layout)
        if row.key is not None and row.key not in rows:
            rows[row.key] = texts
        elif layout.people_add_rows and any(texts.values()) and texts != rows.get(row.key or ""):
            typed.append(texts)
    return SheetRead(layout.name, rows, tuple(typed))


def _typed(row: _Row, layout: SheetLayout) -> dict[str, str]:
    columns = layout.typed_columns or layout.people_columns
    return {column.header: row.cells.get(column.header, "").strip() for column in columns}
