"""Signing in while a secret is being changed: the value that is right is the current one, or still the one before it.

The other side, the vault and each instance of ours learn of a change at different times. So where the value that was
tried is itself refused, the other is tried, once. A connection costs one refused try more at most, and the next ones
cost none: which value was taken is remembered while the process lives, so that no account is locked by us.
"""

import logging
from collections.abc import Callable
from enum import StrEnum

from firstbell.records import Secret

log = logging.getLogger("firstbell.secrets")


class Taken(StrEnum):
    """Which value of a secret the other side took."""

    CURRENT = "current"
    PREVIOUS = "previous"


_last_taken: dict[Secret, Taken] = {}


def signed_in[T, Refusal: Exception](
    secret: Secret,
    sign_in: Callable[[str], T],
    refusal: type[Refusal],
    is_of_value: Callable[[Refusal], bool] = lambda _: True,
) -> T:
    """What `sign_in` gives for the value of the secret that the other side takes.

    `refusal` is the error that may say that the value itself is wrong, and `is_of_value` whether it does. For anything
    else, a line that is down or a server that is busy, the other value is not tried. Raises what `sign_in` raises.
    """
    value, *other = _in_order(secret)
    try:
        done = sign_in(value)
    except refusal as error:
        if not other or not is_of_value(error):
            raise
        [value] = other
        done = sign_in(value)
    _remember(secret, Taken.CURRENT if value == secret.current else Taken.PREVIOUS)
    return done


def taken(secret: Secret) -> Taken | None:
    """Which value was taken last in this process; None where none was yet."""
    return _last_taken.get(secret)


def _in_order(secret: Secret) -> tuple[str, ...]:
    return secret.values[::-1] if taken(secret) is Taken.PREVIOUS else secret.values


def _remember(secret: Secret, now: Taken) -> None:
    before, _last_taken[secret] = taken(secret), now
    if now is Taken.PREVIOUS and before is not now:
        log.warning("the current value of the secret '%s' was refused, and the previous one taken", secret.name)
    elif before is Taken.PREVIOUS and now is Taken.CURRENT:
        log.info("the current value of the secret '%s' is taken now", secret.name)
