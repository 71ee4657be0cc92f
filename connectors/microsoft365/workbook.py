"""A workbook in the school's Microsoft 365, which people have open in Excel while Firstbell works in it.

Two ways in. Through Excel, cell by cell, while anybody may be at work: only columns that nobody types in are written,
and rows are added; see `workbook_changes`. And as a whole file, when nobody has it open: downloaded, drawn by the same
renderer as a file on disk, and uploaded on condition that nobody saved since. What takes rows away, moves them, or
adds sheets goes the second way, and waits until it can. docs/decisions/0016 says why.

A run reads and then draws. It finds the file once for both, and has one session for both; the drawing looks at the
workbook again in it, so that nothing is ever written from what the reading saw. Where that showed that rows are to go,
and nobody has changed the file for a while, the drawing begins with the file.
"""

import contextlib
from collections.abc import Mapping, Sequence

from connectors._xlsx.tables import Grid, Table, find_tables, read_rows
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER
from connectors.microsoft365.workbook_file import AT_REST, OpenElsewhere, Version, WorkbookInLibrary
from connectors.microsoft365.workbook_late import Texts, with_late_rows
from connectors.microsoft365.workbook_live import LiveDrawing, Look, look_at, needs_the_file, settled
from connectors.microsoft365.workbook_session import WorkbookApiRefused, WorkbookGone, WorkbookSession
from connectors.microsoft365.workbook_together import Begun, ReadTogether, looked_at, peoples_sheets
from firstbell.errors import NeedsHuman, RetryLater
from firstbell.ports import Clock
from firstbell.records import SheetRead, SheetRows
from sheets_templates import WorkbookLayout

TRIES = 5


