"""A workbook as an .xlsx file on disk, shared with people who have it open in Excel or LibreOffice."""

from collections.abc import Sequence
from pathlib import Path

from connectors._xlsx.tables import find_tables, read_rows
from connectors.local.workbook_file import content_of, refuse_while_open, replace_if_unchanged
from firstbell.errors import NeedsHuman
from firstbell.records import SheetRead, SheetRows
from sheets_templates import WorkbookLayout

TRIES = 5


class LocalWorkbook:
    """The Workbook port over one .xlsx file. The file is replaced whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:
        """Bring the file up to date; somebody's save in between is read again and kept. Raises NeedsHuman."""
        from connectors._xlsx.drawing import drawn  # noqa: PLC0415 - openpyxl loads slowly

        for _ in range(TRIES):
            refuse_while_open(self._path)
            before = content_of(self._path)
            after = drawn(before, layout, sheets, as_at=as_at, file=self._path.name)
            if replace_if_unchanged(self._path, before, after):
                return
        raise NeedsHuman("the workbook is being saved over and over: close it, and run again", self._path.name)

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:
        """What people's columns hold now; empty when there is no file yet. Raises NeedsHuman."""
        from connectors._xlsx.reading import grids  # noqa: PLC0415 - loads only when something is read

        content = content_of(self._path)
        if content is None:
            return ()
        tables = find_tables(grids(content, self._path.name), layout.sheets, self._path.name)
        return read_rows(layout, tables)
