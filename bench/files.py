"""How long it takes to read a school year of marks, beside what reading the same file cannot cost less than.

    python bench/files.py [PUPILS] [SESSIONS]

Marks as a row a mark: CSV against csv.reader, .xlsx against python-calamine. The last line is a second look at an
unchanged file, which happens before every message. Processor time, since the machine may be busy.
"""

import csv
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import python_calamine
from openpyxl import Workbook

from connectors.files import FilesMis, read_marks
from firstbell.records import School
from firstbell.testing.calendars import example_calendar
from firstbell.testing.mis_conformance import Exported, pupil
from firstbell.testing.plain_files import write_exports, write_marks
from rules.codes import AttendanceCode
from rules.registers import Mark

PUPILS, SESSIONS, ROUNDS = 1_264, 110, 7
HEADER = ("pupil_id", "date", "session", "code", "minutes_late")


def milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def made_marks(pupils: int, sessions: int) -> list[Mark]:
    calendar = example_calendar()
    chosen = calendar.sessions(dt.date(2026, 9, 3), dt.date(2027, 7, 23))[:sessions]
    present = {"AM": AttendanceCode.PRESENT_MORNING, "PM": AttendanceCode.PRESENT_AFTERNOON}
    return [
        Mark(f"{number:06}", session, AttendanceCode.ILLNESS if (number + at) % 17 == 0 else present[session.half])
        for number in range(pupils)
        for at, session in enumerate(chosen)
    ]


def write_xlsx(path: Path, marks: list[Mark]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Marks")
    sheet.append(HEADER)
    for mark in marks:
        sheet.append((mark.pupil_id, mark.session.date, str(mark.session.half), str(mark.code), None))
    book.save(path)


def csv_alone(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def calamine_alone(path: Path) -> list[list[object]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def second_look(folder: Path, marks: list[Mark]) -> float:
    ids = sorted({mark.pupil_id for mark in marks})
    write_exports(folder, Exported(tuple(pupil(i, "Sam") for i in ids), (), ()))
    write_marks(folder / "marks.csv", marks)
    mis = FilesMis(folder, School("bench", "Bench"), folder / "column-mapping.toml")
    day = marks[-1].session.date
    mis.marks(day, day)
    return milliseconds(lambda: mis.marks(day, day))


def report(name: str, ours: float, floor: float) -> None:
    print(f"{name:<28}{ours:>9.1f} ms{floor:>9.1f} ms alone{ours / floor:>7.1f} x")


def main() -> None:
    pupils, sessions = (int(text) for text in (*sys.argv[1:3], *(PUPILS, SESSIONS)[len(sys.argv[1:3]) :]))
    marks = made_marks(pupils, sessions)
    print(f"{pupils:,} pupils x {sessions} sessions = {len(marks):,} marks; median of {ROUNDS}")
    with tempfile.TemporaryDirectory() as made:
        text, book, folder = Path(made) / "marks.csv", Path(made) / "marks.xlsx", Path(made) / "exports"
        folder.mkdir()
        write_marks(text, marks)
        write_xlsx(book, marks)
        if [list(read_marks(path).marks) for path in (text, book)] != [marks, marks]:
            raise SystemExit("what was read is not what was written")
        report("CSV, against csv.reader", milliseconds(lambda: read_marks(text)), milliseconds(lambda: csv_alone(text)))
        floor = milliseconds(lambda: calamine_alone(book))
        report("XLSX, against calamine", milliseconds(lambda: read_marks(book)), floor)
        print(f"{'second look, unchanged':<28}{second_look(folder, marks):>9.2f} ms")


if __name__ == "__main__":
    main()
