"""How any store takes its proposals from one state to the next: whole, once, and into the ledger."""

from dataclasses import replace

import pytest

from firstbell.records import State
from firstbell.states import ALLOWED_STEPS
from firstbell.testing.store_conformance.samples import NINE, TEN, OpenRun, a_proposal, step, walk


class StepsConformance:
    """The port Proposals: its steps."""

    @pytest.mark.parametrize(("old", "new"), [(old, new) for old, ways in ALLOWED_STEPS.items() for new in ways])
    def test_every_allowed_step_can_be_taken_and_is_in_the_ledger(
        self, open_run: OpenRun, old: State, new: State
    ) -> None:
        store = open_run()
        here = replace(a_proposal(), state=old, dispatch_key="dispatch-0", draft_id="draft-0")
        store.proposals.add([here], at=NINE, actor="planner")

        assert step(store, [here.key], old, new)

        (after,) = store.proposals.find()
        assert (after.state, after.reason) == (new, f"now {new}")
        entry = store.ledger.entries()[-1]
        assert (entry.kind, entry.at, entry.actor, entry.pupil_id) == (f"message.{new}", TEN, "AB", "alicia")
        assert (entry.facts["old"], entry.facts["new"], entry.facts["reason"]) == (old, new, f"now {new}")

    @pytest.mark.parametrize(
        ("old", "new"), [(old, new) for old, ways in ALLOWED_STEPS.items() for new in State if new not in ways]
    )
    def test_no_other_step_exists(self, open_run: OpenRun, old: State, new: State) -> None:
        store = open_run()
        store.proposals.add([replace(a_proposal(), state=old)], at=NINE, actor="planner")

        with pytest.raises(ValueError, match="no proposal goes from"):
            step(store, [a_proposal().key], old, new)

        assert [each.state for each in store.proposals.find()] == [old]

    def test_releasing_needs_a_dispatch_key_and_no_other_step_takes_one(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD)
        move = store.proposals.move

        with pytest.raises(ValueError, match="dispatch key"):
            move([a_proposal().key], State.HELD, State.RELEASING, at=TEN, actor="AB", reason="time")
        with pytest.raises(ValueError, match="dispatch key"):
            move([a_proposal().key], State.HELD, State.STOPPED, at=TEN, actor="AB", reason="stop", dispatch_key="d")

    def test_all_keys_move_or_none(self, open_run: OpenRun) -> None:
        store = open_run()
        father, mother = a_proposal("father"), a_proposal()
        store.proposals.add([father, mother], at=NINE, actor="planner")
        step(store, [father.key], State.PROPOSED, State.BLOCKED)
        before = store.ledger.entries()

        assert not step(store, [mother.key, father.key], State.PROPOSED, State.HELD)

        assert [each.state for each in store.proposals.find()] == [State.BLOCKED, State.PROPOSED]
        assert store.ledger.entries() == before

    def test_a_key_nobody_planned_moves_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        assert not step(store, [a_proposal().key, "unknown"], State.PROPOSED, State.HELD)
        assert [each.state for each in store.proposals.find()] == [State.PROPOSED]

    def test_the_second_of_two_runs_loses(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        walk(first, a_proposal(), State.HELD)

        assert step(first, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-1")
        assert not step(second, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-2")

        assert [each.dispatch_key for each in second.proposals.find()] == ["dispatch-1"]

    def test_a_run_that_slept_can_not_move_a_message_that_was_released_anew(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING, State.SENDING, State.HELD)
        step(store, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-2")
        step(store, [a_proposal().key], State.RELEASING, State.SENDING)
        before = store.ledger.entries()

        moved = [
            open_run().proposals.move(
                [a_proposal().key], State.SENDING, State.SENT, at=TEN, actor="AB", reason="woke", on_dispatch=dispatch
            )
            for dispatch in ("dispatch-1", "dispatch-2")
        ]

        assert moved == [False, True]
        assert len(store.ledger.entries()) == len(before) + 1

    def test_nor_one_that_was_released_anew_at_the_same_moment_with_another_draft(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-2", at=TEN)

        moved = [
            store.proposals.move(
                [a_proposal().key], State.RELEASING, State.SENDING, at=TEN, actor="AB", reason="woke", on_draft=draft
            )
            for draft in ("draft-1", "draft-2")
        ]

        assert moved == [False, True]

    def test_naming_a_key_twice_moves_it_once(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        assert step(store, [a_proposal().key, a_proposal().key], State.PROPOSED, State.HELD)
        assert len(store.ledger.entries(kind="message.held")) == 1

    def test_more_keys_than_a_statement_may_hold_move_together(self, open_run: OpenRun) -> None:
        store = open_run()
        many = [a_proposal(pupil=f"pupil-{number}") for number in range(1201)]
        store.proposals.add(many, at=NINE, actor="planner")

        assert step(store, [each.key for each in many], State.PROPOSED, State.HELD)
        assert len(store.proposals.find(states=[State.HELD])) == 1201

    def test_a_life_from_plan_to_answer_verifies(self, open_run: OpenRun) -> None:
        store = open_run()
        life = (State.HELD, State.RELEASING, State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED, State.ANSWERED)

        walk(store, a_proposal(), *life)

        kinds = [entry.kind for entry in store.ledger.entries(pupil_id="alicia")]
        assert kinds == ["message.proposed", *(f"message.{state}" for state in life)]
        assert store.ledger.verify() == ()
