"""Names and other words from the MIS, made safe to print, and numbers as people say them."""

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


def days_in_words(sessions: int) -> str:
    """A number of sessions in days, two to the day: "no days", "half a day", "1 day", "3 and a half days"."""
    days, half = divmod(sessions, 2)
    if days == 0:
        return "half a day" if half else "no days"
    return f"{days} and a half days" if half else f"{days} day{'' if days == 1 else 's'}"
