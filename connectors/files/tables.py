"""A table as people export it: where its header is, and its rows as text with the row numbers a spreadsheet shows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from connectors.files.columns import Kind, recognise
from connectors.files.decode import decode
from connectors.files.source import Source
from firstbell.errors import BadInput

SEPARATORS = ",;\t|"
HEADER_WITHIN = 10  # rows; above it stand titles, instructions and the line that says "as at"
LONGEST_CELL = 131_072
INSTRUCTION = re.compile(
    r"(required|optional|mandatory|format|e\.g\.|for example|must |dd/mm/yyyy|yyyy-mm-dd)", re.IGNORECASE
)

Cells = list[str]
Rows = dict[int, Cells]  # by row number, as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows. `rows` hold as many cells as the header; `widths` tells of those that did not."""

    file: str
    kind: Kind
    above: tuple[str, ...]
    header: tuple[str, ...]
    header_row: int
    rows: Rows = field(repr=False)
    widths: dict[int, int] = field(repr=False)


def csv_rows(source: Source, kinds: Sequence[Kind]) -> Rows:
    """Every row that is not blank. Raises BadInput."""
    text = decode(source)
    rows = dict(_rows(source, text, _separator(source, text, kinds)))
    _require_whole_last_row(source, text, rows)
    return rows


def table_from(file: str, rows: Rows, kinds: Sequence[Kind]) -> Table:
    """Find the header among the first rows and set the rows straight beneath it. Raises BadInput."""
    if not rows:
        raise BadInput(file, "no rows", "a header row and rows below it")
    score, kind, header_row = _best_header(rows, kinds)
    if score < 2:  # noqa: PLR2004 - one word alone may be anybody's surname
        first = next(iter(rows))
        found = f"a first row of {len(rows[first])} cells, none a column name we know"
        raise BadInput(file, found, "a header row with the columns docs/files.md names", first)
    above = tuple(" ".join(rows.pop(row)).strip() for row in list(islice(rows, HEADER_WITHIN)) if row < header_row)
    header = tuple(rows.pop(header_row))
    below = next(iter(rows), 0)
    if below and any(INSTRUCTION.match(cell) for cell in rows[below]):
        del rows[below]
    return Table(file, kind, above, header, header_row, rows, _straightened(rows, len(header)))


def _best_header(rows: Rows, kinds: Sequence[Kind]) -> tuple[int, Kind, int]:
    """How many cells are column names, of which kind of table, in which row: the best, and the first of the best."""
    scores = (
        (recognise(cells, kind), kind, row) for row, cells in islice(rows.items(), HEADER_WITHIN) for kind in kinds
    )
    return max(scores, key=lambda found: found[0])


def _straightened(rows: Rows, width: int) -> dict[int, int]:
    """Fill short rows with blanks to the header's width, and return how wide the rows of other widths were.

    Long rows keep their cells, to be reported, unless they are blank.
    """
    widths = {row: len(cells) for row, cells in rows.items() if len(cells) != width}
    for row in widths:
        cells = rows[row]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        cells.extend([""] * (width - len(cells)))
    return widths


def _separator(source: Source, text: str, kinds: Sequence[Kind]) -> str:
    """The separator under which the first rows hold most of our column names; the comma where none does."""
    head = "\n".join(text[: 4 * LONGEST_CELL].splitlines()[: 2 * HEADER_WITHIN])

    def score(separator: str) -> int:
        try:
            return max((recognise(c, kind) for _, c in _rows(source, head, separator) for kind in kinds), default=0)
        except BadInput:  # not this separator, or a quote open beyond these rows: the whole file will tell
            return 0

    return max(SEPARATORS, key=score)


def _rows(source: Source, text: str, separator: str) -> Iterator[tuple[int, Cells]]:
    # No escape character: a lone backslash is the code for present in the afternoon.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            stripped = list(map(str.strip, cells))
            if any(stripped):
                yield row, stripped
    except csv.Error as error:
        found = f"a quote that is never closed, a stray quote, or a cell of more than {LONGEST_CELL:,} characters"
        raise BadInput(source.file, found, "quotes in pairs", row + 1) from error


def _require_whole_last_row(source: Source, text: str, rows: Rows) -> None:
    """Refuse a file whose last row ends in the middle: an export that was cut off has lost pupils."""
    (last, cells), (_, before) = (*islice(reversed(rows.items()), 2), (0, []), (0, []))[:2]
    if text and text[-1] not in "\r\n" and len(cells) < len(before):
        found = f"a file cut in half: its last row has {len(cells)} cells"
        raise BadInput(source.file, found, f"{len(before)} and the end of the line", last)
