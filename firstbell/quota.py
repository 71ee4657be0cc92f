"""A mailbox's tokens: each message takes one, and they come back at a steady pace up to a full bucket.

One moment says it all: when the bucket will be full again. Kept in the store, so that a crash does not fill it. Kept
apart from any store, so that the fake and the real one cannot come to differ.
"""

import datetime as dt
from dataclasses import dataclass

from firstbell.records import Quota


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an attempt: when the bucket is full after it, and when to go on (None: there was a token)."""

    full_at: dt.datetime
    go_on_at: dt.datetime | None


AT_MOST = dt.timedelta(minutes=1)


def worth_going_on_at(there_is_one_at: dt.datetime, quota: Quota) -> dt.datetime:
    """When the bucket is full after a first token is there, or holds what came back in a minute.

    Whoever went on at the first token would go on once for every message.
    """
    return there_is_one_at + min(AT_MOST, quota.at_once * pace(quota)) - pace(quota)


def pace(quota: Quota) -> dt.timedelta:
    """How long one token takes to come back."""
    return dt.timedelta(minutes=1) / quota.a_minute


def take(full_at: dt.datetime | None, quota: Quota, now: dt.datetime) -> Taken:
    """Take one token of a bucket that is full at `full_at` (None: it is).

    A bucket can't be further from full than empty: where it seems so, the clock was put back since.
    """
    each = pace(quota)
    full = min(max(full_at or now, now), now + quota.at_once * each)
    there_is_one_at = full - (quota.at_once - 1) * each
    return Taken(full + each, None) if there_is_one_at <= now else Taken(full, there_is_one_at)
