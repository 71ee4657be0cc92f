"""What any store's ledger must let go of, and how the chain holds from there."""

import datetime as dt

import pytest

from firstbell.ports import Store
from firstbell.records import LedgerFault
from firstbell.testing.store_conformance.samples import NINE, OpenRun


class LedgerRetention:
    """Cutting away the oldest entries once their years are over."""

    OLD = NINE.replace(year=2018)
    LATER = dt.datetime(2024, 11, 30, 2, tzinfo=dt.UTC)
    MAY_GO = dt.datetime(2018, 11, 29, tzinfo=dt.UTC)

    def old_and_new(self, store: Store, *, old: int = 3) -> None:
        """Some entries of 23 November 2018, and one of six years later: both past, for a database has its own clock."""
        for number in range(old):
            store.ledger.append("note", at=self.OLD, actor="AB", facts={"n": str(number)}, pupil_id="alicia")
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})

    def test_old_entries_go_and_the_chain_holds_from_there(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 3

        entries = open_run().ledger.entries()
        assert [(entry.number, entry.kind) for entry in entries] == [(4, "note"), (5, "ledger.cut")]
        assert entries[1].facts["through"] == "3"
        assert store.ledger.verify() == ()
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})
        assert store.ledger.verify() == ()

    def test_a_ledger_in_which_everything_is_old_keeps_only_the_cut(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 1

        assert [entry.kind for entry in store.ledger.entries()] == ["ledger.cut"]
        assert store.ledger.verify() == ()

    def test_what_is_not_old_stays_and_nothing_is_written(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.MAY_GO, actor="AB", facts={})

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 0
        assert [entry.kind for entry in store.ledger.entries()] == ["note"]

    def test_counting_cuts_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell", only_count=True) == 3
        assert len(store.ledger.entries()) == 4

    def test_entries_whose_years_are_not_over_can_not_be_cut(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        with pytest.raises(ValueError, match="years"):
            store.ledger.cut(self.MAY_GO + dt.timedelta(microseconds=1), at=self.LATER, actor="Firstbell")

        assert len(store.ledger.entries()) == 4

    def test_a_second_cut_follows_the_first(self, open_run: OpenRun) -> None:
        store = open_run()
        a_year_later = dt.timedelta(days=365)
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        store.ledger.append("note", at=self.OLD + a_year_later, actor="AB", facts={})
        store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell")

        gone = store.ledger.cut(self.MAY_GO + a_year_later, at=self.LATER + a_year_later, actor="Firstbell")

        assert gone == 1
        assert store.ledger.verify() == ()
        assert [(entry.number, entry.kind) for entry in store.ledger.entries()] == [
            (3, "ledger.cut"),
            (4, "ledger.cut"),
        ]

    def test_anchors_from_before_the_cut_are_told_apart(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        too_old = store.ledger.anchor()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        last_to_go = store.ledger.anchor()
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})
        kept = store.ledger.anchor()

        store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell")

        assert store.ledger.verify(too_old) == (LedgerFault(1, "cut away"),)
        assert store.ledger.verify(last_to_go) == ()
        assert store.ledger.verify(kept) == ()
        assert store.ledger.verify(f"2:{'a' * 64}") == (LedgerFault(2, "altered"),)
