"""How long drawing and reading a workbook takes, beside the plainest thing that could be done with the same cells.

    python -m bench.workbook

One sheet of 1,500 rows and 40 columns, 10 of them people's with drop-downs, 3 with tones. Drawing is compared with
writing the same cells as csv, reading people's edits with python-calamine reading the same file, in the same run.
"""

import csv
import io
import statistics
import tempfile
import time
from collections.abc import Callable

import python_calamine

from connectors._xlsx.drawing import drawn
from connectors._xlsx.reading import grids
from connectors._xlsx.tables import find_tables
from firstbell.records import SheetRows
from sheets_templates import Column, Editor, Highlight, SheetLayout, Tone, WorkbookLayout

ROWS, COLUMNS, PEOPLES, TONED = 1_500, 40, 10, 3
ROUNDS = 5


def layout() -> WorkbookLayout:
    tones = (Highlight(("cell 0",), Tone.ALARM),)
    ours = [Column(f"System {n}", "A note.", 14, highlights=tones * (n < TONED)) for n in range(COLUMNS - PEOPLES)]
    theirs = [Column(f"People {n}", "A note.", 14, Editor.PEOPLE, choices=("yes", "no")) for n in range(PEOPLES)]
    sheet = SheetLayout("Bench", "Bench", "A sheet as large as a school's.", (*ours, *theirs), "Nothing.")
    return WorkbookLayout("Bench", "Nobody", (sheet,))


def cells(of: WorkbookLayout, changed: str = "") -> SheetRows:
    headers = [column.header for column in of.sheets[0].columns]
    rows = {f"pupil-{n:04}": dict.fromkeys(headers, f"cell {n % 7}{changed}") for n in range(ROWS)}
    return SheetRows("Bench", rows)


def as_csv(rows: SheetRows) -> None:
    with tempfile.TemporaryFile("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([key, *row.values()] for key, row in rows.rows.items())


def milliseconds(work: Callable[[], object]) -> float:
    """The median of some rounds, in processor time: what else the machine does then matters less."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return statistics.median(taken)


def calamine(content: bytes) -> None:
    python_calamine.CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_name("Bench").to_python()


def main() -> None:
    bench = layout()
    first, second = cells(bench), cells(bench, " changed")
    content = drawn(None, bench, [first], as_at="09:45", file="Bench.xlsx")
    csv_write = milliseconds(lambda: as_csv(first))
    calamine_read = milliseconds(lambda: calamine(content))
    lines = [
        ("csv, written", csv_write, csv_write),
        ("first drawing", milliseconds(lambda: drawn(None, bench, [first], as_at="", file="")), csv_write),
        ("redrawing, nothing new", milliseconds(lambda: drawn(content, bench, [first], as_at="", file="")), csv_write),
        ("redrawing, all new", milliseconds(lambda: drawn(content, bench, [second], as_at="", file="")), csv_write),
        ("python-calamine, read", calamine_read, calamine_read),
        ("reading edits", milliseconds(lambda: find_tables(grids(content, ""), bench.sheets, "")), calamine_read),
    ]
    for name, taken, beside in lines:
        print(f"{name:24} {taken:8.1f} ms  {taken / beside:6.1f} x")


if __name__ == "__main__":
    main()
