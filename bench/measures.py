"""How long a school's measures take from a cold start, beside a bare bytes kernel that finds the same figures.

    python bench/measures.py [pupils]

Each figure is the median of five fresh processes. The kernel does no more than it must: no findings, no sentences, no
checks of codes. The ratio is what the explanations cost; absolute times depend on the machine.
"""

import datetime as dt
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

STARTED = time.perf_counter()
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SESSIONS = 380
REPEATS = 5


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(Path(sys.argv[2]), trace="--trace" in sys.argv)))
        return
    pupils = int(sys.argv[1]) if sys.argv[1:] else 1500
    with tempfile.TemporaryDirectory() as folder:
        registers = Path(folder) / "registers.bin"
        registers.write_bytes(b"".join(made_up_registers(pupils)))
        runs = [run_child(registers) for _ in range(REPEATS)]
        traced = run_child(registers, "--trace")
    cold, warm, kernel = (statistics.median(run[key] for run in runs) for key in ("cold", "measures", "kernel"))
    ratio = statistics.median(run["measures"] / run["kernel"] for run in runs)
    print(f"{pupils} pupils x {SESSIONS} sessions, median of {REPEATS} fresh processes")
    print(f"cold start to all answers   {cold * 1000:8.0f} ms  (of which imports {(cold - warm) * 1000:.0f} ms)")
    print(f"measures alone              {warm * 1000:8.0f} ms")
    print(f"bare bytes kernel           {kernel * 1000:8.0f} ms")
    print(f"measures / kernel           {ratio:8.2f} x")
    print(f"peak of Python's memory     {traced['peak'] / 1e6:8.1f} MB")


def run_child(registers: Path, *options: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", str(registers), *options]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def child(registers: Path, *, trace: bool) -> dict[str, float]:
    from firstbell.testing.calendars import example_calendar  # noqa: PLC0415 - imports are part of what is measured
    from firstbell.workflows.watch.arranging import PupilRegister  # noqa: PLC0415
    from firstbell.workflows.watch.measures import measure_pupil  # noqa: PLC0415
    from rules.registers import RegisterSpan  # noqa: PLC0415
    from rules.school_age import school_age  # noqa: PLC0415

    if trace:
        tracemalloc.start()
    begun = time.perf_counter()
    calendar = example_calendar()
    sessions = calendar.sessions(dt.date(2026, 9, 3), calendar.last)[:SESSIONS]
    as_of, first = sessions[-1].date, sessions[0].date
    blob = registers.read_bytes()
    rows = [blob[start : start + SESSIONS] for start in range(0, len(blob), SESSIONS)]
    measured = []
    for number, row in enumerate(rows):
        age = school_age(dt.date(2011, 9, 1) + dt.timedelta(days=number % 1600), as_of)
        register = PupilRegister(RegisterSpan(f"{number}", sessions, row), "9", age, ())
        measured.append(measure_pupil(register, calendar, as_of, first))
    done = time.perf_counter()
    weeks = bytes(calendar.school_week(session.date) for session in sessions)
    kernel_begun = time.perf_counter()
    bare = [kernel(row, weeks) for row in rows]
    kernel_done = time.perf_counter()
    agree(measured, bare)
    peak = tracemalloc.get_traced_memory()[1] if trace else 0
    return {
        "cold": done - STARTED,
        "measures": done - begun,
        "kernel": kernel_done - kernel_begun,
        "peak": peak,
    }


PRESENT, UNAUTHORISED, ILL, N = b"\x01\x02\x03", b"\x13\x14\x15\x16", 13, 20
CLASSES = bytes(
    ord("-") if b == 0 else ord("p") if b <= 8 else ord("a") if b <= 18 else ord("u") if b <= 22 else ord("x")  # noqa: PLR2004
    for b in range(256)
)
MISSED = {b"uu", b"u-", b"-u"}
ONE_UNAUTHORISED = re.compile(b"u")


def kernel(row: bytes, weeks: bytes) -> tuple[int, int, int, bool, bool, int | None, int, int, int]:
    """Possible, attending, unauthorised, persistent, severe, tenth position, window, longest run, illness."""
    classes = row.translate(CLASSES)
    attending, authorised, unauthorised = classes.count(b"p"), classes.count(b"a"), classes.count(b"u")
    absent = authorised + unauthorised
    possible = attending + absent
    places = [found.start() for found in ONE_UNAUTHORISED.finditer(classes)]
    tenth = next((b for a, b in zip(places, places[9:], strict=False) if weeks[b] - weeks[a] < 10), None)  # noqa: PLR2004
    window = sum(weeks[-1] - weeks[place] < 10 for place in places)  # noqa: PLR2004
    days = b"".join(b"u" if classes[i : i + 2] in MISSED else b"." for i in range(0, len(row), 2)) if places else b""
    longest = max(map(len, days.split(b".")))
    return (
        *(possible, attending, unauthorised, absent * 10 >= possible > 0, absent * 2 >= possible > 0),
        *(tenth, window, longest, row.count(ILL)),
    )


def agree(measured: list, bare: list) -> None:  # type: ignore[type-arg]
    """A faster kernel that finds something else would be no yardstick."""
    for one, (*figures, tenth, window, longest, ill) in zip(measured, bare, strict=True):
        counts = one.counts
        mine = [counts.possible, counts.attending, counts.unauthorised]
        assert [*mine, one.persistently_absent.is_met, one.severely_absent.is_met] == figures  # noqa: S101
        assert (one.penalty_notice.threshold_met_on is None) == (tenth is None)  # noqa: S101
        assert one.penalty_notice.sessions_in_window == window  # noqa: S101
        assert (one.continuous_absence.school_days, one.illness.sessions) == (longest, ill)  # noqa: S101


def made_up_registers(pupils: int) -> list[bytes]:
    """Registers with the national picture: 7 % absence in spells, a third of it unauthorised, N only lately."""
    chance = random.Random(20261123)  # noqa: S311 - made-up registers, not secrets
    return [made_up_register(chance, chance.choice([0.01, 0.02, 0.02, 0.03, 0.08])) for _ in range(pupils)]


def made_up_register(chance: random.Random, begins: float) -> bytes:
    row = bytearray(b"\x01\x02" * (SESSIONS // 2))
    at = 0
    while at < SESSIONS:
        if chance.random() < begins:
            length = chance.choice([1, 2, 2, 4, 6])
            byte = chance.choice([13, 13, 13, 15, 21, 19, 22, 11])
            row[at : at + length] = bytes([byte]) * len(row[at : at + length])
            at += length
        at += 1
    if chance.random() < begins:
        row[-4] = N
    return bytes(row)


if __name__ == "__main__":
    main()
