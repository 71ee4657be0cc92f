"""Whether a workbook that came from elsewhere is fit to be opened."""

import io
import re
import zipfile

from connectors._xlsx.parts import LARGEST_AREA, LARGEST_UNPACKED, MOST_PARTS, NO_ARCHIVE, farthest, pieces
from firstbell.errors import NeedsHuman

AREAS = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*["'](\w+:\w+)["']""")


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
