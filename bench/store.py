"""What the store costs, in a file and on a server: save a day, load a year, verify the ledger; beside copying the same
bytes in the same run. The server is on this computer and keeps what it is told; a network adds a way there and back to
each statement.

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

import psycopg

from connectors.store_sql import open_server_store, open_store
from connectors.store_sql.ledger import Line, write_entries
from connectors.store_sql.prepare import prepare_server_store
from firstbell.ports import Store
from firstbell.records import Marks
from firstbell.settings import StoreSettings
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.postgres_server import PASSWORD, SUPERUSER, PostgresServer, running_server
from rules.calendar.sessions import Session, both_sessions
from rules.codes import AttendanceCode
from rules.registers import Mark

SCHOOL = "st-bench"
JOBS, OWNERS = "jobs", "owners"
SECRETS = FakeSecrets(**{JOBS: "choose another long one", OWNERS: "choose a long one"})
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
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite")
        file = Path(folder) / "store.db"
        report("make a store", seconds(lambda: open_store(file, SCHOOL).close(), 1))
        bench(lambda: open_store(file, SCHOOL))
    with running_server(keeps=True) as server:
        print("\nPostgreSQL")
        settings = set_up(server)
        report("prepare a store", seconds(lambda: prepare(settings), 1))
        report("prepare it again", seconds(lambda: prepare(settings)))
        bench(lambda: open_server_store(settings, SECRETS, SCHOOL))


def set_up(server: PostgresServer) -> StoreSettings:
    """The roles and the database of docs/store.md, with the passwords there."""
    page = (Path(__file__).parents[1] / "docs" / "store.md").read_text(encoding="utf-8")
    statements = page.split("```sql\n")[1].split("```")[0].split(";")
    where = {"host": server.host, "port": server.port, "user": SUPERUSER, "password": PASSWORD, "dbname": "postgres"}
    with psycopg.connect(**where, sslmode="disable", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    return StoreSettings(kind="postgres", host=server.host, port=server.port, tls="off", password_secret=JOBS)


def prepare(settings: StoreSettings) -> None:
    prepare_server_store(settings, SECRETS, SCHOOL, owner="firstbell_owner", secret=OWNERS)


def bench(opened: Callable[[], Store]) -> None:
    days = [both_sessions(YEAR[0] + dt.timedelta(days=n)) for n in range(DAYS)]
    report("open a store", seconds(lambda: opened().close()))
    with closing(opened()) as store:
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
        write_entries(connection, SCHOOL, lines, at=NINE, actor="bench")
    taken = seconds(store.ledger.verify, 3)
    print(f"{'verify the ledger':<44}{ENTRIES / taken:>10,.0f} entries/s")


if __name__ == "__main__":
    main()
