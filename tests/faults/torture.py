"""`make torture`: a million simulated mornings, every operation's every fault, and two thousand killed processes.

Run: python -m tests.faults.torture [--mornings N] [--kills N] [--from-seed N] [--processes N]
"""

import argparse
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.faults.everywhere import one_run, one_run_killed_twice, two_runs
from tests.faults.killing import WAYS, Tally, kill_again_and_again
from tests.faults.morning import play
from tests.faults.plan import Plan, drawn
from tests.faults.shrink import corpus, keep, shrunk

A_CHUNK = 500
SEALED_EVERY = 16
REQUESTS = ("create", "send", "look up", "discard")
OVERTAKEN = "the mark changed between the last look and the sending"
Chunk = tuple[Counter[str], list[int]]


def mornings_of(seeds: range) -> Chunk:
    """Play the mornings of these seeds; what they came to, and the seeds that went wrong."""
    counts, wrong = Counter[str](), []
    for seed in seeds:
        outcome = play(drawn(seed), with_ledger=seed % SEALED_EVERY == 0)
        counts.update(outcome.counts)
        if outcome.wrong:
            wrong.append(seed)
    return counts, wrong


def all_mornings(first: int, number: int, processes: int, console: Console) -> tuple[Counter[str], list[int], float]:
    """The mornings of so many seeds, on several processors."""
    chunks = [range(each, min(each + A_CHUNK, first + number)) for each in range(first, first + number, A_CHUNK)]
    counts, wrong, started = Counter[str](), [], time.perf_counter()
    # Fresh processes, for a fork would inherit the runs' threads without their being alive.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for some, failed in track(pool.map(mornings_of, chunks), "mornings", len(chunks), console=console):
            counts.update(some)
            wrong += failed
            for seed in failed:
                console.print(f"seed {seed}: {play(drawn(seed)).wrong}")
    return counts, wrong, time.perf_counter() - started


def everywhere(console: Console) -> tuple[int, list[Plan]]:
    """Every fault at every operation: how many plans, and those that went wrong."""
    plans = list(chain(one_run(), one_run_killed_twice(), two_runs()))
    wrong = [plan for plan in track(plans, "every operation", console=console) if play(plan, with_ledger=False).wrong]
    return len(plans), wrong


def keep_the_smallest(plans: Iterable[Plan]) -> None:
    """What went wrong goes into the corpus, as small as it gets."""
    for plan in plans:
        keep(shrunk(plan, lambda each: bool(play(each).wrong)))


def killed(number: int, console: Console) -> Iterator[tuple[str, Tally]]:
    """Real processes killed, the kills shared out among the ways out of the building."""
    for way in WAYS if number else ():
        share = max(1, number * WAYS[way].share // 100)
        console.print(f"killing {share} processes: {way}")
        yield way, kill_again_and_again(way, share, say=_every(50, console))


def _every(so_many: int, console: Console) -> Callable[[int], None]:
    return lambda number: console.print(f"  {number} killed") if number % so_many == 0 else None


def summary(counts: Counter[str], seconds: float) -> Table:
    """The figures of the simulated mornings, as docs/reliability.md has them."""
    table = Table(title="Simulated mornings", title_justify="left", show_header=False)
    went = counts["messages that went"]
    requests = sum(counts[f"requests: {step}"] for step in REQUESTS)
    kinds = {kind: sum(n for met, n in counts.items() if met.startswith(kind)) for kind in ("kill", "busy", "lost")}
    told = {
        "mornings": counts["mornings"],
        "a second": round(counts["mornings"] / max(seconds, 0.001)),
        "messages that went": went,
        "runs killed": kinds["kill"],
        "calls refused as busy": kinds["busy"],
        "answers or calls lost": kinds["lost"],
        "runs stopped past their lease": counts["sleep"],
        "recalled because the mark had changed": counts["came to recalled"],
        "mark changed between the last look and the sending": counts[OVERTAKEN],
        "left to a person: killed while calling it off": counts["held: killed while calling it off"],
        "left to a person: somebody deleted the draft": counts["held: somebody deleted drafts"],
        "left to a person: over SMTP": counts["held: over SMTP"],
        "told again in doubt, over SMTP only": counts["told twice in doubt (SMTP)"],
    }
    for what, number in told.items():
        table.add_row(what, f"{number:,}")
    table.add_row("requests a message", f"{requests / max(went, 1):.2f}")
    return table


def killed_table(tallies: dict[str, Tally]) -> Table:
    """The figures of the killed processes."""
    table = Table("way out", "messages", "killed", "lost", "twice", "held", "seconds a kill", title="Killed processes")
    for way, tally in tallies.items():
        row = (tally.messages, tally.kills, tally.lost, tally.twice, tally.held)
        table.add_row(way, *(f"{number:,}" for number in row), f"{tally.seconds / max(tally.kills, 1):.2f}")
    return table


def main() -> int:
    """Run all of it; 1 when anything went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mornings", type=int, default=1_000_000)
    options.add_argument("--kills", type=int, default=2_000)
    options.add_argument("--from-seed", type=int, default=0)
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--without-everywhere", action="store_true", help="leave out the fault at every operation")
    asked = options.parse_args()
    console = Console()
    once_wrong = [plan for plan in corpus() if play(plan).wrong]
    plans, wrong_plans = (0, []) if asked.without_everywhere else everywhere(console)
    console.print(f"every operation: {plans:,} mornings, {len(wrong_plans)} wrong; corpus: {len(once_wrong)} wrong")
    console.print(f"seeds {asked.from_seed:,} to {asked.from_seed + asked.mornings - 1:,}")
    counts, wrong, seconds = all_mornings(asked.from_seed, asked.mornings, asked.processes, console)
    keep_the_smallest([*wrong_plans, *map(drawn, wrong[:10])])
    console.print(summary(counts, seconds))
    tallies = dict(killed(asked.kills, console))
    console.print(killed_table(tallies))
    bad = [*once_wrong, *wrong_plans, *wrong, *(way for way, tally in tallies.items() if not tally.is_kept(way))]
    console.print(f"went wrong: {len(bad)}{' ' + str(bad[:10]) if bad else ''}")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
