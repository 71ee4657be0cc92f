"""What the store costs: save a day, load a year, verify the ledger; beside copying the same bytes in the same run.

Run: python bench/store.py
"""

import datetime as dt
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from connectors.store_sql import open_store
from connectors.store_sql.ledger import Line, write_entries
from firstbell.ports import Store
from firstbell.records import Marks
from rules.calendar.sessions import Session, both_sessions
from rules.codes import AttendanceCode
from rules.registers import Mark

PUPILS, DAYS, ENTRIES, REPEATS = 1500, 190, 20_000, 7
NINE = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
YEAR = (dt.date(2026, 9, 1), dt.date(2027, 8, 31))
CODES = (*[AttendanceCode.PRESENT_MORNING] * 18, AttendanceCode.ILLNESS, AttendanceCode.UNEXPLAINED)


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median time of an action."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def day_of_marks(sessions: tuple[Session, ...], seed: int) -> Marks:
    choose = random.Random(seed).choice  # noqa: S311 - no secret
    return Marks(NINE, tuple(Mark(f"P{n:05}", session, choose(CODES)) for session in sessions for n in range(PUPILS)))


def save(store: Store, marks: Marks) -> None:
    store.registers.save_marks(marks, by_name="MIS", by_role="MIS", reason="sync")


def report(what: str, taken: float, unit: float | None = None) -> None:
    print(f"{what:<44}{taken * 1000:>10.2f} ms" + (f"{taken / unit:>9.0f} x memcpy" if unit else ""))


def main() -> None:
    days = [both_sessions(YEAR[0] + dt.timedelta(days=n)) for n in range(DAYS)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        report("make a store", seconds(lambda: open_store(file, "st-bench").close(), 1))
        report("open a store", seconds(lambda: open_store(file, "st-bench").close()))
        with closing(open_store(file, "st-bench")) as store:
            registers(store, days)
            ledger(store)


def registers(store: Store, days: list[tuple[Session, ...]]) -> None:
    whole_year = Marks(NINE, tuple(mark for n, day in enumerate(days) for mark in day_of_marks(day, n).marks))
    report(f"save a year at once: {len(whole_year.marks):,} marks", seconds(lambda: save(store, whole_year), 1))
    report("save it again, nothing changed", seconds(lambda: save(store, whole_year), 3))
    fresh = iter([day_of_marks(days[-1], 1000 + n) for n in range(REPEATS)])
    report("save a day again, a tenth of it amended", seconds(lambda: save(store, next(fresh))))
    year = bytearray(PUPILS * DAYS * 2)
    copied = seconds(lambda: bytes(year), 101)
    report(f"copy {len(year):,} bytes", copied)
    report("load the year, every pupil's span", seconds(lambda: store.registers.spans(*YEAR)), copied)
    report("load one pupil's year", seconds(lambda: store.registers.span("P00042", *YEAR)), copied)


def ledger(store: Store) -> None:
    report(
        "append an entry, on disk before it returns",
        seconds(lambda: store.ledger.append("note", at=NINE, actor="bench", facts={"key": "one"}), 101),
    )
    facts = {"key": "st-bench:P00042:2026-09-01-AM:first_day_absence:C1", "reason": "no reason known by 09:45"}
    lines = [Line("note", facts, f"P{n:05}") for n in range(ENTRIES)]
    with store.ledger._database.writing() as connection:  # noqa: SLF001 - to fill it in one go
        write_entries(connection, "st-bench", lines, at=NINE, actor="bench")
    taken = seconds(store.ledger.verify, 3)
    print(f"{'verify the ledger':<44}{ENTRIES / taken:>10,.0f} entries/s")


if __name__ == "__main__":
    main()
