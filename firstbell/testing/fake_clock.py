"""A clock that stands still until a test moves it."""

import datetime as dt


class FakeClock:
    """A clock for tests: aware, in UTC. Starts on a Monday in term, at 09:45 in London."""

    def __init__(self, now: dt.datetime = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)) -> None:
        self.set(now)

    def now(self) -> dt.datetime:
        return self._now

    def set(self, now: dt.datetime) -> None:
        """Put the clock to an aware moment."""
        if now.tzinfo is None:
            raise ValueError("a clock can't be put to a moment without a time zone")
        self._now = now.astimezone(dt.UTC)

    def advance(self, **by: float) -> None:
        """Move on, as in `advance(minutes=10)`."""
        self._now += dt.timedelta(**by)
