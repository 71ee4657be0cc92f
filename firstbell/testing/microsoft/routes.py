"""Which part of the sandbox answers which operation of the contract."""

from collections.abc import Callable
from dataclasses import dataclass

from firstbell.testing.microsoft.asked import Answer, Asked
from firstbell.testing.microsoft.tenant import Tenant

Handler = Callable[[Tenant, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """What answers one operation of the contract. `is_open`: it needs no token, its address is the permission."""

    method: str
    template: str
    handler: Handler
    is_open: bool = False
