"""What any queue of jobs must do: Azure Storage's own, and that of `firstbell serve`, which says it is the same.

A test class inherits this; its fixture `rig` brings an empty queue and a way to let time pass.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SECOND, LONG = dt.timedelta(seconds=1), dt.timedelta(minutes=10)
TRICKY = ['{"school": "hill"}', "é & <b> \u2028 £", " leading and trailing ", "", "SGVsbG8="]  # the last: base64 itself


class Message(Protocol):
    """A message that was taken."""

    @property
    def body(self) -> str: ...

    @property
    def dequeue_count(self) -> int: ...

    @property
    def receipt(self) -> str: ...


class Queues(Protocol):
    """Queues by name. `finish`, `release` and `set_aside` are False when somebody else has taken the message since."""

    def put(self, queue: str, bodies: Iterable[str]) -> None: ...

    def take(self, queue: str, most: int, *, hidden_for: dt.timedelta) -> Sequence[Message]: ...

    def finish(self, taken: Any, outputs: Iterable[tuple[str, Iterable[str]]] = ()) -> bool: ...  # noqa: ANN401

    def release(self, taken: Any, after: dt.timedelta) -> bool: ...  # noqa: ANN401

    def set_aside(self, taken: Any) -> bool: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class QueueRig:
    """Queues under test, with nothing on `work`, `next` and `work-poison`, and what lets time pass."""

    queues: Queues
    let_pass: Callable[[dt.timedelta], None]

    def take(self, queue: str = "work", *, most: int = 1, hidden_for: dt.timedelta = LONG) -> Sequence[Message]:
        """Take from a queue."""
        return self.queues.take(queue, most, hidden_for=hidden_for)


class QueueConformance:
    """The promises that the triggers and their host stand on."""

    def test_an_empty_queue_gives_nothing(self, rig: QueueRig) -> None:
        assert list(rig.take()) == []

    def test_each_message_is_taken_once_and_its_text_is_as_it_was_put(self, rig: QueueRig) -> None:
        rig.queues.put("work", TRICKY)

        first, second = rig.take(most=2), rig.take(most=32)

        assert len(first) == 2
        assert sorted(taken.body for taken in [*first, *second]) == sorted(TRICKY)
        assert {taken.dequeue_count for taken in [*first, *second]} == {1}

    def test_a_taken_message_is_hidden_and_then_comes_as_another_try(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [first] = rig.take(hidden_for=SECOND)
        assert list(rig.take()) == []

        rig.let_pass(SECOND)
        [second] = rig.take()

        assert (first.dequeue_count, second.dequeue_count) == (1, 2)
        assert first.receipt != second.receipt

    def test_a_finished_message_is_gone_for_good(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [taken] = rig.take(hidden_for=SECOND)

        assert rig.queues.finish(taken)
        rig.let_pass(SECOND)

        assert list(rig.take()) == []

    def test_what_came_of_the_work_is_on_the_next_queue(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [taken] = rig.take()

        rig.queues.finish(taken, [("next", ["two", "three"])])

        assert sorted(each.body for each in rig.take("next", most=32)) == ["three", "two"]

    def test_who_took_it_last_may_finish_it_even_when_it_can_be_seen_again(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [slow] = rig.take(hidden_for=SECOND)
        rig.let_pass(SECOND)

        assert rig.queues.finish(slow)
        assert list(rig.take()) == []

    def test_who_comes_too_late_can_neither_finish_nor_release_nor_set_aside(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [late] = rig.take(hidden_for=SECOND)
        rig.let_pass(SECOND)
        [now] = rig.take()

        assert not rig.queues.finish(late)
        assert not rig.queues.release(late, dt.timedelta())
        assert not rig.queues.set_aside(late)
        assert list(rig.take()) == []
        assert rig.queues.finish(now)

    def test_a_released_message_comes_again_after_its_time_and_not_before(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [taken] = rig.take(hidden_for=LONG)

        assert rig.queues.release(taken, SECOND)

        assert list(rig.take()) == []
        rig.let_pass(SECOND)
        assert [again.dequeue_count for again in rig.take()] == [2]

    def test_a_message_released_at_once_comes_at_once(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [taken] = rig.take()
        rig.queues.release(taken, dt.timedelta())

        assert [again.dequeue_count for again in rig.take()] == [2]

    def test_a_message_set_aside_is_on_the_poison_queue_and_counts_from_one(self, rig: QueueRig) -> None:
        rig.queues.put("work", ["one"])
        [taken] = rig.take(hidden_for=SECOND)

        assert rig.queues.set_aside(taken)
        rig.let_pass(SECOND)

        assert list(rig.take()) == []
        assert [(each.body, each.dequeue_count) for each in rig.take("work-poison")] == [("one", 1)]
