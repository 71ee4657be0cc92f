"""A mail service in memory that is strict: it sends a draft once, and what it really sent is nobody's but its own."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from firstbell.errors import NeedsHuman
from firstbell.records import Draft, Message, Whereabouts
from firstbell.testing.fake_clock import FakeClock

GONE = "the draft is not there any more: look the message up"


@dataclass
class Provider:
    """`sent` is the provider's own list of what went: the message, and the moment it went."""

    clock: FakeClock
    second_send: str
    lag: dt.timedelta
    lag_shows: str
    drafts: dict[str, tuple[Message, dt.datetime]] = field(default_factory=dict)
    sent: dict[str, list[tuple[Message, dt.datetime]]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    deleted: set[str] = field(default_factory=set)
    made: int = 0
    is_real = False

    def create(self, message: Message) -> str:
        self.made += 1
        draft_id = f"draft-{self.made}"
        self.drafts[draft_id] = (message, self.clock.now())
        return draft_id

    def send(self, draft_id: str) -> Message | None:
        """The message that went now; None when nothing did and nobody was told so."""
        if draft_id in self.drafts:
            message, _ = self.drafts.pop(draft_id)
            self.sent[draft_id] = [(message, self.clock.now())]
            return message
        if draft_id not in self.sent or self.second_send == "refused":
            raise NeedsHuman(GONE, "the mailbox")
        if self.second_send == "ignored":
            return None
        message = self.sent[draft_id][0][0]
        self.sent[draft_id].append((message, self.clock.now()))
        return message

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        now, is_late = self.clock.now(), False
        for message, at in (each for went in self.sent.values() for each in went):
            if message.key == key:
                if now >= at + self.lag:
                    return Whereabouts.SENT
                is_late = True
        if draft_id in self.drafts or (is_late and self.lag_shows == "draft"):
            return Whereabouts.DRAFT
        return Whereabouts.ABSENT

    def discard(self, draft_id: str) -> bool:
        if draft_id in self.drafts:
            self.deleted.add(draft_id)
        return self.drafts.pop(draft_id, None) is not None

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        return tuple(Draft(each, message.key) for each, (message, at) in self.drafts.items() if at < moment)
