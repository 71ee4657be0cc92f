"""What is checked of an .xlsx before anything opens it: its size unpacked, and parts that have no place in an export.

Every part is unpacked once as a stream, so the sizes are real and not those the file declares.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from connectors.files.source import Source
from firstbell.errors import BadInput

LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes; a school year of marks unpacks to about 30 MB
RATIO_COUNTS_FROM = 5 * 1024 * 1024
HIGHEST_RATIO = 150  # sheets pack about 10 to 1; 262 KB that unpack to 180 MB are an attack or an accident
MOST_PARTS = 2_000
CHUNK = 1024 * 1024
OVERLAP = 256  # bytes kept between chunks, so that nothing is missed at their border

UNWANTED_PARTS = {
    "xl/vbaProject": ("macros", "a workbook without macros (.xlsx)"),
    "xl/macrosheets/": ("macros", "a workbook without macros (.xlsx)"),
    "xl/externalLinks/": ("links to other workbooks", "values only: copy and paste values into a new workbook"),
    "xl/connections": ("data connections", "values only: copy and paste values into a new workbook"),
}
SHEETS = "xl/worksheets/"
DECLARATION = (b"<!DOCTYPE", b"<!ENTITY")
SIXTEEN_BIT = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
ERROR_VALUE = re.compile(rb"<(?:\w+:)?c [^>]*t=\"e\"")
FAR = re.compile(rb"""\br=["'](?:([K-Z]|[A-Z]{2,3})(\d{1,7})|[A-J](\d{6,7}))["']""")  # past J99999
LARGEST_AREA = 6_000_000  # cells; a sheet is held as a full rectangle, so one stray cell far away costs gigabytes
CELL = re.compile(rb"<(?:\w+:)?c [^>]*?r=\"([A-Z]{1,3}\d+)\"")


def require_safe(source: Source) -> None:
    """Raises BadInput for a workbook that is damaged, too large unpacked, or holds more than plain values."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as parts:
            _require_plain_parts(source, parts.infolist())
            _read_through(source, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        # What zipfile raises for a damaged, encrypted or unknown kind of archive: there is no one error for it.
        raise BadInput(source.file, "a damaged or protected workbook", "one that opens without a password") from error


def _require_plain_parts(source: Source, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise BadInput(source.file, f"{len(parts):,} parts", f"a workbook of at most {MOST_PARTS:,}")
    for start, (found, expected) in UNWANTED_PARTS.items():
        if any(part.filename.startswith(start) for part in parts):
            raise BadInput(source.file, found, expected)


def _read_through(source: Source, parts: zipfile.ZipFile) -> None:
    total, farthest = 0, (1, 10)
    most = min(LARGEST_UNPACKED, max(RATIO_COUNTS_FROM, HIGHEST_RATIO * len(source.data)))
    for part in parts.infolist():
        window = b""
        for chunk in _chunks(parts, part):
            total += len(chunk)
            if total > most:
                found = f"{len(source.data):,} bytes that unpack to more than {most:,}"
                raise BadInput(source.file, found, "a workbook as a spreadsheet program writes it")
            window = window[-OVERLAP:] + chunk
            _require_plain_values(source, part.filename, window)
            if part.filename.startswith(SHEETS):
                farthest = _farthest(window, farthest)
    if farthest[0] * farthest[1] > LARGEST_AREA:
        found = f"a cell far away from the others, in row {farthest[0]:,} or column {farthest[1]:,}"
        raise BadInput(source.file, found, "one table: delete the rows below it and the columns beside it")


def _farthest(window: bytes, known: tuple[int, int]) -> tuple[int, int]:
    """The highest row and column met so far, from 1; near ones count as column J."""
    row, column = known
    for letters, its_row, row_alone in FAR.findall(window):
        row = max(row, int(its_row or row_alone))
        column = max(column, sum(26**place * (letter - 64) for place, letter in enumerate(reversed(letters))))
    return row, column


def _chunks(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with parts.open(part) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _require_plain_values(source: Source, part: str, window: bytes) -> None:
    if not part.endswith((".xml", ".rels")):
        return
    if window.startswith(SIXTEEN_BIT) or any(word in window for word in DECLARATION):
        raise BadInput(
            source.file, "a part that is no plain spreadsheet XML", "a workbook saved by a spreadsheet program"
        )
    if part.startswith(SHEETS) and (b"<f" in window or b":f" in window):
        _refuse_cell(source, window, FORMULA, "a formula", "a value: copy and paste values")
    if part.startswith(SHEETS) and b't="e"' in window:
        _refuse_cell(source, window, ERROR_VALUE, "an error such as #N/A", "a value or an empty cell")


def _refuse_cell(source: Source, window: bytes, wrong: re.Pattern[bytes], found: str, expected: str) -> None:
    match = wrong.search(window)
    if match is not None:
        cells = CELL.findall(window, 0, window.find(b">", match.start()))
        cell = f" in cell {cells[-1].decode()}" if cells else ""
        raise BadInput(source.file, f"{found}{cell}", expected)
