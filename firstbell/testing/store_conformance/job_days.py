"""What any store keeps of each job: when it last ran, and how its day went."""

import datetime as dt

import pytest

from firstbell.job_days import Try
from firstbell.testing.store_conformance.samples import MONDAY, NINE, SECOND, TEN, TUESDAY, OpenRun


class JobDaysConformance:
    """The port Desk: its jobs."""

    def test_the_last_heartbeat_is_the_newest(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        assert desk.last_heartbeat("chase") is None

        desk.heartbeat("chase", at=TEN, due_at=TEN, outcome="done")
        desk.heartbeat("chase", at=NINE, due_at=None, outcome="done late")

        assert open_run().desk.last_heartbeat("chase") == TEN
        assert desk.last_heartbeat("sync") is None

    def test_a_job_that_was_never_tried_has_no_day(self, open_run: OpenRun) -> None:
        assert open_run().desk.job_days(MONDAY) == ()

    def test_the_tries_of_a_day_are_told_together(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.note_try(Try("sync", MONDAY, NINE, NINE + 3 * SECOND, error="RetryLater"))
        desk.note_try(Try("sync", MONDAY, TEN, TEN + SECOND, needs=2, figures={"pupils": 900}))

        [day] = open_run().desk.job_days(MONDAY)
        assert (day.job, day.day, day.done, day.failed, day.error) == ("sync", MONDAY, 1, 1, "")
        assert (day.began_at, day.ended_at) == (TEN, TEN + SECOND)
        assert (day.first_done_at, day.done_began_at) == (TEN + SECOND, TEN)
        assert (day.longest_seconds, day.needs, day.figures) == (3.0, 2, {"pupils": 900})

    def test_a_try_that_failed_leaves_what_was_done_before_it(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.note_try(Try("chase", MONDAY, NINE, NINE + SECOND, needs=1, figures={"registers not taken": 1}))
        desk.note_try(Try("chase", MONDAY, TEN, TEN + SECOND, error="GiveUp"))

        [day] = desk.job_days(MONDAY)
        assert (day.done, day.failed, day.error) == (1, 1, "GiveUp")
        assert (day.first_done_at, day.done_began_at) == (NINE + SECOND, NINE)
        assert (day.needs, day.figures) == (1, {"registers not taken": 1})

    def test_each_job_and_each_day_stands_by_itself(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for job, day in (("sync", MONDAY), ("chase", MONDAY), ("chase", TUESDAY)):
            desk.note_try(Try(job, day, NINE, TEN))

        assert [each.job for each in desk.job_days(MONDAY)] == ["chase", "sync"]
        assert [each.job for each in desk.job_days(TUESDAY)] == ["chase"]

    @pytest.mark.parametrize(("later", "is_there"), [(35, True), (36, False)])
    def test_how_a_job_went_is_forgotten_after_five_weeks(self, open_run: OpenRun, later: int, is_there: bool) -> None:  # noqa: FBT001 - of a table
        desk = open_run().desk
        for job in ("chase", "sync"):
            desk.note_try(Try(job, MONDAY, NINE, TEN))

        desk.note_try(Try("chase", MONDAY + dt.timedelta(days=later), NINE, TEN))

        assert [each.job for each in desk.job_days(MONDAY)] == (["chase", "sync"] if is_there else ["sync"])

    def test_a_try_that_is_noted_again_is_still_one(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for _ in range(2):
            desk.note_try(Try("sync", MONDAY, NINE, TEN, error="GiveUp"))

        assert [each.failed for each in desk.job_days(MONDAY)] == [1]

    def test_a_try_without_a_time_zone_is_refused(self, open_run: OpenRun) -> None:
        nowhere = NINE.replace(tzinfo=None)

        with pytest.raises(ValueError, match="zone"):
            open_run().desk.note_try(Try("sync", MONDAY, nowhere, nowhere))
