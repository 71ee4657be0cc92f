"""Text as a cell can hold it, in a file or through a service."""

import re

# XML 1.0 has no place for these, and a carriage return would come back as something else.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MOST_CHARACTERS = 32_767


def holdable(text: str) -> str:
    """Without control characters, with one kind of line end, at most what Excel holds."""
    return ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_CHARACTERS]
