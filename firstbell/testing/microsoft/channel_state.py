"""What stands in a Teams channel of the tenant of pretence, and what its workflow does with a card."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HOOK = "/powerautomate/automations/direct/workflows/"


class Flow(StrEnum):
    """What becomes of a card that the web hook took. OFF: it takes none."""

    POSTS = "posts"
    LATE = "late"
    NEVER = "never"
    TWICE = "twice"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in the channel: its card, or none once it was deleted."""

    id: str
    at: dt.datetime
    card: dict[str, Any] | None


@dataclass
class Channel:
    """A channel of a team, with one workflow whose address ends in `signature`. `delay`: how late a late one posts.
    `readers`: the programs whom the team's owner lets read (ChannelMessage.Read.Group), by client id; a private channel
    is not read with that.
    """

    id: str
    team: str
    name: str
    signature: str
    readers: frozenset[str] = frozenset()
    is_private: bool = False
    flow: Flow = Flow.POSTS
    delay: dt.timedelta = dt.timedelta(minutes=1)
    messages: list[Posted] = field(default_factory=list)

    def hook(self, server: str) -> str:
        """The address of the web hook, a secret: whoever has it can post."""
        return f"{server}{HOOK}{self.id}/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig={self.signature}"

    def post(self, card: dict[str, Any], at: dt.datetime) -> None:
        """The card stands in the channel from then on."""
        self.messages.append(Posted(f"{1700000000000 + len(self.messages)}", at, card))

    def delete(self, number: int) -> None:
        """A person deletes a message: that it was there still shows."""
        message = self.messages[number]
        self.messages[number] = Posted(message.id, message.at, None)

    def shown(self, now: dt.datetime) -> list[Posted]:
        """What stands in it now, the newest first."""
        return [message for message in reversed(self.messages) if message.at <= now]
