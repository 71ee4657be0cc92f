"""A staff channel in memory."""

from collections import deque

from connectors._cards import check_link
from firstbell.errors import FirstbellError
from firstbell.records import Card


class FakeChannel:
    """A channel for tests. `cards` is what stands in it, in the order it was posted."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}
        self._faults: deque[tuple[FirstbellError, bool]] = deque()
        self.posts = 0

    @property
    def cards(self) -> list[Card]:
        return list(self._cards.values())

    def fail_next(self, error: FirstbellError, *, after: bool = False) -> None:
        """Raise `error` at the next post; `after`: the card stands in the channel and only the answer is lost."""
        self._faults.append((error, after))

    def remove(self, key: str) -> None:
        """Somebody deleted the card."""
        del self._cards[key]

    def post(self, card: Card) -> None:
        self.posts += 1
        check_link(card)
        error, is_after = self._faults.popleft() if self._faults else (None, False)
        if error is not None and not is_after:
            raise error
        self._cards.setdefault(card.key, card)
        if error is not None:
            raise error

    def is_posted(self, key: str) -> bool:
        return key in self._cards
