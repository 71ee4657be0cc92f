"""A morning that went wrong is made smaller while it still does, and kept: the corpus is played first ever after."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.faults.plan import Plan, plan_of

CORPUS = Path(__file__).with_name("corpus.jsonl")


def corpus() -> list[Plan]:
    """Every morning that once went wrong."""
    return [plan_of(line) for line in CORPUS.read_text(encoding="utf-8").splitlines() if line.strip()]


def keep(plan: Plan) -> None:
    """Add a morning to the corpus."""
    with CORPUS.open("a", encoding="utf-8", newline="\n") as file:
        file.write(plan.to_json() + "\n")


def shrunk(plan: Plan, goes_wrong: Callable[[Plan], bool]) -> Plan:
    """The smallest plan that single steps lead to and that still goes wrong."""
    while (smaller := next(filter(goes_wrong, _smaller(plan)), None)) is not None:
        plan = smaller
    return plan


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with one thing less: a run, a round, a pupil, half of the faults, a fault, a switch, a change."""
    if plan.runs > 1:
        yield replace(plan, runs=plan.runs - 1)
    if plan.rounds > 1:
        yield replace(plan, rounds=plan.rounds - 1)
    if len(plan.addresses) > 1:
        yield replace(plan, addresses=plan.addresses[:-1])
    for name in ("faults", "switches", "changes"):
        yield from (replace(plan, **{name: less}) for less in _less(getattr(plan, name)))
    plain = {"lag": 0, "at_once": 0, "deletions": (), "is_signed": False, "lag_shows": "absent"}
    yield from (replace(plan, **{name: value}) for name, value in plain.items() if getattr(plan, name) != value)


def _less(told: dict[int, object]) -> Iterator[dict[int, object]]:
    moments = sorted(told)
    half = len(moments) // 2
    if half > 1:
        for some in (moments[:half], moments[half:]):
            yield {each: told[each] for each in some}
    for gone in moments:
        yield {each: value for each, value in told.items() if each != gone}
