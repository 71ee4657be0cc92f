"""What Excel has open in the tenant of pretence, and which workbooks it does not open for a program."""

import datetime as dt
from dataclasses import dataclass, field

from openpyxl import Workbook


@dataclass
class Session:
    """A session of a program; without `persists` nothing it writes outlives it."""

    item_id: str
    persists: bool
    used_at: dt.datetime


@dataclass
class LiveBook:
    """A workbook as Excel holds it. `loaded` is the file it came from, or was last saved as."""

    book: Workbook
    loaded: bytes
    changed_at: dt.datetime | None = None


@dataclass
class Workbooks:
    """`refuses_apps`: the service takes no program for a user. `labelled`: files under an encrypting label. `held`:
    files that somebody opened for himself alone, or checked out. All by the item's id.
    """

    refuses_apps: bool = False
    labelled: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    sessions: dict[str, Session] = field(default_factory=dict)
    live: dict[str, LiveBook] = field(default_factory=dict)
    made: int = 0
