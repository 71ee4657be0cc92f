"""Which of the school's mailboxes a message is written from: a family always hears from the same one.

By the recipient's address, since one message may be about several children of a household. Used by the mailer that
writes and by the quota that counts, so that both mean the same mailbox.
"""

import hashlib
from collections.abc import Sequence

from rules.people import Personal


def mailbox_for(address: Personal, mailboxes: Sequence[str]) -> str:
    """The mailbox for an address, whatever order they are listed in. Raises ValueError without any mailbox.

    Each mailbox draws a number for the address, and the highest wins (rendezvous hashing): with one mailbox more, only
    the families that it takes over hear from another one than before.
    """
    folded = address.reveal().strip().casefold()
    return max(mailboxes, key=lambda mailbox: hashlib.sha256(f"{mailbox.casefold()}|{folded}".encode()).digest())
