"""Mornings of `firstbell serve` killed at sends, at cards and at random, from the timer to Microsoft 365.

The third part of `make torture`.
Run: python -m tests.faults.served_torture [--mornings N] [--from-seed N] [--schools N] [--kills N]
"""

import argparse
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.served import PLACES, Tally, play_served

MOST_SHOWN = 8


def summary(tally: Tally, seconds: float) -> Table:
    """The figures, as docs/reliability.md has them."""
    told = {
        "mornings": tally.mornings,
        "starts of the host": tally.starts,
        "of these killed": tally.kills,
        "left waiting for a busy service, and killed": tally.waits,
        "requests to the sandbox": tally.requests,
        "faults that struck": tally.faults,
        "messages that left": tally.messages,
        "refused by the service, so told by telephone": tally.by_phone,
        "given up after five tries, and told": tally.set_aside,
        "stopped when a killed run had begun to send": tally.stopped_on_its_way,
        "wrong": len(tally.wrong),
        "seconds": round(seconds),
    }
    table = Table(
        title="Served mornings, killed at sends, at cards and at random", title_justify="left", show_header=False
    )
    for what, number in told.items():
        table.add_row(what, f"{number:,}")
    for place in PLACES:
        table.add_row(f"surely killed {place}", f"{tally.struck[place]:,}")
    for what, number in tally.killed_at.most_common(MOST_SHOWN):
        table.add_row(f"killed when the last request was {what}", f"{number:,}")
    return table


def main() -> int:
    """Run all of it; 1 when anything went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mornings", type=int, default=20)
    options.add_argument("--from-seed", type=int, default=0)
    options.add_argument("--schools", type=int, default=3)
    options.add_argument("--kills", type=int, default=5, help="by chance in each morning, at most")
    asked = options.parse_args()
    console, started, tally = Console(), time.perf_counter(), Tally()
    for seed in range(asked.from_seed, asked.from_seed + asked.mornings):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            wrong = play_served(Path(folder), seed, asked.schools, tally, kills=asked.kills)
        tally.wrong += wrong
        console.print(f"seed {seed}: {tally.kills} kills so far", *wrong, sep="\n  ", markup=False)
    console.print(summary(tally, time.perf_counter() - started))
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
