"""What an .xlsx file really holds, looked at before anything opens it: each part once, as a stream.

The archive's own words are not believed: a part may be of another size than it declares. And a reader of spreadsheets
holds a sheet as a full rectangle, so one stray cell far away costs gigabytes, and may end the whole process.
"""

import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

MOST_PARTS = 2_000
LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes; a school year of marks unpacks to about 30 MB
LARGEST_AREA = 6_000_000  # cells
CHUNK = 1024 * 1024
OVERLAP = 256  # bytes kept between chunks, so that nothing is missed at their border
# What zipfile raises for a damaged, encrypted or unknown kind of archive: there is no one error for it.
NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
# Other ways of packing unpack a small piece at once, however large it becomes.
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

# Past J99999. Programs write cells without a place, too: those stand where their row says.
FAR_CELL = re.compile(rb"""\br\s*=\s*["'](?:([K-Zk-z]|[A-Za-z]{2,})(\d+)|[A-Ja-j](\d{6,}))["']""")
FAR_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["'](\d{6,})["'][^>]*(?<!/)>\s*<(?!/)""")
MOST_LETTERS, MOST_FIGURES = 5, 8  # more make no place that a spreadsheet has, and need not be reckoned to their end


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a part: how many are new, and what to search, which is they and the end of those before.

    `is_sheet`: the part holds cells, whatever it is called.
    """

    part: str
    size: int
    window: bytes
    is_sheet: bool


def pieces(archive: zipfile.ZipFile) -> Iterator[Piece]:
    """Every part in pieces. Raises what is in NO_ARCHIVE."""
    for part in archive.infolist():
        if part.compress_type not in PACKED:
            raise ValueError("packed as no spreadsheet program packs")
        whole = copy(part)
        whole.file_size = sys.maxsize  # read to the real end: where the size was untrue, the checksum is too
        window, is_sheet = b"", False
        with archive.open(whole) as stream:
            while chunk := stream.read(CHUNK):
                window = window[-OVERLAP:] + chunk
                is_sheet = is_sheet or b"sheetData" in window
                yield Piece(part.filename, len(chunk), window, is_sheet)


def farthest(window: bytes, known: tuple[int, int] = (1, 10)) -> tuple[int, int]:
    """The highest row and column with a cell met so far, from 1; near ones count as column J."""
    row, column = known
    for letters, its_row, row_alone in FAR_CELL.findall(window):
        row = max(row, _number(its_row or row_alone))
        column = max(column, _column(letters))
    return max([row, *map(_number, FAR_ROW.findall(window))]), column


def _number(figures: bytes) -> int:
    return int(figures[:MOST_FIGURES])


def _column(letters: bytes) -> int:
    places = enumerate(reversed(letters[:MOST_LETTERS].upper()))
    return sum(26**place * (letter - 64) for place, letter in places)


class ReaderGaveUp(ValueError):
    """The reader of spreadsheets stopped in the middle of a file, as at a date that lies too far off to reckon."""


class GivingUpInWords:
    """While the reader is at work: a panic in its own language is no Exception here, and would end the process."""

    def __enter__(self) -> None:
        """Begin to watch."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Raise ReaderGaveUp in the place of a panic."""
        if kind is not None and kind.__name__ == "PanicException":
            raise ReaderGaveUp("the reader of spreadsheets can't read it") from error
