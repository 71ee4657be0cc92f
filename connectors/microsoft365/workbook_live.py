"""Bring a workbook up to date while people work in it: look, write what is missing, look again, until nothing is.

Each round is worked out from what stands there, never from what an earlier round was told to do. So whatever was lost,
refused, done twice or moved in between, the next round finds it and puts it right.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from connectors._xlsx.plan import as_at_line
from connectors._xlsx.tables import AS_AT_SHEET, Grid, Table, find_tables, plain, table_name
from connectors.microsoft365.graph import PATIENCE
from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Reply
from connectors.microsoft365.workbook_changes import (
    Changes,
    Extent,
    RowsToAdd,
    Sent,
    Written,
    beside_peoples_rows,
    changes,
    extent_at,
    extent_of,
    is_misplaced,
)
from connectors.microsoft365.workbook_grids import ASKED, SheetSeen, sheet_seen
from connectors.microsoft365.workbook_session import Step, Unsettled, WorkbookGone, WorkbookSession
from firstbell.errors import NeedsHuman, RetryLater
from firstbell.records import SheetRows
from sheets_templates import SheetLayout, WorkbookLayout

ROUNDS = 8
SHEETS = "/worksheets?$select=name"


@dataclass(frozen=True, slots=True, repr=False)
class Look:
    """What is in the workbook: the names of all its sheets, in order, and those sheets that were asked for."""

    names: tuple[str, ...]
    sheets: Mapping[str, SheetSeen]

    @property
    def grids(self) -> dict[str, Grid]:
        """What stands in the sheets that people see."""
        return {name: seen.grid for name, seen in self.sheets.items() if name != AS_AT_SHEET}


def look_at(session: WorkbookSession, wanted: Sequence[str], *, then_close: bool = False) -> Look:
    """The sheets of these names that are there, by the name each really has; where one is missing, all the others too,
    since it may have been renamed. Raises Unsettled, NeedsHuman, GiveUp, WorkbookApiRefused, WorkbookGone.
    """
    replies = session.look(paths_of(wanted), then_close=then_close)
    if replies[SHEETS].status == HTTPStatus.NOT_FOUND:
        raise WorkbookGone
    names, found = _names_in(replies[SHEETS]), {name.casefold(): replies[_used(name)] for name in wanted}
    there = {name: found[name.casefold()] for name in names if name.casefold() in found}
    others = [name for name in names if name not in there]
    if others and any(reply.status == HTTPStatus.NOT_FOUND for reply in found.values()):
        more = session.look([_used(name) for name in others])
        there |= {name: more[_used(name)] for name in others}
    return _look_of(names, there)


def paths_of(wanted: Sequence[str]) -> list[str]:
    """What is asked for a look at these sheets."""
    return [SHEETS, *map(_used, wanted)]


def look_in(wanted: Sequence[str], replies: Sequence[Reply | None]) -> Look | None:
    """The look that these answers to `paths_of` give; None where anything is missing in them."""
    whole = [reply for reply in replies if reply is not None and reply.status == HTTPStatus.OK]
    if len(whole) < len(wanted) + 1:
        return None
    names, found = _names_in(whole[0]), dict(zip(map(str.casefold, wanted), whole[1:], strict=True))
    return _look_of(names, {name: found[name.casefold()] for name in names if name.casefold() in found})


def _names_in(reply: Reply) -> tuple[str, ...]:
    return tuple(str(sheet["name"]) for sheet in reply.json()["value"])


def _look_of(names: tuple[str, ...], there: Mapping[str, Reply]) -> Look:
    return Look(
        names, {name: sheet_seen(reply.json()) for name, reply in there.items() if reply.status == HTTPStatus.OK}
    )


def needs_the_file(look: Look, layout: WorkbookLayout, wanted: Sequence[SheetRows], file: str) -> bool:
    """Whether a look says already that something is to be done that needs the workbook to itself. Raises NeedsHuman."""
    rows = {each.sheet: each for each in wanted}
    layouts = tuple(sheet for sheet in layout.sheets if sheet.name in rows)
    tables = find_tables(look.grids, layouts, file)
    return any(
        _Sheet(layout.sheet(name), rows[name], real, look.sheets[real], table, Written(frozenset())).changes().must_wait
        for name, (real, table) in tables.items()
    )


def _used(name: str) -> str:
    return f"/worksheets/{quote(name, safe='')}/usedRange?$select={ASKED}"


def settled[Found](look: Callable[[], Found], sleep: Callable[[float], None]) -> Found:
    """What a look finds; it is repeated while the service is unsettled, but not for ever. Raises RetryLater."""
    for _ in range(ROUNDS):
        try:
            return look()
        except Unsettled as unsettled:
            pause(unsettled.wait, sleep)
    raise RetryLater(TRY_AGAIN_AFTER)


def pause(wait: dt.timedelta, sleep: Callable[[float], None]) -> None:
    """Wait as the service asked. Raises RetryLater where that is too long."""
    if wait > PATIENCE:
        raise RetryLater(wait)
    if wait:
        sleep(wait.total_seconds())


@dataclass(slots=True, repr=False)
class _Sheet:
    """One sheet being drawn: what is wanted, its real name, what was seen of it last, and how far its table reaches
    where the service was asked.
    """

    layout: SheetLayout
    wanted: SheetRows
    name: str
    seen: SheetSeen
    table: Table
    written: Written
    extent: Extent | None = None
    added: list[RowsToAdd] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/tables/{table_name(self.layout)}"

    def changes(self) -> Changes:
        extent = self.extent or extent_of(self.seen, self.table)
        return changes(self.layout, self.seen, self.table, self.wanted, extent, self.written)


class LiveDrawing:
    """One drawing in one session. It looks at once; `finish` writes.

    `before`: what was seen a moment ago. Where nothing was to be written then, nothing is expected now: the look closes
    the session. What the look itself shows decides, and is written in another session.
    """

    def __init__(
        self,
        session: WorkbookSession,
        layout: WorkbookLayout,
        wanted: Sequence[SheetRows],
        as_at: str,
        file: str,
        sleep: Callable[[float], None],
        before: Look | None = None,
    ) -> None:
        """Look at every sheet to be drawn. Raises NeedsHuman, RetryLater, GiveUp, WorkbookApiRefused, WorkbookGone."""
        self._session, self._layout, self._file, self._sleep = session, layout, file, sleep
        self._wanted = {rows.sheet: rows for rows in wanted}
        self._as_at = {name: as_at_line(layout.sheet(name), rows, as_at) for name, rows in self._wanted.items()}
        self._sheets: dict[str, _Sheet] = {}
        self._asks_extents = False
        self._look(then_close=before is not None and self._stands_in(before))

    @property
    def must_wait(self) -> bool:
        """Whether something is to be done that needs the workbook to itself."""
        there = {plain(name) for name in self._names}
        is_missing = any(plain(sheet.name) not in there for sheet in self._layout.sheets)
        return is_missing or self._as_at_rows is None or any(each.changes().must_wait for each in self._sheets.values())

    def finish(self) -> None:
        """Write what can be written now, until it stands there. Raises as the beginning does."""
        for _ in range(ROUNDS):
            steps = self._steps()
            if not steps:
                return
            try:
                self._take_in(steps, self._session.do(steps))
            except Unsettled as unsettled:
                pause(unsettled.wait, self._sleep)
                self._asks_extents = True
                settled(self._look, self._sleep)
            else:
                if self._asks_extents:
                    settled(self._ask_extents, self._sleep)
            self._refuse_misplaced()
        raise NeedsHuman("the workbook is being changed over and over: run again in a minute", self._file)

    def _stands_in(self, before: Look) -> bool:
        """Whether all that is wanted stood there, as far as it was looked at. Nothing of it is remembered."""
        with contextlib.suppress(NeedsHuman):
            self._take_look(before)
            stands = not self.must_wait and not self._steps()
            self._sheets.clear()
            return stands
        return False

    def _look(self, *, then_close: bool = False) -> None:
        wanted = [*self._wanted, AS_AT_SHEET]
        self._take_look(settled(lambda: look_at(self._session, wanted, then_close=then_close), self._sleep))
        if self._asks_extents:
            self._ask_extents()

    def _take_look(self, look: Look) -> None:
        self._names = look.names
        hidden = look.sheets.get(AS_AT_SHEET)
        self._as_at_rows = [row[:2] for row in hidden.grid] if hidden is not None else None
        layouts = tuple(sheet for sheet in self._layout.sheets if sheet.name in self._wanted)
        for name, (real, table) in find_tables(look.grids, layouts, self._file).items():
            self._see(name, real, look.sheets[real], table)

    def _see(self, name: str, real: str, seen: SheetSeen, table: Table) -> None:
        layout, before = self._layout.sheet(name), self._sheets.get(name)
        written = before.written if before else Written(beside_peoples_rows(layout, table, seen))
        added = before.added if before else []
        self._sheets[name] = _Sheet(layout, self._wanted[name], real, seen, table, written, added=added)

    def _ask_extents(self) -> None:
        """How far each table really reaches; a sheet whose table people undid has to wait."""
        paths = {each.path + "/range?$select=address": each for each in self._sheets.values()}
        replies = self._session.look(list(paths))
        for path, sheet in paths.items():
            is_there = replies[path].status == HTTPStatus.OK
            sheet.extent = extent_at(replies[path].json()["address"]) if is_there else Extent(0, 0, 0)

    def _steps(self) -> list[Step]:
        """Every request this round: each sheet's, and then a look at it."""
        steps = list(self._as_at_steps())
        for sheet in self._sheets.values():
            needed = sheet.changes()
            if needed.is_nothing or sheet.extent == Extent(0, 0, 0):
                continue
            sheet.written.note(sheet.layout, needed)
            sheet.added = needed.added
            steps += [_column(sheet, header, cells) for header, cells in needed.columns.items()]
            steps += [_rows(sheet, rows) for rows in needed.added]
            steps.append(Step("GET", _used(sheet.name)))
        return steps

    def _as_at_steps(self) -> Iterator[Step]:
        """All the lines in one request; the sheet they stand on is nobody's but ours."""
        if self._as_at_rows is None:
            return
        lines = [[self._as_at.get(row[0]) if row else None] for row in self._as_at_rows]
        old = [row[1] if len(row) > 1 else "" for row in self._as_at_rows]
        if any(line[0] not in {None, text} for line, text in zip(lines, old, strict=True)):
            address = quote(f"B1:B{len(lines)}", safe="")
            yield Step("PATCH", f"/worksheets/{quote(AS_AT_SHEET)}/range(address='{address}')", {"values": lines})

    def _take_in(self, steps: Sequence[Step], replies: Sequence[Reply]) -> None:
        """What the looks at the end of each sheet's writing showed."""
        answers = {step.path: reply for step, reply in zip(steps, replies, strict=True) if step.method == "GET"}
        layouts = {each.name: each for each in self._sheets.values()}
        for each in layouts.values():
            if _used(each.name) in answers:
                seen = sheet_seen(answers[_used(each.name)].json())
                table = find_tables({each.name: seen.grid}, (each.layout,), self._file)[each.layout.name][1]
                self._see(each.layout.name, each.name, seen, table)
        if self._as_at_rows is not None:
            self._as_at_rows = [[*row[:1], self._as_at.get(row[0], "")] if row else [] for row in self._as_at_rows]

    def _refuse_misplaced(self) -> None:
        for each in self._sheets.values():
            if any(is_misplaced(each.layout, each.seen, each.table, rows, each.wanted) for rows in each.added):
                raise NeedsHuman(
                    f"columns of the sheet '{each.layout.name}' were moved while rows came in: delete the rows whose "
                    "cells stand in the wrong columns, and run again",
                    self._file,
                )
            each.added = []


def _column(sheet: _Sheet, header: str, cells: Mapping[int, Sent]) -> Step:
    """Some cells of one column, by its name. The number of rows goes with it, so that another number is refused."""
    rows = (sheet.extent or extent_of(sheet.seen, sheet.table)).rows
    heading = sheet.seen.grid[sheet.table.header_row - 1][sheet.table.columns[header] - 1]
    values = [[heading], *([cells.get(index)] for index in range(rows))]
    return Step("PATCH", f"{sheet.path}/columns/{quote(heading, safe='')}", {"values": values})


def _rows(sheet: _Sheet, rows: RowsToAdd) -> Step:
    return Step("POST", f"{sheet.path}/rows/add", {"index": rows.index, "values": [list(row) for row in rows.values]})
