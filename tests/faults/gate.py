"""One run of a job as the harness sees it: every call of a port goes through its gate, and may not come back."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.errors import NeedsHuman, RetryLater
from tests.faults.plan import KILLS

if TYPE_CHECKING:
    from tests.faults.world import World

HALF_MINUTE = dt.timedelta(seconds=30)
NO_TIME_SAID = dt.timedelta(minutes=5)
PAST_THE_LEASE = 11
BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
MAIL = frozenset({"create", "send", "look up", "discard", "list"})


class Killed(BaseException):
    """The process is dead. No handler of errors may catch it, as none could catch SIGKILL."""


@dataclass
class Gate:
    """The world lets a call through, or gives it its fault. A dead run's every further call is dead as well."""

    world: "World"
    number: int
    is_dead: bool = False
    read: dict[str, bool] = field(default_factory=dict)
    called_at: dt.datetime = BEFORE_ALL
    hand: dict[str, object] = field(default_factory=dict)

    def call[Answer](self, step: str, act: Callable[[], Answer]) -> Answer:
        self.called_at = self.world.clock.now()
        fault = self.world.turn(self)
        if self.is_dead:
            raise Killed
        if step in MAIL:
            self.world.provider.requests[step] += 1
        if fault is None:
            return act()
        return self._fail(fault, step, act)

    def _fail[Answer](self, fault: str, step: str, act: Callable[[], Answer]) -> Answer:
        if fault == "sleep":
            self.world.sleep()
            return act()
        if fault not in KILLS and step not in MAIL and not fault.startswith("busy"):
            return act()  # the store and the clock are on this machine: no line to them is ever cut
        self.world.met[f"{fault} at {step}"] += 1
        if fault == "kill before":
            self.is_dead = True
            raise Killed
        if fault.startswith("hang"):
            self.world.clock.advance(minutes=PAST_THE_LEASE)
        if fault not in KILLS and self.world.provider.is_real:
            self.world.provider.fail_on_the_wire(fault)
            return act()
        if fault.endswith("after"):
            act()
        if fault in KILLS:
            self.is_dead = True
            raise Killed
        raise self._error(fault, step)

    def _error(self, fault: str, step: str) -> Exception:
        """What an adapter makes of it: a refusal is a refusal; anything else about a send is a doubt."""
        if fault == "busy":
            return RetryLater(HALF_MINUTE)
        if fault == "busy, no time said":
            return RetryLater(NO_TIME_SAID)
        if step == "send":
            return NeedsHuman("the answer was lost: it may have gone", "the mailbox")
        return RetryLater(HALF_MINUTE)
