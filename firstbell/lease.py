"""When a lease holds. Shared by every store, so that they agree."""

import datetime as dt


def is_held(good_until: dt.datetime | None, *, now: dt.datetime, seconds: int) -> bool:
    """Whether a lease that ends at `good_until` keeps out a run that would take it for so many seconds from `now`.

    Of two runs that ask at once, the one that read its clock first may write last, and then finds a lease that ends
    later than its own would; so it does between computers whose clocks differ. One that ends in more than twice its
    length is of a clock that was put back since, and holds nobody up.
    """
    return good_until is not None and now < good_until <= now + 2 * dt.timedelta(seconds=seconds)
