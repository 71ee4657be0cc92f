"""What any store must forget of its proposals, and when."""

import datetime as dt

from firstbell.ports import Store
from firstbell.testing.store_conformance.samples import NINE, TEN, OpenRun, a_proposal
from rules.people import Personal


class ProposalsRetention:
    """Addresses go first, and then that a message was planned."""

    def purge(self, store: Store, addresses: dt.datetime, rows: dt.datetime, *, only_count: bool = False) -> list[int]:
        """How many addresses and messages went."""
        counts = store.proposals.purge(
            addresses_before=addresses, rows_before=rows, at=TEN, actor="Firstbell", only_count=only_count
        )
        return [counts["addresses"], counts["messages"]]

    def test_an_address_goes_once_its_time_is_over_and_not_before(self, open_run: OpenRun) -> None:
        store = open_run()
        planned = a_proposal()
        store.proposals.add([planned], at=NINE, actor="Firstbell")
        moment = dt.timedelta(microseconds=1)

        assert self.purge(store, planned.send_before, NINE) == [0, 0]
        assert self.purge(store, planned.send_before + moment, NINE) == [1, 0]
        assert self.purge(store, planned.send_before + moment, NINE) == [0, 0]

        [left] = open_run().proposals.find()
        assert (left.key, left.address) == (planned.key, Personal(""))

    def test_a_message_goes_whole_once_its_own_time_is_over(self, open_run: OpenRun) -> None:
        store = open_run()
        planned = a_proposal()
        store.proposals.add([planned], at=NINE, actor="Firstbell")
        over = planned.send_before + dt.timedelta(microseconds=1)

        assert self.purge(store, over, planned.send_before) == [1, 0]
        assert self.purge(store, over, over) == [0, 1]

        assert store.proposals.find() == ()
        assert [entry.facts for entry in store.ledger.entries(kind="retention.purged")] == [
            {"addresses": "1", "messages": "0"},
            {"addresses": "0", "messages": "1"},
        ]

    def test_counting_leaves_messages_as_they_are(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="Firstbell")
        far = NINE.replace(year=2030)

        assert self.purge(store, far, NINE, only_count=True) == [1, 0]
        assert self.purge(store, far, far, only_count=True) == [0, 1]

        assert store.proposals.find() == (a_proposal(),)
        assert store.ledger.entries(kind="retention.purged") == ()

    def test_the_addresses_about_one_pupil_can_be_forgotten(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal(), a_proposal(pupil="michael")], at=NINE, actor="Firstbell")

        assert store.proposals.forget_addresses("alicia", at=TEN, actor="AB") == 1
        assert store.proposals.forget_addresses("alicia", at=TEN, actor="AB") == 0

        assert [bool(each.address) for each in open_run().proposals.find()] == [False, True]
