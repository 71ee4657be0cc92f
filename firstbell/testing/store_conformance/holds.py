"""How any store moves the end of a hold."""

from firstbell.records import State
from firstbell.testing.store_conformance.samples import NINE, TEN, OpenRun, a_proposal, walk


class HoldsConformance:
    """The port Proposals: its holds."""

    def test_a_hold_ends_at_another_moment_and_the_ledger_says_why(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD)
        walk(store, a_proposal("father"), State.HELD)

        told = store.proposals.hold_until([a_proposal().key], TEN, at=NINE, actor="AB", reason="Nobody saw it.")

        assert told == 1
        assert {each.recipient_id: each.release_at == TEN for each in store.proposals.find()} == {
            "mother": True,
            "father": False,
        }
        (entry,) = store.ledger.entries(kind="message.held_until")
        assert (entry.pupil_id, entry.facts["key"], entry.facts["reason"]) == (
            "alicia",
            a_proposal().key,
            "Nobody saw it.",
        )
        assert store.ledger.verify() == ()

    def test_a_hold_is_moved_to_the_same_moment_once(self, open_run: OpenRun) -> None:
        store, key = open_run(), a_proposal().key
        walk(store, a_proposal(), State.HELD)
        store.proposals.hold_until([key], TEN, at=NINE, actor="AB", reason="Nobody saw it.")

        assert store.proposals.hold_until([key, key], TEN, at=NINE, actor="AB", reason="Nobody saw it.") == 0
        assert len(store.ledger.entries(kind="message.held_until")) == 1

    def test_only_what_is_held_is_held_longer(self, open_run: OpenRun) -> None:
        store, before = open_run(), a_proposal().release_at
        walk(store, a_proposal(), State.HELD, State.RELEASING)

        told = store.proposals.hold_until([a_proposal().key, "no such key"], TEN, at=NINE, actor="AB", reason="why")

        assert told == 0
        assert [each.release_at for each in store.proposals.find()] == [before]
