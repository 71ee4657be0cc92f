"""What any queue for what is left of a job must do. A test class inherits this; its fixture `rig` brings one."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firstbell.ports import Clock, LaterJobs

TRICKY = ['{"school": "hill", "go_on_at": "2026-11-23T09:55:04+00:00"}', "é & <b> \u2028 £", "SGVsbG8="]


@dataclass(frozen=True, slots=True)
class LaterJobsRig:
    """A queue under test: `seen` gives the messages that can be taken now and takes none; `a_while` is long enough for
    a look at the queue.
    """

    jobs: LaterJobs
    clock: Clock
    seen: Callable[[], Sequence[str]]
    let_pass: Callable[[dt.timedelta], None]
    a_while: dt.timedelta = dt.timedelta(minutes=10)


class LaterJobsConformance:
    """The promises of the LaterJobs port."""

    def test_nobody_sees_a_message_before_its_moment_and_then_it_is_there_as_it_was_put(
        self, rig: LaterJobsRig
    ) -> None:
        for text in TRICKY:
            rig.jobs.put(text, at=rig.clock.now() + rig.a_while)
        assert list(rig.seen()) == []

        rig.let_pass(rig.a_while)

        assert sorted(rig.seen()) == sorted(TRICKY)

    def test_a_moment_that_has_passed_is_now(self, rig: LaterJobsRig) -> None:
        rig.jobs.put("late", at=rig.clock.now() - dt.timedelta(hours=1))
        rig.let_pass(dt.timedelta())

        assert list(rig.seen()) == ["late"]

    def test_each_message_comes_at_its_own_moment(self, rig: LaterJobsRig) -> None:
        now = rig.clock.now()
        rig.jobs.put("second", at=now + 2 * rig.a_while)
        rig.jobs.put("first", at=now + rig.a_while)

        rig.let_pass(rig.a_while)
        assert list(rig.seen()) == ["first"]

        rig.let_pass(rig.a_while)
        assert sorted(rig.seen()) == ["first", "second"]
