"""Opens a table whatever its format: text with separators, or a workbook."""

from collections.abc import Sequence

from connectors.files.columns import Kind
from connectors.files.sheets import read_sheet
from connectors.files.source import Source
from connectors.files.tables import Table, csv_rows, table_from
from firstbell.errors import BadInput

WORKBOOKS = (".xlsx",)
TEXTS = (".csv", ".txt", ".tsv")
UNREADABLE = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
ZIP = b"PK\x03\x04"


def read_table(source: Source, kinds: Sequence[Kind]) -> Table:
    """The one table of a file that looks like one of these kinds. Raises BadInput."""
    name = source.file.casefold()
    if name.endswith(UNREADABLE):
        raise BadInput(source.file, "a format we don't read", "the same saved as .xlsx (without macros) or .csv")
    if name.endswith(WORKBOOKS) or source.data.startswith(ZIP):
        return read_sheet(source, kinds)
    return table_from(source.file, csv_rows(source, kinds), kinds)
