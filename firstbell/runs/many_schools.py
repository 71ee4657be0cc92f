"""Looking at many schools in the time that there is: side by side, in the order of their keys, and where it stopped.

Whoever asks over HTTP gets an answer within minutes or none; what is left is asked for from the key where it stopped.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import batched

from firstbell.ports import Clock

SIDE_BY_SIDE = 8  # threads: most of the time goes to waiting for a share of files or a server
ANSWER_WITHIN = dt.timedelta(seconds=150)  # the platform cuts an answer off after 230; the last lot needs some of it
AT_ONCE = 200  # schools; between two such lots it is seen whether there is time for another


@dataclass
class Looking[Found]:
    """Looks at schools with a function that may be called from several threads at once.

    `ends` is the moment after which no further lot is begun; None looks at all. `stopped_at` is then the key of the
    first school that was not looked at, and empty when all were.
    """

    look: Callable[[str], Found]
    clock: Clock
    ends: dt.datetime | None = None
    stopped_at: str = field(default="", init=False)

    def each(self, keys: Sequence[str]) -> Iterator[Found]:
        """What was found, in the order of the keys."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            for lot in batched(keys, AT_ONCE, strict=False):
                if self.ends is not None and self.clock.now() >= self.ends:
                    self.stopped_at = lot[0]
                    return
                yield from threads.map(self.look, lot)


def from_key(keys: Sequence[str], first: str) -> Sequence[str]:
    """The keys from one on, which need not be among them."""
    return keys[bisect_left(keys, first) :]
