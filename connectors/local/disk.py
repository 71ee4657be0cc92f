"""Writing to disk so that a reader, or a run after a crash, finds the old file or the new one and never half of it."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from firstbell.errors import Misconfigured, NeedsHuman

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def write_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole and on the disk itself, making its folder where needed. Raises OSError."""
    _swap_in(path, content, must_last=True)
    sync_folder(path.parent)


def write_view(path: Path, content: bytes) -> None:
    """The same for what can be drawn again: whole, but not waiting for the disk."""
    _swap_in(path, content, must_last=False)


def _swap_in(path: Path, content: bytes, *, must_last: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the process id, two runs at once never write into one another's half-made file.
    half_made = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with half_made.open("wb") as file:
            file.write(content)
            if must_last:
                file.flush()
                os.fsync(file.fileno())
        half_made.replace(path)
    finally:
        half_made.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, where the system can (Windows does it by itself)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turn the disk's errors into ours; `what` says which folder it is, in words: "the outbox"."""
    try:
        yield
    except PermissionError as error:
        raise Misconfigured(f"{what} can't be written: the account that runs Firstbell may not write there") from error
    except OSError as error:
        if error.errno in FULL:
            raise NeedsHuman("the disk is full: make room, then run again", what) from error
        raise Misconfigured(f"{what} can't be used: {error.strerror}") from error
