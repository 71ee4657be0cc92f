"""The real clock, and clocks that stand where they were set; waiting, and keys that nobody can guess."""

import datetime as dt
import secrets
import time
from dataclasses import dataclass

from firstbell.errors import BadInput
from firstbell.ports import Clock
from firstbell.settings import Settings

LIKELY_YEARS = range(2000, 2200)


class SystemClock:
    """The computer's clock."""

    def now(self) -> dt.datetime:
        """The moment, in UTC."""
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the home of the real clock


@dataclass
class SetClock:
    """A clock that stands where it was set: for `--at`, replays and the demo."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        """The moment it was set to, in UTC."""
        return self.moment.astimezone(dt.UTC)


def pause(seconds: float) -> None:
    """Wait, while another run is at work."""
    time.sleep(seconds)


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(24)


def clock_for(settings: Settings, at: dt.datetime | None) -> Clock:
    """The real clock, or one that stands at a local time of the school. Raises BadInput for a time out of all use."""
    if at is None:
        return SystemClock()
    if at.year not in LIKELY_YEARS:
        raise BadInput("--at", f"the year {at.year}", f"a year from {LIKELY_YEARS[0]} to {LIKELY_YEARS[-1]}")
    return clock_at(settings, at)


def clock_at(settings: Settings, at: dt.datetime) -> SetClock:
    """A clock that stands at a local time of the school."""
    return SetClock(at if at.tzinfo else at.replace(tzinfo=settings.zone))
