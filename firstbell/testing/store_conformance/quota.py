"""How any store counts what a mailbox may send."""

from dataclasses import replace

from firstbell.records import Quota
from firstbell.testing.store_conformance.samples import NINE, SECOND, TEN, OpenRun

QUOTA = Quota("office@example.org", at_once=2, a_minute=2)


class QuotaConformance:
    """The port Desk: its tokens."""

    def test_tokens_run_out_and_come_back_at_their_pace(self, open_run: OpenRun) -> None:
        first, after_a_crash = open_run(), open_run()

        taken = [first.desk.take_token(QUOTA, now=NINE) for _ in range(3)]

        assert taken == [None, None, NINE + 30 * SECOND]
        assert after_a_crash.desk.take_token(QUOTA, now=NINE + 29 * SECOND) == NINE + 30 * SECOND
        assert after_a_crash.desk.take_token(QUOTA, now=NINE + 30 * SECOND) is None

    def test_a_rested_mailbox_has_no_more_than_a_full_bucket(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.take_token(QUOTA, now=NINE)

        taken = [desk.take_token(QUOTA, now=TEN) for _ in range(3)]

        assert [each is None for each in taken] == [True, True, False]

    def test_a_token_given_back_can_be_taken(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.return_token(QUOTA)
        for _ in range(2):
            desk.take_token(QUOTA, now=NINE)

        desk.return_token(QUOTA)

        assert [desk.take_token(QUOTA, now=NINE) is None for _ in range(2)] == [True, False]

    def test_each_mailbox_has_tokens_of_its_own(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for _ in range(2):
            desk.take_token(QUOTA, now=NINE)

        assert desk.take_token(replace(QUOTA, mailbox="head@example.org"), now=NINE) is None

    def test_a_clock_put_back_leaves_an_empty_bucket_and_no_debt(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.take_token(QUOTA, now=TEN)

        assert desk.take_token(QUOTA, now=NINE) == NINE + 30 * SECOND
