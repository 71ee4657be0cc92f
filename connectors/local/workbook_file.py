"""The .xlsx file itself: is it fit to open, is anyone in it, and how it is replaced without ever being half written."""

import contextlib
import io
import os
import re
import secrets
import shutil
import zipfile
from pathlib import Path

from connectors._workbook_parts import LARGEST_AREA, LARGEST_UNPACKED, MOST_PARTS, NO_ARCHIVE, farthest, pieces
from connectors.local.workbook_strings import SHEETS, shared
from firstbell.errors import NeedsHuman

# A zip entry has a time to two seconds from 1980 on; one fixed time makes the same content the same bytes.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
PROPERTIES = "docProps/core.xml"
WRITTEN_AT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z")
FIXED_MOMENT = b"2026-01-01T00:00:00Z"
AREAS = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*["'](\w+:\w+)["']""")


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


def refuse_unfit(content: bytes, file: str) -> None:
    """Raise NeedsHuman for what is no workbook, has a password, holds macros, or would take far too much memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_macros_and_crowds(archive.namelist(), file)
            _refuse_what_is_too_large(archive, file)
    except NO_ARCHIVE as error:
        raise NeedsHuman(
            "the file is damaged, has a password or is no .xlsx workbook: put back an earlier version, "
            "or move it away and Firstbell draws a new one",
            file,
        ) from error


def _refuse_macros_and_crowds(parts: list[str], file: str) -> None:
    if len(parts) > MOST_PARTS:
        raise _too_large(file)
    if any(part.endswith("vbaProject.bin") for part in parts):
        raise NeedsHuman("the workbook holds macros, which are never opened: save it without them", file)


def _too_large(file: str) -> NeedsHuman:
    return NeedsHuman("the workbook is far too large to be ours: put back an earlier version", file)


def _refuse_what_is_too_large(archive: zipfile.ZipFile, file: str) -> None:
    total, place = 0, (1, 10)
    for piece in pieces(archive):
        total += piece.size
        if total > LARGEST_UNPACKED:
            raise _too_large(file)
        if piece.is_sheet:
            place = farthest(piece.window, place)
            _refuse_wide_areas(piece.window, file)
    if place[0] * place[1] > LARGEST_AREA:
        far = f"row {place[0]:,} or column {place[1]:,}"
        raise NeedsHuman(f"a cell lies far away from the others, in {far}: delete what is there and save", file)


def _refuse_wide_areas(window: bytes, file: str) -> None:
    """A merge or a link over whole columns becomes a cell object for each of its cells when openpyxl reads it."""
    for areas in AREAS.findall(window):
        rows, columns = farthest(b'r="%s" r="%s"' % tuple(areas.upper().split(b":")))
        if rows * columns > LARGEST_AREA:
            raise NeedsHuman("cells are merged or linked over whole rows or columns: undo that and save", file)


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


def tidied(content: bytes) -> bytes:
    """The same archive, compressed, with no moment of writing in it and no row height fixed for good.

    openpyxl writes every height as one a person set, and Excel then no longer grows the row as people type.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {entry.filename: _tidied_part(entry.filename, source.read(entry)) for entry in source.infolist()}
    with zipfile.ZipFile(packed, "w") as target:
        for name, part in shared(parts).items():
            target.writestr(zipfile.ZipInfo(name, FIXED_TIME), part, zipfile.ZIP_DEFLATED, compresslevel=6)
    return packed.getvalue()


def _tidied_part(name: str, part: bytes) -> bytes:
    if name.startswith(SHEETS):
        return part.replace(b' customHeight="1"', b"")
    return WRITTEN_AT.sub(FIXED_MOMENT, part) if name == PROPERTIES else part
