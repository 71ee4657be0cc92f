"""Names and other words from the MIS, made safe to print: one line, no hidden characters."""

import unicodedata
from collections.abc import Sequence

# Controls, format characters (zero width, right-to-left overrides), halves of pairs, private use.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def shown(text: str) -> str:
    """The text in NFC on one line, without characters that can't be seen or that turn the writing around."""
    one_line = " ".join(text.split())
    visible = "".join(c for c in one_line if unicodedata.category(c) not in HIDDEN)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def listed(words: Sequence[str]) -> str:
    """Words as people say them in a list: "Ada", "Ada and Ben", "Ada, Ben and Cy"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
