"""Firing the timers by their schedules, in UTC; a tick that nobody was there for is made up for once, as past due."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field

from firstbell.ports import Clock
from firstbell.serve.local_queue import LocalQueue
from firstbell.serve.ncrontab import read_schedule
from firstbell.serve.queues import Say, outputs_of, pause
from firstbell.serve.worker import Called, Function, call, timer_datum

LATE = dt.timedelta(seconds=30)
LOOK_SECONDS = 1.0  # at least so often, because a laptop that slept wakes with another time


@dataclass
class Timer:
    """One timer function, of which one run is at work at a time."""

    function: Function
    queue: LocalQueue
    clock: Clock
    say: Say
    _at_work: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keep(self, stop: asyncio.Event) -> None:
        """Fire at each tick until it is time to stop."""
        if self.queue.last_fired(self.function.name) is None:
            self.queue.fired(self.function.name)  # as if just now: the first tick is the next
        while not stop.is_set():
            late_by = self.clock.now() - self.next_at()
            if late_by >= dt.timedelta():
                await self.fire(is_past_due=late_by > LATE)
            else:
                await pause(stop, min(-late_by.total_seconds(), LOOK_SECONDS))

    def next_at(self) -> dt.datetime:
        """When it should fire next, which may be over."""
        last = self.queue.last_fired(self.function.name) or self.clock.now()
        return read_schedule(self.function.trigger["schedule"]).next_after(last)

    async def fire(self, *, is_past_due: bool = False) -> Called:
        """Fire now; how the call ended. A failed run is not repeated before the next tick."""
        async with self._at_work:
            return await self._fire(is_past_due=is_past_due)

    async def _fire(self, *, is_past_due: bool) -> Called:
        schedule = self.function.trigger["schedule"]
        called = await call(
            self.function, f"timer {self.clock.now():%H%M%S}", timer_datum(is_past_due=is_past_due, schedule=schedule)
        )
        outputs = outputs_of(self.function, called) if called.is_ok else ()
        self.queue.fired(self.function.name, outputs)
        self.say(f"{self.function.name} " + ("fired" if called.is_ok else f"failed ({called.kind_of_error})"))
        return called
