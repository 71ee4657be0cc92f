"""What a week costs: the weekly job over a demo-size school, and `firstbell measures` over the same school's files.

Run: python -m bench.weekly

Beside each stands a process that does the least there is to do with the same file of marks: read it with `csv.reader`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUPILS, REPEATS = 1264, 3
READ = "import csv, sys; print(sum(1 for row in csv.reader(open(sys.argv[1], encoding='utf-8', newline=''))))"
EXPECTED = {0, 1}  # done, and done with something for a person


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and processor seconds of one process, and the most memory it held, in megabytes."""

    wall: float
    processor: float
    memory: float


def run(*arguments: object) -> Cost:
    """The cost of one Python process. Raises RuntimeError when it fails, for a crash is quick and proves nothing."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, arguments)], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in EXPECTED:
        raise RuntimeError(f"{arguments} left with {process.returncode}")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def report(what: str, costs: list[Cost], against: list[Cost]) -> None:
    wall, processor, memory = (statistics.median(getattr(c, name) for c in costs) for name in Cost.__slots__)
    ratio = processor / statistics.median(cost.processor for cost in against)
    print(f"{what:<46}{wall:>7.2f} s wall{processor:>7.2f} s processor{ratio:>7.1f} x{memory:>6.0f} MB")


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - so that each process finds compiled files
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        run("-m", "firstbell", "demo", "--out", out, "--pupils", PUPILS)
        mis = out / "mis"
        files = ("--marks", mis / "marks.csv", "--calendar", mis / "calendar.toml", "--pupils", mis / "pupils.csv")
        config = ("--config", out / "school.toml")
        reading, weeks, measured = [], [], []
        for again in range(REPEATS):
            reading.append(run("-c", READ, mis / "marks.csv"))
            weeks.append(run("-m", "firstbell", "run", "weekly", *config, "--at", f"2026-11-23T16:{30 + again}"))
            measured.append(run("-m", "firstbell", "measures", *files, "--as-of", "2026-11-20", "--json"))
        report("reading the marks with csv.reader", reading, reading)
        report(f"the weekly job, {PUPILS} pupils", weeks, reading)
        report(f"firstbell measures --json, {PUPILS} pupils", measured, reading)


if __name__ == "__main__":
    main()
