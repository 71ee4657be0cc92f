"""What any job queue must do. A test class inherits this; its fixture `rig` says how to read the queue back."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from firstbell.ports import Jobs

DUE = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class JobsRig:
    """A queue under test; `waiting` gives its messages as (school, job, due), oldest first."""

    jobs: Jobs
    waiting: Callable[[], Sequence[tuple[str, str, dt.datetime]]]


class JobsConformance:
    """The promises of the Jobs port."""

    def test_a_job_waits_with_its_school_and_time(self, rig: JobsRig) -> None:
        rig.jobs.enqueue("st-example", "chase", DUE)

        assert list(rig.waiting()) == [("st-example", "chase", DUE)]

    def test_jobs_of_two_schools_are_two(self, rig: JobsRig) -> None:
        rig.jobs.enqueue("st-example", "chase", DUE)
        rig.jobs.enqueue("other-school", "chase", DUE)

        assert [school for school, _, _ in rig.waiting()] == ["st-example", "other-school"]

    def test_a_time_without_a_zone_is_refused(self, rig: JobsRig) -> None:
        with pytest.raises(ValueError, match="time zone"):
            rig.jobs.enqueue("st-example", "chase", DUE.replace(tzinfo=None))

        assert list(rig.waiting()) == []
