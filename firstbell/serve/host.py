"""The host: timers, queues and HTTP around the functions of one app, until it is told to stop or all is done."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass

from firstbell.ports import Clock
from firstbell.serve.host_json import HostSettings
from firstbell.serve.local_queue import LocalQueue
from firstbell.serve.queues import IDLE_SECONDS, Failure, Listener, Say
from firstbell.serve.timers import Timer
from firstbell.serve.web import THIS_COMPUTER, Web
from firstbell.serve.worker import Function


@dataclass
class Host:
    """Serves the functions of an app. `key` is asked for where a function is not open to anyone."""

    functions: Sequence[Function]
    queue: LocalQueue
    settings: HostSettings
    clock: Clock
    key: str
    say: Say

    def __post_init__(self) -> None:
        by_kind = {
            kind: [f for f in self.functions if f.trigger["type"] == kind] for kind in ("timerTrigger", "queueTrigger")
        }
        self.timers = [Timer(function, self.queue, self.clock, self.say) for function in by_kind["timerTrigger"]]
        self.listeners = [Listener(f, self.queue, self.settings, self.say) for f in by_kind["queueTrigger"]]

    async def serve(self, port: int) -> None:
        """Until Ctrl-C or an end of the process is asked for; what is at work comes to its end first."""
        stop = asyncio.Event()
        with self._told_to_stop(stop):
            server = self.web().serve(port)
            self.say(f"serving at http://{THIS_COMPUTER}:{server.port}; stop with Ctrl-C")
            for timer in self.timers:
                self.say(f"{timer.function.name} fires next at {timer.next_at():%H:%M} UTC")
            try:
                await together(*(t.keep(stop) for t in self.timers), *(ear.listen(stop) for ear in self.listeners))
            finally:
                server.shutdown()

    async def once(self) -> tuple[Failure, ...]:
        """Fire every timer, work until no message is left that could be taken now, say what is left for later, and end;
        what failed.
        """
        fired = [await timer.fire() for timer in self.timers]
        await self.drain()
        self._say_what_is_left()
        of_timers = [Failure(called.kind_of_error) for called in fired if not called.is_ok]
        return (*of_timers, *(failure for listener in self.listeners for failure in listener.failures))

    def _say_what_is_left(self) -> None:
        for queue, at in self.queue.later(listener.name for listener in self.listeners):
            self.say(f"left for later: a message of {queue}, from {at:%H:%M:%S} UTC on")

    async def drain(self) -> None:
        """Work until no message is left that could be taken now."""
        stop = asyncio.Event()
        await together(self._stop_when_drained(stop), *(listener.listen(stop) for listener in self.listeners))

    async def _stop_when_drained(self, stop: asyncio.Event) -> None:
        while self._is_busy():  # noqa: ASYNC110 - the queue is a file, which another process may fill
            await asyncio.sleep(IDLE_SECONDS / 4)
        stop.set()

    def web(self) -> Web:
        """The HTTP side, which hands over to the loop that is running."""
        return Web(self.functions, self.settings.route_prefix, self.key, asyncio.get_running_loop(), self.run_by_hand)

    async def run_by_hand(self, name: str, text: str) -> bool | None:
        """Fire a timer out of its turn, or put a message on the queue of a function; None when there is none."""
        for timer in self.timers:
            if timer.function.name == name:
                return (await timer.fire()).is_ok
        for listener in self.listeners:
            if listener.function.name == name:
                self.queue.put(listener.name, [text])
                return True
        return None

    def _is_busy(self) -> bool:
        if any(listener.at_work for listener in self.listeners):
            return True
        return self.queue.visible(listener.name for listener in self.listeners) > 0

    @contextlib.contextmanager
    def _told_to_stop(self, stop: asyncio.Event) -> Iterator[None]:
        """Ctrl-C, and an end asked for politely, let what is at work come to its end."""
        loop = asyncio.get_running_loop()

        def told(*_: object) -> None:
            self.say("stopping: what is at work comes to its end first")
            loop.call_soon_threadsafe(stop.set)

        before = {kind: signal.signal(kind, told) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)


async def together(*duties: Coroutine[object, object, None]) -> None:
    """Do all of these side by side; what stops one of them stops the others, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for duty in duties:
                group.create_task(duty)
    except ExceptionGroup as stopped:
        raise stopped.exceptions[0] from stopped
