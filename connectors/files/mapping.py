"""Which header of an export holds which of our columns: guessed once, confirmed by a person, then remembered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connectors.files.columns import WEEK_COLUMNS, Kind, compulsory, dated_header, own_names, plain, ranks
from connectors.files.tables import Rows, Table
from firstbell.errors import BadInput
from firstbell.records import Problem


@dataclass(frozen=True, slots=True)
class Mapping:
    """Our columns with the headers that hold them. `headers` are all the headers it was made for, plain and sorted.

    `is_confirmed`: a person looked at it, or the headers are our own names and there was nothing to guess.
    """

    kind: Kind
    columns: dict[str, str]
    headers: tuple[str, ...]
    unmapped: tuple[str, ...] = ()
    is_confirmed: bool = field(default=False, compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether every header is our own name for its column: the plain format that docs/files.md describes."""
        return all(plain(header) in own_names(self.kind)[column] for column, header in self.columns.items())

    @property
    def missing(self) -> tuple[str, ...]:
        """Compulsory columns that no header holds."""
        return tuple(column for column in compulsory(self.kind) if column not in self.columns)


def guess(table: Table) -> Mapping:
    """Guess the columns from the names exports use. Raises BadInput for two headers that could be one column."""
    columns = {
        column: header for column, blocks in ranks(table.kind).items() if (header := _header(table, column, blocks))
    }
    unmapped = tuple(h for h in table.header if h and h not in columns.values() and not _names_sessions(h, table.kind))
    mapping = Mapping(table.kind, columns, fingerprint(table), unmapped)
    mapping = replace(mapping, is_confirmed=mapping.is_plain)
    _require(table, mapping)
    return mapping


def fingerprint(table: Table) -> tuple[str, ...]:
    """A table's headers, plain and sorted, without those that name a session: those change every week."""
    return tuple(sorted(plain(header) for header in table.header if header and not _names_sessions(header, table.kind)))


def places(table: Table, mapping: Mapping) -> dict[str, int]:
    """Our columns with their place in the table's rows. Raises BadInput for a column missing or there twice."""
    _require(table, mapping)
    headers = [plain(header) for header in table.header]
    found: dict[str, int] = {}
    for column, header in mapping.columns.items():
        if headers.count(plain(header)) != 1:
            what = "no such column" if plain(header) not in headers else f"two columns called '{header}'"
            raise BadInput(table.file, what, f"one column '{header}' for {column}", table.header_row, header)
        found[column] = headers.index(plain(header))
    return found


def whole_rows(table: Table, mapping: Mapping) -> tuple[Rows, list[Problem]]:
    """The rows whose cells surely stand beneath their headers, and a problem for each of the others.

    A row may lack trailing cells (spreadsheets drop blank ones) but none that is compulsory.
    """
    if not table.widths:
        return table.rows, []
    at = places(table, mapping)
    needs = 1 + max(at[column] for column in compulsory(table.kind))
    width = len(table.header)
    crooked = {row for row, cells in table.widths.items() if cells < needs}
    crooked |= {row for row in table.widths if len(table.rows[row]) > width}
    sentence = f"This row has not the {width} cells of the header, so its values may be in the wrong columns; mend it."
    problems = [Problem(f"{table.file}, row {row}", sentence) for row in sorted(crooked)]
    return {row: cells for row, cells in table.rows.items() if row not in crooked}, problems


def cells_of(rows: Rows, place: int) -> list[tuple[int, str]]:
    """One column's distinct cells, each with the number of the first row it stands in, in the order of rows."""
    first_row = {cells[place]: row for row, cells in reversed(rows.items())}
    return sorted((row, text) for text, row in first_row.items())


def _header(table: Table, column: str, blocks: Sequence[frozenset[str]]) -> str | None:
    """The header that fits the first block any header fits. Raises BadInput when two do."""
    for block in blocks:
        fits = [header for header in table.header if plain(header) in block]
        if len(fits) > 1:
            named = " and ".join(f"'{header}'" for header in fits)
            raise BadInput(table.file, f"the columns {named}", f"one column for {column}", table.header_row)
        if fits:
            return fits[0]
    return None


def _require(table: Table, mapping: Mapping) -> None:
    if mapping.missing:
        found = ", ".join(f"'{header}'" for header in mapping.columns.values()) or "no column we know"
        expected = f"also a column for {', '.join(mapping.missing)} (see docs/files.md)"
        raise BadInput(table.file, found, expected, table.header_row)


def _names_sessions(header: str, kind: Kind) -> bool:
    if kind is Kind.MARKS_GRID:
        return dated_header(header) is not None
    return kind is Kind.MARKS_WEEK and plain(header) in WEEK_COLUMNS