class GraphWorkbook:
    """The Workbook port over one Excel file in a drive. `path` is below the drive's root.

    `together` begins the workbooks that are read with this one, where it is one of several.
    """

    def __init__(
        self, graph: Graph, drive_id: str, path: str, clock: Clock, together: ReadTogether | None = None
    ) -> None:
        self.file = WorkbookInLibrary(graph, drive_id, path)
        self._graph = graph
        self._clock = clock
        self._together = together or ReadTogether(graph)
        self._read: dict[str, Texts] = {}
        # What the reading found, opened and saw, for the drawing after it.
        self._begun: Begun | None = None

    def close(self) -> None:
        """Let go of the workbook where it was read and not drawn."""
        begun, self._begun = self._begun, None
        if begun is not None and begun.session is not None:
            begun.session.close()

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:
        """Bring the workbook up to date. Raises NeedsHuman, RetryLater, GiveUp, Misconfigured."""
        for _ in range(TRIES):
            begun = self._begun or self._together.take(self.file) or Begun(self.file.version())
            self._begun = None
            if begun.version is None:
                if self.file.create(self._drawn(None, layout, sheets, as_at)):
                    return
                continue
            with contextlib.suppress(WorkbookGone):
                if self._drawn_into(begun, begun.version, layout, sheets, as_at):
                    return
        raise NeedsHuman("the workbook is being saved over and over: close it, and run again", self.file.name)

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:
        """What people's columns hold now; empty when there is no workbook yet. Raises NeedsHuman, RetryLater.

        A sheet in which nobody types is not looked at.
        """
        self.close()
        self._begun = begun = self._together.begin(self.file)
        if begun.version is None:
            return ()
        try:
            grids = self._seen(begun, begun.version, looked_at(layout))
        except WorkbookGone as gone:
            raise RetryLater(TRY_AGAIN_AFTER) from gone
        except WorkbookApiRefused:
            grids = self._downloaded(begun.version)
        tables = find_tables(grids, tuple(peoples_sheets(layout)), self.file.name)
        found = read_rows(layout, tables)
        self._read = {sheet.sheet: sheet.rows for sheet in found}
        return found

    def _seen(self, begun: Begun, version: Version, sheets: Sequence[str]) -> dict[str, Grid]:
        """What stands in the sheets, through Excel. The session stays open for the drawing; after an error it does not.

        Raises WorkbookApiRefused, WorkbookGone, NeedsHuman, RetryLater, GiveUp.
        """
        self._begun = Begun(version)
        with contextlib.ExitStack() as unless_seen:
            session = unless_seen.enter_context(begun.session or self.file.session(version))
            look = begun.look or settled(lambda: look_at(session, sheets), self._graph.pause)
            unless_seen.pop_all()
        self._begun = Begun(version, session, look)
        return look.grids

    def _drawn_into(
        self, begun: Begun, version: Version, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str
    ) -> bool:
        """Through Excel, or as a file where something must wait for that; False when somebody saved in between."""
        session, is_at_rest = begun.session or self.file.session(version), version.is_at_rest(self._clock.now())
        try:
            is_for_the_file = is_at_rest and begun.look and needs_the_file(begun.look, layout, sheets, self.file.name)
            if not is_for_the_file and self._drawn_live(
                session, layout, sheets, as_at, begun.look, may_wait=is_at_rest
            ):
                return True
        except WorkbookApiRefused:
            return self._redrawn(version, layout, sheets, as_at)
        finally:
            session.close()
        try:
            return self._redrawn(version, layout, sheets, as_at)
        except OpenElsewhere as is_open:
            try:
                return self._drawn_live(session, layout, sheets, as_at, None, may_wait=False)
            except WorkbookApiRefused:
                raise is_open from None

    def _drawn_live(
        self,
        session: WorkbookSession,
        layout: WorkbookLayout,
        sheets: Sequence[SheetRows],
        as_at: str,
        before: Look | None,
        *,
        may_wait: bool,
    ) -> bool:
        """Write what can be written through Excel; False, and nothing is written, where something waits for the file
        and `may_wait`.
        """
        with session:
            drawing = LiveDrawing(session, layout, sheets, as_at, self.file.name, self._graph.pause, before)
            if drawing.must_wait and may_wait:
                return False
            drawing.finish()
            return True

    def _redrawn(self, version: Version, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str) -> bool:
        """The whole file anew, around what people typed; False when somebody saved since. Raises OpenElsewhere."""
        if not version.is_at_rest(self._clock.now()):
            raise RetryLater(AT_REST)
        before = self.file.content(version)
        after = self._drawn(before, layout, self._with_late_rows(before, layout, sheets), as_at)
        return after == before or self.file.replace(version, after)

    def _drawn(self, before: bytes | None, layout: WorkbookLayout, sheets: Sequence[SheetRows], as_at: str) -> bytes:
        from connectors._xlsx.drawing import drawn  # noqa: PLC0415 - openpyxl loads slowly

        return drawn(before, layout, sheets, as_at=as_at, file=self.file.name, is_shared=True)

    def _with_late_rows(self, before: bytes, layout: WorkbookLayout, sheets: Sequence[SheetRows]) -> list[SheetRows]:
        """The rows to draw, and those in which somebody has typed since they were read here."""
        from connectors._xlsx.reading import grids  # noqa: PLC0415 - loads only when something is read

        seen = grids(before, self.file.name)
        tables = find_tables(seen, layout.sheets, self.file.name)
        return [
            with_late_rows(rows, layout.sheet(rows.sheet), *_place(tables, seen, rows.sheet), self._read[rows.sheet])
            if rows.sheet in tables and rows.sheet in self._read
            else rows
            for rows in sheets
        ]

    def _downloaded(self, version: Version) -> dict[str, Grid]:
        from connectors._xlsx.reading import grids  # noqa: PLC0415 - loads only when something is read

        return grids(self.file.content(version), self.file.name)


def _place(tables: Mapping[str, tuple[str, Table]], seen: Mapping[str, Grid], sheet: str) -> tuple[Table, Grid]:
    name, table = tables[sheet]
    return table, seen[name]
