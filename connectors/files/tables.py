"""A table as people export it: where its header is, and its rows as text with the row numbers a spreadsheet shows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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
Records = list[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows. `rows` hold as many cells as the header; `widths` tells of those that did not."""

    file: str
    kind: Kind
    above: tuple[str, ...]
    header: tuple[str, ...]
    header_row: int
    rows: Records = field(repr=False)
    widths: dict[int, int] = field(repr=False)


def csv_records(source: Source, kinds: Sequence[Kind]) -> Records:
    """Every row that is not blank, with its number. Raises BadInput."""
    text = decode(source)
    separator = _separator(source, text, kinds)
    return _without_cut_row(source, text, list(_records(source, text, separator)))


def table_from(file: str, records: Records, kinds: Sequence[Kind]) -> Table:
    """Find the header among the first rows and set the rows straight beneath it. Raises BadInput."""
    if not records:
        raise BadInput(file, "no rows", "a header row and rows below it")
    score, kind, at = _best_header(records, kinds)
    if score < 2:  # noqa: PLR2004 - one word alone may be anybody's surname
        found = f"a first row of {len(records[0][1])} cells, none a column name we know"
        raise BadInput(file, found, "a header row with the columns docs/files.md names", records[0][0])
    number, header = records[at]
    below = records[at + 1 :]
    if below and any(INSTRUCTION.match(cell) for cell in below[0][1]):
        below = below[1:]
    above = tuple(" ".join(cells).strip() for _, cells in records[:at])
    return _straightened(Table(file, kind, above, tuple(header), number, below, {}))


def _best_header(records: Records, kinds: Sequence[Kind]) -> tuple[int, Kind, int]:
    """The row, and the kind of table, whose cells are most often column names; the earliest such row."""
    scores = (
        (recognise(cells, kind), kind, at) for at, (_, cells) in enumerate(records[:HEADER_WITHIN]) for kind in kinds
    )
    return max(scores, key=lambda found: found[0])


def _straightened(table: Table) -> Table:
    """Rows of the header's width: short ones filled with blanks; long ones keep their width, to be reported."""
    width = len(table.header)
    widths = {number: len(cells) for number, cells in table.rows if len(cells) != width}
    for number, cells in table.rows:
        if number in widths:
            while len(cells) > width and not cells[-1]:
                cells.pop()
            cells.extend([""] * (width - len(cells)))
    return Table(table.file, table.kind, table.above, table.header, table.header_row, table.rows, widths)


def _separator(source: Source, text: str, kinds: Sequence[Kind]) -> str:
    """The separator under which the first rows hold most of our column names; the comma where none does."""
    head = "\n".join(text[: 4 * LONGEST_CELL].splitlines()[: 2 * HEADER_WITHIN])

    def score(separator: str) -> int:
        try:
            return max((recognise(c, kind) for _, c in _records(source, head, separator) for kind in kinds), default=0)
        except BadInput:  # not this separator, or a quote open beyond these rows: the whole file will tell
            return 0

    return max(SEPARATORS, key=score)


def _records(source: Source, text: str, separator: str) -> Iterator[tuple[int, Cells]]:
    # No escape character: a lone backslash is the code for present in the afternoon.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield number, stripped
    except csv.Error as error:
        found = f"a quote that is never closed, a stray quote, or a cell of more than {LONGEST_CELL:,} characters"
        raise BadInput(source.file, found, "quotes in pairs", number + 1) from error


def _without_cut_row(source: Source, text: str, records: Records) -> Records:
    """Refuse a file whose last row ends in the middle: an export that was cut off has lost pupils."""
    if len(records) > 1 and text[-1] not in "\r\n" and len(records[-1][1]) < len(records[-2][1]):
        found = f"a file cut in half: its last row has {len(records[-1][1])} cells"
        raise BadInput(source.file, found, f"{len(records[-2][1])} and the end of the line", records[-1][0])
    return records
