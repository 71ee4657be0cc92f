"""When brothers and sisters may share one message: only if who may be told is exactly the same for each of them.

"Household" is our word: contacts at one address, worked out afresh for each session and never stored as truth.
"""

import hashlib
import json
from collections.abc import Iterable

from rules.calendar import Session
from rules.contact.addresses import address_key
from rules.contact.permissions import Decision
from rules.contact.purposes import Purpose

GROUP_LENGTH = 32  # hexadecimal digits: too many for two families to meet by chance


def sharing_group(decisions: Iterable[Decision], purpose: Purpose, session: Session) -> str:
    """A name for the pupils whose messages may be merged: the same for two pupils only when all their contacts match.

    It covers every contact, those refused too: a father who may be told of one child and not of the other splits them,
    even for a mother who may be told of both. It is a hash, so it says nothing of anybody.
    """
    terms = sorted((address_key(d.address) if d.address else "", d.may_be_told, d.refusal or "") for d in decisions)
    told = json.dumps([purpose, session.key, terms])
    return hashlib.sha256(told.encode()).hexdigest()[:GROUP_LENGTH]
