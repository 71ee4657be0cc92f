"""What a whole morning costs: the demo as a process, and one run of first-day contact over its data.

Run: python -m bench.morning
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PUPILS, REPEATS = 1264, 3


def run(*arguments: object) -> tuple[float, float, str]:
    """Wall and processor seconds of one firstbell process, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-m", "firstbell", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout + done.stderr


def report(what: str, walls: list[float], cpus: list[float]) -> None:
    print(f"{what:<52}{statistics.median(walls):>8.2f} s wall{statistics.median(cpus):>8.2f} s processor")


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - so that each process finds compiled files
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        demos = [run("demo", "--out", out, "--pupils", PUPILS) for _ in range(REPEATS)]
        report(f"demo: a morning of {PUPILS} pupils, ten jobs", [d[0] for d in demos], [d[1] for d in demos])
        config = out / "school.toml"
        starts = [run("--version") for _ in range(REPEATS)]
        report("an empty command", [s[0] for s in starts], [s[1] for s in starts])
        runs = [
            run("run", "first-day-contact", "--config", config, "--at", f"2026-11-23T10:{50 + n}")
            for n in range(REPEATS)
        ]
        report("one run of first-day contact, nothing new", [r[0] for r in runs], [r[1] for r in runs])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'peak memory of the largest of these processes':<52}{peak:>8.0f} MB")


if __name__ == "__main__":
    main()
