"""What any store's ledger must do: entries in a chain, and anchors that tell whether it was changed."""

import datetime as dt

import pytest

from firstbell.records import LedgerFault
from firstbell.testing.store_conformance.samples import NINE, TEN, OpenRun
from rules.people import Personal


class LedgerConformance:
    """The port Ledger."""

    def test_entries_are_numbered_from_one_and_chained(self, open_run: OpenRun) -> None:
        store = open_run()

        first = store.ledger.append("note", at=NINE, actor="AB", facts={"sentence": "said so"})
        second = store.ledger.append("note", at=TEN, actor="AB", facts={})

        assert (first.number, second.number) == (1, 2)
        assert second.previous_hash == first.hash
        assert open_run().ledger.entries() == (first, second)

    def test_entries_are_found_by_pupil_kind_and_time(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        seen = ledger.append("seen", at=NINE, actor="AB", facts={}, pupil_id="alicia")
        told = ledger.append("told", at=TEN, actor="AB", facts={}, pupil_id="alicia")
        other = ledger.append("told", at=TEN, actor="AB", facts={})

        assert ledger.entries(pupil_id="alicia") == (seen, told)
        assert ledger.entries(kind="told") == (told, other)
        assert ledger.entries(since=TEN) == (told, other)
        assert ledger.entries(pupil_id="alicia", kind="told", since=TEN) == (told,)
        assert ledger.entries(pupil_id="michael") == ()

    def test_an_untouched_ledger_verifies_even_when_empty(self, open_run: OpenRun) -> None:
        store = open_run()
        assert store.ledger.verify() == ()

        for minute in range(5):
            store.ledger.append("note", at=NINE + dt.timedelta(minutes=minute), actor="AB", facts={"n": str(minute)})

        assert open_run().ledger.verify() == ()

    def test_a_chain_that_passed_through_a_kept_anchor_holds(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        before_all = ledger.anchor()
        ledger.append("note", at=NINE, actor="AB", facts={})
        kept = ledger.anchor()
        ledger.append("note", at=TEN, actor="AB", facts={})

        assert ledger.verify(kept) == ledger.verify(before_all) == ledger.verify(ledger.anchor()) == ()

    def test_a_chain_written_anew_does_not_pass_through_a_kept_anchor(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        ledger.append("note", at=NINE, actor="AB", facts={})

        assert ledger.verify("1:" + "a" * 64) == (LedgerFault(1, "altered"),)
        assert ledger.verify("3:" + "a" * 64) == (LedgerFault(2, "cut short"),)

    @pytest.mark.parametrize("text", ["", "1", "1:abc", "x:" + "a" * 64, "-1:" + "a" * 64, "1:" + "A" * 64])
    def test_what_is_no_anchor_is_refused(self, open_run: OpenRun, text: str) -> None:
        with pytest.raises(ValueError, match="an anchor is"):
            open_run().ledger.verify(text)

    def test_a_moment_is_the_same_in_any_zone(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger

        entry = ledger.append("note", at=TEN.astimezone(dt.timezone(dt.timedelta(hours=5))), actor="AB", facts={})

        assert ledger.entries(since=TEN) == (entry,)
        assert ledger.verify() == ()

    def test_an_entry_without_a_zone_or_with_personal_text_is_refused_and_leaves_nothing(
        self, open_run: OpenRun
    ) -> None:
        ledger = open_run().ledger

        with pytest.raises(ValueError, match="time zone"):
            ledger.append("note", at=NINE.replace(tzinfo=None), actor="AB", facts={})
        with pytest.raises(TypeError):
            ledger.append("note", at=NINE, actor="AB", facts={"name": Personal("Alicia")})  # type: ignore[dict-item]

        assert ledger.entries() == ()
