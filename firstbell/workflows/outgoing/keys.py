"""The keys that make a message unique: a key exists once, whoever runs twice, so nobody is told twice."""

import datetime as dt
import hashlib
from collections.abc import Collection
from itertools import count

from rules.calendar import Session
from rules.contact.purposes import Purpose

NOBODY = "nobody"


def proposal_key(school: str, subject_id: str, session: Session, purpose: Purpose, recipient_id: str) -> str:
    """School, pupil (or register), session, purpose and recipient, joined; ids only, so it may stand in a log."""
    return f"{school}|{subject_id}|{session.key}|{purpose}|{recipient_id}"


def dispatch_key(keys: tuple[str, ...], released_at: dt.datetime) -> str:
    """The key of one message that carries these proposals; released anew, it has another."""
    text = "\n".join((*sorted(keys), released_at.isoformat()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def case_number(school: str, pupil_id: str, session: Session, taken: Collection[str]) -> str:
    """What a card's face shows in place of a name: nobody can tell the pupil from it without the workbook.

    `taken` are the numbers of all other cases: two pupils with one number would be taken for one.
    """
    first = int(hashlib.sha256(f"{school}|{pupil_id}|{session.key}".encode()).hexdigest()[:8], 16)
    numbers = (f"S{session.date:%d%m}-{number % 10_000:04d}" for number in count(first))
    return next(number for number in numbers if number not in taken)
