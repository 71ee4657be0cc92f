"""From bytes to text: which encoding a file is in, and the invisible characters that exports carry.

The order that works on English schools' exports: byte order mark, strict UTF-8, and Windows-1252 last, because it
accepts nearly anything.
"""

import re
import unicodedata

from connectors.files.source import Source
from firstbell.errors import BadInput

MARKS_OF_ORDER = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
BLANKS = re.compile("[\u00a0\u2007\u202f\u3000]")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # widthless, and direction overrides
SAVE_AS = "text saved as 'CSV UTF-8'"


def decode(source: Source) -> str:
    """The text of a file, tidied. Raises BadInput, with the row where that can be told."""
    text = _decoded(source)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(source.file, "a NUL character", SAVE_AS, row)
    return tidy(text)


def tidy(text: str) -> str:
    """Composed characters, plain blanks, and nothing that can't be seen."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", UNSEEN.sub("", BLANKS.sub(" ", text)))


def _decoded(source: Source) -> str:
    for mark, encoding in MARKS_OF_ORDER:
        if source.data.startswith(mark):
            return _strictly(source, source.data[len(mark) :], encoding)
    try:
        return source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not source.data[: error.start].isascii():  # it was UTF-8 up to here: cut, or two files in one
            raise _unreadable(source, source.data, error) from error
        return _strictly(source, source.data, "cp1252")


def _strictly(source: Source, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(source, data, error) from error


def _unreadable(source: Source, data: bytes, error: UnicodeDecodeError) -> BadInput:
    row = data.count(b"\n", 0, error.start) + 1
    return BadInput(source.file, f"a byte that is no letter in {error.encoding}", SAVE_AS, row)
