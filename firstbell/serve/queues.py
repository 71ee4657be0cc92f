"""Working through the queues: so many messages at once as host.json says, each tried again and at last set aside."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from firstbell.serve.host_json import HostSettings
from firstbell.serve.local_queue import POISON, LocalQueue, Taken
from firstbell.serve.worker import Called, Function, call, queue_datum

HIDDEN_WHILE_AT_WORK = dt.timedelta(minutes=10)  # as the platform does, whatever visibilityTimeout says
IDLE_SECONDS = 0.2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed: the kind of its error, and whether its message was set aside with that, or before."""

    kind: str
    is_set_aside: bool = False


def outputs_of(function: Function, called: Called) -> Iterable[tuple[str, Iterable[str]]]:
    """The queues that a function's outputs are bound to, with the messages for each."""
    queues = {binding["name"]: binding["queueName"] for binding in function.bindings if binding["type"] == "queue"}
    return [(queues[name], messages) for name, messages in called.outputs]


@dataclass
class Listener:
    """Starts one function for each message of its queue."""

    function: Function
    queue: LocalQueue
    settings: HostSettings
    say: Say
    at_work: set[asyncio.Task[None]] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The queue's name."""
        return str(self.function.trigger["queueName"])

    async def listen(self, stop: asyncio.Event) -> None:
        """Until it is time to stop; what is at work comes to its end first."""
        while not stop.is_set():
            self._begin_more()
            if self.at_work:
                await self._wait_for_one()
            else:
                await pause(stop, IDLE_SECONDS)
        await asyncio.gather(*self.at_work)

    def _begin_more(self) -> None:
        if len(self.at_work) <= self.settings.new_batch_threshold:
            batch = self.queue.take(self.name, self.settings.batch_size, hidden_for=HIDDEN_WHILE_AT_WORK)
            self.at_work |= {asyncio.create_task(self._work_on(taken)) for taken in batch}

    async def _wait_for_one(self) -> None:
        done, self.at_work = await asyncio.wait(self.at_work, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # an error of ours, not the function's, ends the host

    async def _work_on(self, taken: Taken) -> None:
        datum, metadata = queue_datum(
            taken.body, message_id=str(taken.number), receipt=taken.receipt, dequeue_count=taken.dequeue_count
        )
        called = await call(self.function, taken.receipt, datum, metadata)
        if called.is_ok:
            self.queue.finish(taken, outputs_of(self.function, called))
        else:
            self._failed(taken, called)

    def _failed(self, taken: Taken, called: Called) -> None:
        tries = f"{self.function.name} failed ({called.kind_of_error}), try {taken.dequeue_count}"
        is_given_up = self.name.endswith(POISON) or taken.dequeue_count >= self.settings.max_dequeue_count
        self.failures.append(Failure(called.kind_of_error, is_given_up))
        if self.name.endswith(POISON):
            self.say(f"{tries}; it stays on {self.name} and is tried again in ten minutes")
        elif not is_given_up:
            self.queue.release(taken, self.settings.visibility_timeout)
            self.say(f"{tries} of {self.settings.max_dequeue_count}")
        else:
            self.queue.set_aside(taken)
            self.say(f"{tries} of {self.settings.max_dequeue_count}: set aside in {self.name}{POISON}")


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until it is time to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
