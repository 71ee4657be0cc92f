"""What goes wrong in one simulated morning, as data: drawn from a seed, kept in the corpus, made smaller when it fails.

Everything is counted in operations: the calls of a port that any run of the morning makes, from 0.
"""

import dataclasses
import json
import random
from dataclasses import dataclass, field

# What a call can meet. Before and after: whether the other side had done its part by then.
KILLS = ("kill before", "kill after")
FAULTS = (
    *KILLS,
    "lost before",
    "lost after",
    "busy",
    "busy, no time said",
    "server error before",
    "server error after",
    "hang before",
    "hang after",
    "sleep",
)
# Weights for drawing; kills are what the harness is about.
OFTEN = (6, 6, 2, 3, 3, 1, 1, 2, 1, 2, 2)
# What the provider does that its documentation does not say.
SECOND_SENDS = ("refused", "ignored")
LAGS = ("absent", "draft")


@dataclass(frozen=True, slots=True)
class Plan:
    """One morning. `addresses` has a mailbox for each pupil (siblings share one); `runs` is how many start at once.

    `second_send` and `lag_shows` are the provider's unknown behaviours, and `lag` is how many minutes a sent message
    takes to show. `changes` and `deletions`: at that operation a pupil turns out to be in school; somebody deletes
    every draft. `switches`: at that operation another run goes on. `service` is "mailbox" or "smtp"; with `is_signed`
    the messages are of a purpose that is never sent twice in doubt. `at_once` is the mailbox's quota; 0 for none.
    """

    addresses: tuple[int, ...]
    runs: int = 1
    rounds: int = 3
    second_send: str = "refused"
    lag: float = 0
    lag_shows: str = "absent"
    faults: dict[int, str] = field(default_factory=dict)
    switches: dict[int, int] = field(default_factory=dict)
    changes: dict[int, int] = field(default_factory=dict)
    deletions: tuple[int, ...] = ()
    service: str = "mailbox"
    is_signed: bool = False
    at_once: int = 0

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))


def plan_of(text: str) -> Plan:
    """The plan that `to_json` wrote: JSON has no whole-number keys and no tuples."""
    told = json.loads(text)
    for name in ("faults", "switches", "changes"):
        told[name] = {int(key): value for key, value in told[name].items()}
    return Plan(**told | {"addresses": tuple(told["addresses"]), "deletions": tuple(told["deletions"])})


def drawn(seed: int) -> Plan:
    """The morning of a seed: mostly one run, few messages, a fault every ten to a hundred operations."""
    rng = random.Random(seed)  # noqa: S311 - mornings, no secret
    pupils = rng.choice((1, 2, 2, 3, 3, 4))
    runs = rng.choices((1, 2, 3), (6, 3, 1))[0]
    length = 30 * pupils * runs
    every = rng.choice((10, 20, 40, 100))
    return Plan(
        addresses=tuple(rng.randrange(pupils) for _ in range(pupils)),
        runs=runs,
        second_send=rng.choice(SECOND_SENDS),
        lag=rng.choice((0, 0, 1, 3, 7)),
        lag_shows=rng.choice(LAGS),
        faults={n: rng.choices(FAULTS, OFTEN)[0] for n in _moments(rng, length, every)},
        switches={n: rng.randrange(8) for n in _moments(rng, length, rng.choice((2, 4, 12)))} if runs > 1 else {},
        changes={n: rng.randrange(pupils) for n in _moments(rng, length, 3 * length)},
        deletions=tuple(_moments(rng, length, 4000)),
        service="smtp" if rng.random() < 0.1 else "mailbox",
        is_signed=rng.random() < 0.2,
        at_once=2 if rng.random() < 0.1 else 0,
    )


def _moments(rng: random.Random, length: int, every: int) -> list[int]:
    """Operations below `length`, one in `every` on average."""
    found, here = [], int(rng.expovariate(1 / every))
    while here < length:
        found.append(here)
        here += 1 + int(rng.expovariate(1 / every))
    return found
