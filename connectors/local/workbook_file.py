"""The .xlsx file on disk: is anyone in it, and how it is replaced without ever being half written."""

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from connectors._xlsx.fitness import refuse_unfit
from firstbell.errors import NeedsHuman


def content_of(path: Path) -> bytes | None:
    """The bytes of the workbook, or None when there is none yet. Raises NeedsHuman when it must not be opened."""
    content = _bytes_of(path)
    if content is not None:
        refuse_unfit(content, path.name)
    return content


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NeedsHuman(
            "the workbook can't be read: close it everywhere and see that Firstbell may open it", path.name
        ) from error


def refuse_while_open(path: Path) -> None:
    """Raise NeedsHuman while Excel or LibreOffice keeps its owner file beside the workbook."""
    for owner in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if owner.exists():
            raise NeedsHuman(
                f"close {path.name}: someone has it open, and nothing was changed. If nobody has, delete {owner.name}",
                path.name,
            )


def replace_if_unchanged(path: Path, before: bytes | None, after: bytes) -> bool:
    """Put `after` in the place of `before`; False, and nothing done, when somebody saved the file meanwhile.

    The last look and the replacing are two calls, some microseconds apart: no file system offers them as one.
    """
    if after == before:
        return True
    beside = path.with_name(f"{_prefix(path)}{secrets.token_hex(8)}.tmp")
    try:
        _write(beside, path, after)
        refuse_while_open(path)
        if _bytes_of(path) != before:
            return False
        beside.replace(path)
    except FileNotFoundError:
        return False
    except PermissionError as error:
        raise NeedsHuman(
            f"close {path.name}: someone has it open, or Firstbell may not change it; nothing was changed", path.name
        ) from error
    except OSError as error:
        raise NeedsHuman("the workbook can't be written: see that its disk is there and has room", path.name) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return True


def _write(beside: Path, path: Path, content: bytes) -> None:
    """Put the content safely on disk in a new file beside the workbook, open to the same people."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left_over(path)
    with beside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileNotFoundError):
        shutil.copymode(path, beside)


def remove_left_over(path: Path) -> None:
    """Delete what a run that died between writing and replacing left beside the workbook."""
    for left in path.parent.iterdir():
        if left.name.startswith(_prefix(path)):
            with contextlib.suppress(OSError):
                left.unlink()


def _prefix(path: Path) -> str:
    return f".firstbell-{path.stem}-"
