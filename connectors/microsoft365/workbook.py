"""A workbook in the school's Microsoft 365, which people have open in Excel while Firstbell works in it.

Two ways in. Through Excel, cell by cell, while anybody may be at work: only columns that nobody types in are written,
and rows are added; see `workbook_changes`. And as a whole file, when nobody has it open: downloaded, drawn by the same
renderer as a file on disk, and uploaded on condition that nobody saved since. What takes rows away, moves them, or
adds sheets goes the second way, and waits until it can. docs/decisions/0016 says why.

A run reads and then draws. It finds the file once for both, and has one session for both; the drawing looks at the
workbook again in it, so that nothing is ever written from what the reading saw.
"""

import contextlib
from collections.abc import Mapping, Sequence

from connectors._xlsx.tables import Grid, Table, find_tables, read_rows
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER
from connectors.microsoft365.workbook_file import AT_REST, OpenElsewhere, Version, WorkbookInLibrary
from connectors.microsoft365.workbook_late import Texts, with_late_rows
from connectors.microsoft365.workbook_live import LiveDrawing, look_at, settled
from connectors.microsoft365.workbook_session import WorkbookApiRefused, WorkbookGone, WorkbookSession
from firstbell.errors import NeedsHuman, RetryLater
from firstbell.ports import Clock
from firstbell.records import SheetRead, SheetRows
from sheets_templates import WorkbookLayout

TRIES = 5


class GraphWorkbook:
    """The Workbook port over one Excel file in a drive. `path` is below the drive's root."""

    def __init__(self, graph: Graph, drive_id: str, path: str, clock: Clock) -> None:
        self._graph = graph
        self._drive_id = drive_id
        self._file = WorkbookInLibrary(graph, drive_id, path)
        self._clock = clock
        self._read: dict[str, Texts] = {}
        # What the reading found and opened, for the drawing after it.
        self._found: Version | None = None
        self._opened: WorkbookSession | None = None

    def close(self) -> None:
        """Let go of the workbook where it was read and not drawn."""
        self._found = None
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:
        """Bring the workbook up to date. Raises NeedsHuman, RetryLater, GiveUp, Misconfigured."""
        for _ in range(TRIES):
            version = self._found or self._file.version()
            self._found = None
            if version is None:
                if self._file.create(self._drawn(None, layout, sheets, as_at)):
                    return
                continue
            with contextlib.suppress(WorkbookGone):
                if self._drawn_into(version, layout, sheets, as_at):
                    return
        raise NeedsHuman("the workbook is being saved over and over: close it, and run again", self._file.name)

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:
        """What people's columns hold now; empty when there is no workbook yet. Raises NeedsHuman, RetryLater."""
        self.close()
        version = self._file.version()
        if version is None:
            return ()
        try:
            grids = self._seen(version, [sheet.name for sheet in layout.sheets])
        except WorkbookGone as gone:
            raise RetryLater(TRY_AGAIN_AFTER) from gone
        except WorkbookApiRefused:
            grids = self._downloaded(version)
        self._found = version
        tables = find_tables(grids, layout.sheets, self._file.name)
        found = read_rows(layout, tables)
        self._read = {sheet.sheet: sheet.rows for sheet in found}
        return found

    def _seen(self, version: Version, sheets: Sequence[str]) -> dict[str, Grid]:
        """What stands in the sheets, through Excel. The session stays open for the drawing; after an error it does not.

        Raises WorkbookApiRefused, WorkbookGone, NeedsHuman, RetryLater, GiveUp.
        """
        with contextlib.ExitStack() as unless_seen:
            session = unless_seen.enter_context(self._session(version))
            look = settled(lambda: look_at(session, sheets), self._graph.pause)
            unless_seen.pop_all()
        self._opened = session
        return {name: seen.grid for name, seen in look.sheets.items()}

    def _drawn_into(self, version: Version, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str) -> bool:
        """Through Excel, unless Excel may not be used; False when somebody saved in between: try again."""
        try:
            with self._session(version) as session:
                drawing = LiveDrawing(session, layout, sheets, as_at, self._file.name, self._graph.pause)
                if not drawing.must_wait or not version.is_at_rest(self._clock.now()):
                    drawing.finish()
                    return True
        except WorkbookApiRefused:
            return self._redrawn(version, layout, sheets, as_at)
        try:
            return self._redrawn(version, layout, sheets, as_at)
        except OpenElsewhere as is_open:
            try:
                with self._session(version) as session:
                    LiveDrawing(session, layout, sheets, as_at, self._file.name, self._graph.pause).finish()
            except WorkbookApiRefused:
                raise is_open from None
            return True

    def _redrawn(self, version: Version, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str) -> bool:
        """The whole file anew, around what people typed; False when somebody saved since. Raises OpenElsewhere."""
        if not version.is_at_rest(self._clock.now()):
            raise RetryLater(AT_REST)
        before = self._file.content(version)
        after = self._drawn(before, layout, self._with_late_rows(before, layout, sheets), as_at)
        return after == before or self._file.replace(version, after)

    def _drawn(self, before: bytes | None, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str) -> bytes:
        from connectors._xlsx.drawing import drawn  # noqa: PLC0415 - openpyxl loads slowly

        return drawn(before, layout, sheets, as_at=as_at, file=self._file.name, is_shared=True)

    def _with_late_rows(self, before: bytes, layout: WorkbookLayout, sheets: Sequence[SheetRows]) -> list[SheetRows]:
        """The rows to draw, and those in which somebody has typed since they were read here."""
        from connectors._xlsx.reading import grids  # noqa: PLC0415 - loads only when something is read

        seen = grids(before, self._file.name)
        tables = find_tables(seen, layout.sheets, self._file.name)
        return [
            with_late_rows(rows, layout.sheet(rows.sheet), *_place(tables, seen, rows.sheet), self._read[rows.sheet])
            if rows.sheet in tables and rows.sheet in self._read
            else rows
            for rows in sheets
        ]

    def _downloaded(self, version: Version) -> dict[str, Grid]:
        from connectors._xlsx.reading import grids  # noqa: PLC0415 - loads only when something is read

        return grids(self._file.content(version), self._file.name)

    def _session(self, version: Version) -> WorkbookSession:
        """The one that the reading left open, once; another one else."""
        opened, self._opened = self._opened, None
        return opened or WorkbookSession(self._graph, self._drive_id, version.item_id, self._file.name)


def _place(tables: Mapping[str, tuple[str, Table]], seen: Mapping[str, Grid], sheet: str) -> tuple[Table, Grid]:
    name, table = tables[sheet]
    return table, seen[name]
