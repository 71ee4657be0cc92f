"""A fault at the first operation, then at the second, and so on to the last: of every kind, with one run and two."""

from collections.abc import Iterator
from dataclasses import replace

from tests.faults.morning import play
from tests.faults.plan import FAULTS, KILLS, Plan

# Two families, one with two children. Beside that: what nobody knows of the provider.
ORDINARY = Plan(addresses=(0, 0, 1), rounds=2)
PROVIDERS = tuple(
    replace(ORDINARY, second_send=second, lag=lag, lag_shows=shows)
    for second, lag, shows in (("refused", 0, "absent"), ("ignored", 3, "absent"), ("refused", 3, "draft"))
)
SMTP = replace(ORDINARY, service="smtp")
# With two runs: how many operations one makes before the other goes on.
TURNS = (1, 2, 3, 5)


def one_run() -> Iterator[Plan]:
    """Every operation, every fault, every provider."""
    for plan in (*PROVIDERS, SMTP, replace(SMTP, is_signed=True)):
        yield from _everywhere(plan)


def one_run_killed_twice() -> Iterator[Plan]:
    """Killed at every operation, and the run after it killed at every one of its own."""
    length = operations(ORDINARY)
    for first in range(length):
        for second in range(first + 1, length):
            yield replace(ORDINARY, rounds=3, faults={first: KILLS[first % 2], second: KILLS[second % 2]})


def two_runs() -> Iterator[Plan]:
    """The same with another run beside it, at several paces."""
    for plan in PROVIDERS:
        for every in TURNS:
            beside = replace(plan, runs=2, switches={n: n // every for n in range(0, 400, every + 1)})
            yield from _everywhere(beside)


def operations(plan: Plan) -> int:
    """How many operations the morning has when nothing goes wrong."""
    return play(plan, with_ledger=False).operations


def _everywhere(plan: Plan) -> Iterator[Plan]:
    for moment in range(operations(plan)):
        yield from (replace(plan, faults={moment: fault}) for fault in FAULTS)
