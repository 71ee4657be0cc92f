"""What is checked of an .xlsx before anything opens it: its size unpacked and parts that have no place in an export."""

import io
import re
import zipfile

from connectors._xlsx.parts import LARGEST_AREA, LARGEST_UNPACKED, MOST_PARTS, NO_ARCHIVE, Piece, farthest, pieces
from connectors.files.source import Source
from firstbell.errors import BadInput

RATIO_COUNTS_FROM = 5 * 1024 * 1024
HIGHEST_RATIO = 150  # sheets pack about 10 to 1; 262 KB that unpack to 180 MB are an attack or an accident

UNWANTED_PARTS = {
    "xl/vbaProject": ("macros", "a workbook without macros (.xlsx)"),
    "xl/macrosheets/": ("macros", "a workbook without macros (.xlsx)"),
    "xl/externalLinks/": ("links to other workbooks", "values only: copy and paste values into a new workbook"),
    "xl/connections": ("data connections", "values only: copy and paste values into a new workbook"),
}
DECLARATION = (b"<!DOCTYPE", b"<!ENTITY")
SIXTEEN_BIT = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
ERROR_VALUE = re.compile(rb"<(?:\w+:)?c [^>]*t=\"e\"")
CELL = re.compile(rb"<(?:\w+:)?c [^>]*?r=\"([A-Z]{1,3}\d+)\"")


def require_safe(source: Source) -> None:
    """Raises BadInput for a workbook that is damaged, too large unpacked, or holds more than plain values."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as parts:
            _require_plain_parts(source, parts.infolist())
            _read_through(source, parts)
    except NO_ARCHIVE as error:
        raise BadInput(source.file, "a damaged or protected workbook", "one that opens without a password") from error


def _require_plain_parts(source: Source, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise BadInput(source.file, f"{len(parts):,} parts", f"a workbook of at most {MOST_PARTS:,}")
    for start, (found, expected) in UNWANTED_PARTS.items():
        if any(part.filename.startswith(start) for part in parts):
            raise BadInput(source.file, found, expected)


def _read_through(source: Source, parts: zipfile.ZipFile) -> None:
    total, place = 0, (1, 10)
    most = min(LARGEST_UNPACKED, max(RATIO_COUNTS_FROM, HIGHEST_RATIO * len(source.data)))
    for piece in pieces(parts):
        total += piece.size
        if total > most:
            found = f"{len(source.data):,} bytes that unpack to more than {most:,}"
            raise BadInput(source.file, found, "a workbook as a spreadsheet program writes it")
        _require_plain_values(source, piece)
        if piece.is_sheet:
            place = farthest(piece.window, place)
    if place[0] * place[1] > LARGEST_AREA:
        found = f"a cell far away from the others, in row {place[0]:,} or column {place[1]:,}"
        raise BadInput(source.file, found, "one table: delete the rows below it and the columns beside it")


def _require_plain_values(source: Source, piece: Piece) -> None:
    window = piece.window
    if not piece.is_sheet and not piece.part.endswith((".xml", ".rels")):
        return
    if window.startswith(SIXTEEN_BIT) or any(word in window for word in DECLARATION):
        raise BadInput(
            source.file, "a part that is no plain spreadsheet XML", "a workbook saved by a spreadsheet program"
        )
    if piece.is_sheet and (b"<f" in window or b":f" in window):
        _refuse_cell(source, window, FORMULA, "a formula", "a value: copy and paste values")
    if piece.is_sheet and b't="e"' in window:
        _refuse_cell(source, window, ERROR_VALUE, "an error such as #N/A", "a value or an empty cell")


def _refuse_cell(source: Source, window: bytes, wrong: re.Pattern[bytes], found: str, expected: str) -> None:
    match = wrong.search(window)
    if match is not None:
        cells = CELL.findall(window, 0, window.find(b">", match.start()))
        cell = f" in cell {cells[-1].decode()}" if cells else ""
        raise BadInput(source.file, f"{found}{cell}", expected)
