"""A file as it was at one moment: its bytes, and when it was last changed."""

import datetime as dt
import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from firstbell.errors import BadInput, NeedsHuman, RetryLater

LARGEST_FILE = 100 * 1024 * 1024  # bytes; a school year of marks, one row each, is 12 MB
# There is nothing of that name, or a folder, or there could not be: waiting does not help.
NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}
STILL_BEING_WRITTEN = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name, its bytes and when it was last changed (UTC)."""

    file: str
    data: bytes = field(repr=False)
    modified_at: dt.datetime


def read_source(path: Path) -> Source:
    """Read a whole file. Raises BadInput when it is not there, no file, or too large; NeedsHuman when it may not be
    opened; and RetryLater when it changes while being read: the export is still being written.
    """
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise BadInput(path.name or str(path), "a folder or a device", "a file")
        if before.st_size > LARGEST_FILE:
            raise BadInput(path.name, f"{before.st_size:,} bytes", f"at most {LARGEST_FILE:,}")
        data = path.read_bytes()
        after = path.stat()
    except PermissionError as error:
        raise NeedsHuman(f"{path.name} can't be opened: close it, or let Firstbell read it", path.name) from error
    except OSError as error:
        if error.errno in NO_FILE:
            raise BadInput(path.name, "no such file", "an export of that name") from error
        raise RetryLater(STILL_BEING_WRITTEN) from error
    if _state(before) != _state(after) or len(data) != after.st_size:
        raise RetryLater(STILL_BEING_WRITTEN)
    return Source(path.name, data, dt.datetime.fromtimestamp(after.st_mtime, dt.UTC))


def _state(of: os.stat_result) -> tuple[int, int]:
    return of.st_size, of.st_mtime_ns
