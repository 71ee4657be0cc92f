"""What a mailbox may send. When its tokens are used up its messages wait and the run says how long; nobody sleeps."""

import datetime as dt

from firstbell.records import Quota
from firstbell.workflows.office import Office
from rules.contact.purposes import PURPOSES, Audience, Purpose


def take_turn(office: Office, purpose: Purpose, quota: Quota | None) -> dt.datetime | None:
    """None when one more message of the purpose may go now; else the moment to go on.

    Staff and the safeguarding team are few and are never kept waiting for families: their messages count, and go.
    """
    if quota is None:
        return None
    go_on_at = office.store.desk.take_token(quota, now=office.clock.now())
    return go_on_at if PURPOSES[purpose].audience is Audience.CONTACTS else None


def give_back_turn(office: Office, quota: Quota | None) -> None:
    """The message did not go."""
    if quota is not None:
        office.store.desk.return_token(quota)
