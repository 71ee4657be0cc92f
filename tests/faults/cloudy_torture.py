"""Bad mornings in Microsoft 365: every kind of fault at every kind of request, and many at random.

The second part of `make torture`.
Run: python -m tests.faults.cloudy_torture [--mornings N] [--from-seed N] [--processes N]
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.table import Table

from firstbell.testing.microsoft.faults import Fault
from firstbell.testing.microsoft.server import Running
from tests.faults.cloudy import Outcome, aimed, drawn, morning
from tests.faults.school_morning import listening

COUNTED = ("lost", "never arrived", "twice", "too many")
_OPEN = ExitStack()
Named = tuple[str, Fault | int]


@cache
def _service() -> Running:
    """A sandbox for as long as this process lives."""
    folder = _OPEN.enter_context(tempfile.TemporaryDirectory())
    return _OPEN.enter_context(listening(Path(folder)))


def played(named: Named) -> tuple[str, Outcome]:
    """The morning of one fault, or of the faults of a seed."""
    name, what = named
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return name, morning(Path(folder), _service(), drawn(what) if isinstance(what, int) else [what])


def all_mornings(named: Iterable[Named], processes: int, console: Console) -> dict[str, Outcome]:
    """Play them on several processors, and tell at once of each that went wrong."""
    outcomes = {}
    # Fresh processes, for a fork would inherit threads without their being alive.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for name, outcome in pool.map(played, named):
            outcomes[name] = outcome
            if outcome.wrong:
                console.print(f"{name}: {outcome.wrong}")
    return outcomes


def summary(outcomes: Iterable[Outcome], seconds: float) -> Table:
    """The figures, as docs/reliability.md has them."""
    each = list(outcomes)
    wrong = Counter(what for outcome in each for what in outcome.wrong)
    told = {
        "mornings": len(each),
        "runs": sum(outcome.runs for outcome in each),
        "faults that struck": sum(outcome.faults for outcome in each),
        "sentences that people were told": sum(len(outcome.said) for outcome in each),
        "refused by the service, so told by telephone": sum(outcome.by_phone for outcome in each),
        "lost": wrong["lost"] + wrong["never arrived"],
        "twice": wrong["twice"] + wrong["too many"],
        "anything else wrong": sum(wrong.values()) - sum(wrong[w] for w in COUNTED),
        "seconds": round(seconds),
    }
    table = Table(title="Bad mornings in Microsoft 365", title_justify="left", show_header=False)
    for what, number in told.items():
        table.add_row(what, f"{number:,}")
    return table


def main() -> int:
    """Run all of it; 1 when anything went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mornings", type=int, default=200, help="how many with faults at random")
    options.add_argument("--from-seed", type=int, default=0)
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--without-aimed", action="store_true", help="leave out each fault at each request")
    asked = options.parse_args()
    console, started = Console(), time.perf_counter()
    seeds = range(asked.from_seed, asked.from_seed + asked.mornings)
    named: list[Named] = [] if asked.without_aimed else list(aimed())
    outcomes = all_mornings([*named, *((f"seed {seed}", seed) for seed in seeds)], asked.processes, console)
    console.print(summary(outcomes.values(), time.perf_counter() - started))
    return 1 if any(outcome.wrong for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
