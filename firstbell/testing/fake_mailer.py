"""A mailer in memory that keeps the promises of the real ones, and breaks where a test tells it to.

Many `FakeMailer`s may share one `FakeProvider`, as two runs share one mail service; what was sent is the provider's.
"""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from connectors._mail import check_envelope
from firstbell.errors import NeedsHuman
from firstbell.records import Bounce, Draft, Guarantee, Message, Reply, Whereabouts
from firstbell.testing.fake_clock import FakeClock


class Crash(BaseException):
    """The process was killed here. No handler of errors may catch it, as none could catch SIGKILL."""


class Step(StrEnum):
    """The calls of the port that can be told to fail."""

    CREATE = "create_draft"
    SEND = "send_draft"
    LOOK_UP = "look_up"
    DISCARD = "discard_draft"
    BOUNCES = "bounces"
    REPLIES = "replies"
    DRAFTS = "drafts_before"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a call raises, and whether the provider has done its part by then (the answer was lost)."""

    error: BaseException
    is_after: bool = False


@dataclass
class FakeProvider:
    """The mail service behind the fakes: what it holds outlives every run."""

    clock: FakeClock = field(default_factory=FakeClock)
    drafts: dict[str, Message] = field(default_factory=dict)
    drafted_at: dict[str, dt.datetime] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    sent_ids: list[str] = field(default_factory=list)
    bounced: list[Bounce] = field(default_factory=list)
    answered: list[Reply] = field(default_factory=list)
    faults: dict[Step, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[tuple[Step, str]] = field(default_factory=list)
    unseen_look_ups: int = 0
    created: int = 0
    sending_takes: dt.timedelta = dt.timedelta()
    drafting_takes: dt.timedelta = dt.timedelta()


class FakeMailer:
    """A mailer for tests. `sent` is what left, in order; `drafts` is what lies ready, by id."""

    def __init__(self, guarantee: Guarantee = Guarantee.EXACTLY_ONCE, *, provider: FakeProvider | None = None) -> None:
        self._guarantee = guarantee
        self.provider = provider or FakeProvider()
        self._made_here: set[str] = set()

    @property
    def guarantee(self) -> Guarantee:
        return self._guarantee

    @property
    def sent(self) -> list[Message]:
        return self.provider.sent

    @property
    def drafts(self) -> dict[str, Message]:
        return self.provider.drafts

    @property
    def calls(self) -> list[tuple[Step, str]]:
        """Every call that was made, with the key or draft id it was about."""
        return self.provider.calls

    def another_run(self) -> "FakeMailer":
        """The same mail service as a second run, or the run after a crash, sees it."""
        return type(self)(self._guarantee, provider=self.provider)

    def fail_next(self, step: Step, error: BaseException, *, after: bool = False, passing: int = 0) -> None:
        """Raise `error` at the next call of `step`, once `passing` calls have gone well.

        `after`: the provider has done what was asked, and only its answer is lost. Several faults queue up.
        """
        self.provider.faults[step] += [*[None] * passing, Fault(error, is_after=after)]

    def lag(self, look_ups: int) -> None:
        """Let the next so many look-ups not see sent messages yet, as a Sent folder that fills late."""
        self.provider.unseen_look_ups = look_ups

    def be_slow(self, sending: dt.timedelta = dt.timedelta(), *, drafting: dt.timedelta = dt.timedelta()) -> None:
        """Let each message take so long, by the provider's clock."""
        self.provider.sending_takes, self.provider.drafting_takes = sending, drafting

    def bounce(self, key: str, *, at: dt.datetime, is_permanent: bool = True) -> None:
        """Let a non-delivery report for a message come in."""
        self.provider.bounced.append(Bounce(key, is_permanent, at))

    def answer(self, key: str, *, at: dt.datetime) -> None:
        """Let somebody write back to a message."""
        self.provider.answered.append(Reply(key, at))

    def create_draft(self, message: Message) -> str:
        with self._step(Step.CREATE, message.key):
            self._check(message)
            self.provider.clock.advance(seconds=self.provider.drafting_takes.total_seconds())
            self.provider.created += 1
            draft_id = f"draft-{self.provider.created}" if self._can_be_asked else f"draft-of-{message.key}"
            self.provider.drafts[draft_id] = message
            self.provider.drafted_at[draft_id] = self.provider.clock.now()
            self._made_here.add(draft_id)
        return draft_id

    def _check(self, message: Message) -> None:
        check_envelope(message)

    def send_draft(self, draft_id: str) -> None:
        with self._step(Step.SEND, draft_id):
            if draft_id not in self.provider.drafts or not self._knows(draft_id):
                raise NeedsHuman("the draft is not there any more: look the message up", "the fake mailbox")
            self.provider.clock.advance(seconds=self.provider.sending_takes.total_seconds())
            self.provider.sent.append(self.provider.drafts.pop(draft_id))
            self.provider.sent_ids.append(draft_id)

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        with self._step(Step.LOOK_UP, draft_id):
            if not self._knows(draft_id):
                return Whereabouts.CANNOT_TELL
            if any(message.key == key for message in self.sent):
                return self._seen_yet()
            return Whereabouts.DRAFT if draft_id in self.provider.drafts else Whereabouts.ABSENT

    def _seen_yet(self) -> Whereabouts:
        if self.provider.unseen_look_ups == 0:
            return Whereabouts.SENT
        self.provider.unseen_look_ups -= 1
        return Whereabouts.ABSENT

    def _knows(self, draft_id: str) -> bool:
        """A provider that can't be asked afterwards leaves each run with what it did itself."""
        return self._can_be_asked or draft_id in self._made_here

    @property
    def _can_be_asked(self) -> bool:
        return self._guarantee is Guarantee.EXACTLY_ONCE

    def discard_draft(self, draft_id: str) -> bool:
        with self._step(Step.DISCARD, draft_id):
            return self._knows(draft_id) and self.provider.drafts.pop(draft_id, None) is not None

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        with self._step(Step.DRAFTS, ""):
            lying = self.provider.drafts.items() if self._can_be_asked else ()
            made_at = self.provider.drafted_at
            return tuple(Draft(each, message.key) for each, message in lying if made_at[each] < moment)

    def close(self) -> None:
        """Nothing to let go of."""

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:
        with self._step(Step.BOUNCES, ""):
            return tuple(bounce for bounce in self.provider.bounced if bounce.at >= since)

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:
        with self._step(Step.REPLIES, ""):
            return tuple(reply for reply in self.provider.answered if reply.at >= since)

    @contextmanager
    def _step(self, step: Step, about: str) -> Iterator[None]:
        self.calls.append((step, about))
        queue = self.provider.faults[step]
        fault = queue.popleft() if queue else None
        if fault is not None and not fault.is_after:
            raise fault.error
        yield
        if fault is not None:
            raise fault.error
