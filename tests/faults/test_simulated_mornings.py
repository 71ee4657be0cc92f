"""Simulated mornings in which everything goes wrong: every message goes once, and none that should not."""

import dataclasses
from itertools import islice

import pytest

from tests.faults.everywhere import ORDINARY, one_run, one_run_killed_twice, two_runs
from tests.faults.morning import play
from tests.faults.plan import Plan, drawn, plan_of
from tests.faults.planted import PLANTED, seeds_until_noticed
from tests.faults.shrink import corpus, shrunk

# The share of `make torture` that fits in every test run.
MORNINGS, NOTICED_WITHIN = 4000, 2000


def wrong(plan, **named):
    return play(plan, **named).wrong


def test_mornings_that_once_went_wrong_go_right():
    assert corpus()
    assert [plan for plan in corpus() if wrong(plan)] == []


def test_mornings_full_of_faults_send_every_message_once():
    seeds = range(MORNINGS)

    assert [seed for seed in seeds if wrong(drawn(seed), with_ledger=seed % 16 == 0)] == []


def test_eight_runs_at_once_send_every_message_once():
    crowds = (
        dataclasses.replace(drawn(seed), runs=8, switches=dict.fromkeys(range(0, 900, 3), 5)) for seed in range(60)
    )

    assert [plan for plan in crowds if wrong(plan, with_ledger=False)] == []


def test_a_fault_at_every_operation_of_a_run_changes_nothing():
    plans = list(one_run())

    assert len(plans) > 1000
    assert [plan for plan in plans if wrong(plan)] == []


def test_a_run_killed_at_every_operation_and_again_at_every_later_one_changes_nothing():
    every_fourth = islice(one_run_killed_twice(), 0, None, 4)

    assert [plan for plan in every_fourth if wrong(plan, with_ledger=False)] == []


def test_a_fault_at_every_operation_of_two_runs_changes_nothing():
    every_third = list(islice(two_runs(), 0, None, 3))

    assert len(every_third) > 1000
    assert [plan for plan in every_third if wrong(plan, with_ledger=False)] == []


def test_a_morning_without_faults_costs_two_requests_a_message():
    outcome = play(dataclasses.replace(ORDINARY, addresses=(0, 1, 2, 3)))

    assert outcome.counts["messages that went"] == 4
    assert (outcome.counts["requests: create"], outcome.counts["requests: send"]) == (4, 4)
    assert outcome.counts["requests: look up"] == outcome.counts["requests: discard"] == 0


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_noticed(mistake):
    parts = PLANTED[mistake]
    if any(wrong(plan, parts=parts) for plan in corpus()):
        return

    assert seeds_until_noticed(lambda seed: bool(wrong(drawn(seed), parts=parts, with_ledger=False)), NOTICED_WITHIN)


def test_a_provider_that_sends_a_sent_draft_again_is_seen_to_break_the_promise():
    """Which is why the conformance suite of the port refuses it, and no adapter over it may say exactly once."""
    again = (dataclasses.replace(drawn(seed), second_send="again", service="mailbox") for seed in range(NOTICED_WITHIN))

    assert any("times" in sentence for plan in again for sentence in wrong(plan, with_ledger=False))


def test_a_plan_survives_being_written_down():
    plan = drawn(42)

    assert plan_of(plan.to_json()) == plan


def test_the_same_plan_is_the_same_morning():
    plan = next(plan for seed in range(100) if (plan := drawn(seed)).runs == 3)

    assert play(plan) == play(plan)


def test_a_failing_morning_shrinks_to_what_makes_it_fail():
    plan = Plan((0, 1, 2), runs=2, faults={3: "busy", 17: "kill after", 40: "sleep"}, switches={5: 1}, changes={9: 2})

    smallest = shrunk(plan, lambda each: "kill after" in each.faults.values() and len(each.addresses) > 1)

    assert smallest == Plan((0, 1), rounds=1, faults={17: "kill after"})
