"""How any store keeps which draft belongs to which dispatch."""

import pytest

from firstbell.records import State
from firstbell.testing.store_conformance.samples import TEN, OpenRun, a_proposal, step, walk


class DraftsConformance:
    """The port Proposals: its drafts."""

    def test_a_draft_is_recorded_once(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        walk(first, a_proposal(), State.HELD, State.RELEASING)

        assert first.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        assert not second.proposals.record_draft("dispatch-1", "draft-2", at=TEN)

        assert [each.draft_id for each in second.proposals.find()] == ["draft-1"]
        (entry,) = second.ledger.entries(kind="message.drafted")
        assert (entry.facts["draft_id"], entry.pupil_id) == ("draft-1", "alicia")

    def test_no_draft_is_recorded_unless_releasing(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING, State.SENDING)

        assert not store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        assert not store.proposals.record_draft("dispatch-unknown", "draft-1", at=TEN)

    def test_going_back_to_held_lets_go_of_dispatch_and_draft(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)

        step(store, [a_proposal().key], State.RELEASING, State.HELD)

        assert [(each.dispatch_key, each.draft_id) for each in store.proposals.find()] == [(None, None)]
        assert store.ledger.entries()[-1].facts["dispatch_key"] == "dispatch-1"

    @pytest.mark.parametrize(("dispatch_key", "draft_id"), [("dispatch-1", "draft-1"), ("dispatch-2", None)])
    def test_releasing_again_keeps_the_draft_of_the_same_dispatch_only(
        self, open_run: OpenRun, dispatch_key: str, draft_id: str | None
    ) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        step(store, [a_proposal().key], State.RELEASING, State.SENDING)

        step(store, [a_proposal().key], State.SENDING, State.RELEASING, dispatch_key)

        assert [(each.dispatch_key, each.draft_id) for each in store.proposals.find()] == [(dispatch_key, draft_id)]
