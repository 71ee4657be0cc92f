"""What drawing a workbook in Microsoft 365 costs, beside drawing the same workbook as a file, in the same run.

    python -m bench.live_workbook

The Attendance workbook with rows on each of its sheets, drawn into the Microsoft 365 of pretence over a real
connection: requests, those inside batches, and seconds. A real service answers a request in some tenths of a second, so
the requests are the figure that counts.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from connectors._xlsx.drawing import drawn
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.workbook import GraphWorkbook
from firstbell.records import SheetRows
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.server import running
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson
from sheets_templates import Cell, Column, Editor, Kind, SheetLayout
from sheets_templates.attendance import ATTENDANCE

TENANT, DRIVE, FILE = "11111111-2222-3333-4444-555555555555", "attendance", "Attendance.xlsx"
ROWS, CHANGED, GONE = 75, 75, 10
BATCH = "POST /$batch"


def rows_of(layout: SheetLayout, changed: int = 0) -> SheetRows:
    """A morning's rows; in the first `changed` of them one cell is another."""

    def cell(column: Column, number: int) -> Cell:
        if column.editor is Editor.PEOPLE or column.kind is Kind.DATE:
            return None
        return number if column.kind is not Kind.TEXT else f"{column.header} {number}"

    rows = {f"key-{n:03}": {c.header: cell(c, n) for c in layout.columns} for n in range(ROWS)}
    text = next(c.header for c in layout.columns if c.editor is Editor.SYSTEM and c.kind is Kind.TEXT)
    for key in list(rows)[:changed]:
        rows[key][text] = f"{rows[key][text]}, changed"
    return SheetRows(layout.name, rows)


def school(changed: int = 0, gone: int = 0) -> list[SheetRows]:
    """All sheets; changes in Today only, and the last rows gone from there."""
    sheets = [rows_of(sheet, changed if sheet.name == "Today" else 0) for sheet in ATTENDANCE.sheets]
    return [
        replace(sheet, rows=dict(list(sheet.rows.items())[: ROWS - gone])) if sheet.sheet == "Today" else sheet
        for sheet in sheets
    ]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measured(name: str, tenant: Tenant, clock: FakeClock, work: Callable[[], object], beside: float) -> None:
    clock.advance(minutes=3)
    tenant.seen.clear()
    taken = seconds(work)
    inside = sum(seen.held for seen in tenant.seen)
    print(f"{name:34} {len(tenant.seen) - inside:8} {inside:8} {taken:9.2f} s {taken / beside:6.1f} x")


def main() -> None:
    clock = FakeClock()
    tenant = Tenant(TENANT, clock.now)
    tenant.apps["app"] = App("app", secret="of-pretence", sites=frozenset({"site"}))  # noqa: S106 - no secret
    tenant.drives[DRIVE] = Drive.empty(DRIVE, "site", clock.now(), {})
    file = seconds(lambda: drawn(None, ATTENDANCE, school(), as_at="09:45", file=FILE))
    print(f"{'the same as a file':34} {'':8} {'':8} {file:9.2f} s    1.0 x")
    with tempfile.TemporaryDirectory() as folder, running(Sandbox(tenant, ROUTES), Path(folder)) as listening:
        settings = Microsoft365Settings(
            tenant_id=TENANT,
            client_id="app",
            sign_in="secret",
            secret="app",  # noqa: S106 - the name of one
            graph_url=f"{listening.url}/v1.0",
            sign_in_url=listening.url,
            certificate_authority=listening.certificate_authority,
        )
        with Graph(settings, FakeSecrets(app="of-pretence")) as graph:
            workbook = GraphWorkbook(graph, DRIVE, FILE, clock)
            person = LivePerson(tenant, DRIVE, FILE)

            def draw(changed: int, at: str, gone: int = 0) -> Callable[[], object]:
                return lambda: workbook.draw(ATTENDANCE, school(changed, gone), as_at=at)

            print(f"{'':34} {'requests':>8} {'inside':>8}")
            measured("first drawing", tenant, clock, draw(0, "09:45"), file)
            person.looks_at_it()
            measured("reading, somebody has it open", tenant, clock, lambda: workbook.read(ATTENDANCE), file)
            measured("nothing new, open", tenant, clock, draw(0, "09:45"), file)
            measured("only the time, open", tenant, clock, draw(0, "09:50"), file)
            measured(f"{CHANGED} rows changed, open", tenant, clock, draw(CHANGED, "09:55"), file)
            measured(f"{GONE} rows to go, open", tenant, clock, draw(CHANGED, "10:00", GONE), file)
            person.closes_it()
            measured(f"{GONE} rows to go, closed", tenant, clock, draw(CHANGED, "10:05", GONE), file)


if __name__ == "__main__":
    main()
