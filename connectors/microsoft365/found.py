"""What a mailbox tells of a message, and how it is asked to tell it."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Reply
from firstbell.errors import RetryLater

# Ours alone: no other program's properties have this name. Graph compares the name exactly, the value in any case.
OURS = "String {0bb5ae0c-1c09-4a42-9c5c-5a8f7cf1b2d4} Name"
KEY, CLAIM = f"{OURS} firstbellKey", f"{OURS} firstbellClaim"
SHOWN = "id,isDraft,parentFolderId,createdDateTime,lastModifiedDateTime"


@dataclass(frozen=True, slots=True)
class Found:
    """A message of ours as it lies in the mailbox. `unchanged_for` is by the clock of Microsoft 365 alone."""

    id: str
    key: str
    etag: str
    is_draft: bool
    folder: str
    made_at: dt.datetime
    unchanged_for: dt.timedelta


def expanding(*properties: str) -> str:
    """What makes Graph show extended properties."""
    wanted = " or ".join(f"id eq '{each}'" for each in properties)
    return f"singleValueExtendedProperties($filter={wanted})"


def property_of(told: Mapping[str, Any], name: str) -> str:
    """An extended property of a message; empty where it has none. Graph may spell the name's GUID in any case."""
    shown = told.get("singleValueExtendedProperties", ())
    return next((str(each["value"]) for each in shown if each["id"].casefold() == name.casefold()), "")


def stamp(moment: dt.datetime) -> str:
    """A moment as a filter has it."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def found_in(told: Mapping[str, Any], reply: Reply) -> Found:
    """A message as the answer tells it. Raises RetryLater for one that lacks something."""
    with whole_answers():
        answered_at = parsedate_to_datetime(reply.headers["date"])  # by the clock of who answered
        return Found(
            id=told["id"],
            key=property_of(told, KEY),
            etag=told["@odata.etag"],
            is_draft=told["isDraft"],
            folder=told["parentFolderId"],
            made_at=dt.datetime.fromisoformat(told["createdDateTime"]),
            unchanged_for=answered_at - dt.datetime.fromisoformat(told["lastModifiedDateTime"]),
        )


@contextlib.contextmanager
def whole_answers() -> Iterator[None]:
    """An answer that lacks what it must hold is as good as none: raises RetryLater."""
    try:
        yield
    except (LookupError, TypeError, ValueError) as error:
        raise RetryLater(TRY_AGAIN_AFTER) from error
