"""What any place for anchors must do. A test class inherits this and gives the fixture `open_anchors`, which opens the
same place each time it is called; at first there is nothing in it.
"""

import datetime as dt
from collections.abc import Callable

from firstbell.ports import Anchors

NIGHT = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
FIRST, SECOND = f"1:{'a' * 64}", f"2:{'b' * 64}"


class AnchorsConformance:
    """The promises of the Anchors port."""

    def test_there_is_none_before_the_first(self, open_anchors: Callable[[], Anchors]) -> None:
        assert open_anchors().newest() is None

    def test_the_newest_is_the_one_kept_last(self, open_anchors: Callable[[], Anchors]) -> None:
        open_anchors().keep(FIRST, at=NIGHT)
        open_anchors().keep(SECOND, at=NIGHT + dt.timedelta(days=1))

        assert open_anchors().newest() == SECOND
