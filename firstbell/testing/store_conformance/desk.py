"""What any store's desk must do: what people typed, and one run at a time."""

import datetime as dt
from dataclasses import replace

from firstbell.records import PersonsCell
from firstbell.testing.store_conformance.samples import NINE, TEN, OpenRun


class DeskConformance:
    """The port Desk."""

    def test_accepted_cells_come_back_by_workbook(self, open_run: OpenRun) -> None:
        note = PersonsCell("attendance", "Queue", "row-2", "Note", "rang at 10")
        stop = PersonsCell("attendance", "Queue", "row-1", "Stop", "x")
        other = PersonsCell("safeguarding", "Alerts", "row-1", "Seen", "AB")

        open_run().desk.save_cells([note, stop, other])

        assert open_run().desk.cells("attendance") == (stop, note)
        assert open_run().desk.cells("exclusions") == ()

    def test_a_later_value_replaces_and_an_empty_one_forgets(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        cell = PersonsCell("attendance", "Queue", "row-1", "Note", "first")
        desk.save_cells([cell, replace(cell, column="Stop", value="x")])

        desk.save_cells([replace(cell, value="second"), replace(cell, column="Stop", value="")])

        assert desk.cells("attendance") == (replace(cell, value="second"),)

    def test_one_run_holds_a_lease(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()

        assert first.desk.take_lease("chase", now=NINE, seconds=60)

        assert not second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not first.desk.take_lease("chase", now=NINE, seconds=60)
        assert second.desk.take_lease("sync", now=NINE, seconds=60)

    def test_a_lease_given_back_can_be_taken(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE, seconds=60)

        first.desk.end_lease("chase")

        assert second.desk.take_lease("chase", now=NINE, seconds=60)

    def test_a_lease_runs_out(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE, seconds=60)

        assert not second.desk.take_lease("chase", now=NINE + dt.timedelta(seconds=59), seconds=60)
        assert second.desk.take_lease("chase", now=NINE + dt.timedelta(seconds=60), seconds=60)

    def test_a_run_that_read_its_clock_first_and_asks_last_finds_the_lease_held(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE + dt.timedelta(milliseconds=1), seconds=60)

        assert not second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not second.desk.take_lease("chase", now=NINE - dt.timedelta(seconds=59), seconds=60)

    def test_a_lease_of_a_clock_that_was_put_back_since_does_not_count(self, open_run: OpenRun) -> None:
        first, second, third = open_run(), open_run(), open_run()
        first.desk.take_lease("chase", now=TEN, seconds=60)

        assert second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not third.desk.take_lease("chase", now=NINE, seconds=60)

    def test_a_run_that_lost_its_lease_cannot_end_the_next_runs(self, open_run: OpenRun) -> None:
        slow, next_run, third = open_run(), open_run(), open_run()
        slow.desk.take_lease("chase", now=NINE, seconds=60)
        next_run.desk.take_lease("chase", now=TEN, seconds=60)

        slow.desk.end_lease("chase")

        assert not third.desk.take_lease("chase", now=TEN, seconds=60)
