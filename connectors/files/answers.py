"""Short answers in cells: yes, no and unknown; year groups; whole numbers."""

import hashlib
import re

MOST_DIGITS = 4  # of minutes late or a priority; a register closes within the hour
YES = frozenset({"yes", "y", "true", "t", "1"})
NO = frozenset({"no", "n", "false", "f", "0"})
YEAR = re.compile(r"(?:year|yr|y)?\s*0?(\d{1,2})")
YEARS = frozenset(str(year) for year in range(1, 15))
EARLY_YEARS = {
    "r": "R",
    "reception": "R",
    "year r": "R",
    "n": "N1",
    "n1": "N1",
    "n2": "N2",
    "nursery 1": "N1",
    "nursery 2": "N2",
}


def yes_or_no(text: str) -> bool | None:
    """True, False, or None for blank. Raises ValueError for anything else."""
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    if word:
        raise ValueError("neither yes nor no")
    return None


def year_group(text: str) -> str | None:
    """`Year  7`, `Y7`, `07` and `7` are "7"; R, N1 and N2 are themselves; None for what is no year group."""
    word = " ".join(text.casefold().split())
    if word in EARLY_YEARS:
        return EARLY_YEARS[word]
    found = YEAR.fullmatch(word)
    return found[1] if found and found[1] in YEARS else None


def whole_number(text: str) -> int:
    """A small number of figures alone. Raises ValueError for anything else, an endless row of figures among it."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError("no whole number")
    return int(text)


def one_line(text: str) -> str:
    """A text without line breaks, tabs and doubled blanks."""
    return " ".join(text.split())


def derived_id(*parts: str) -> str:
    """An id for someone the export gives none: always the same for the same parts, and telling nothing of them."""
    return hashlib.sha256("\0".join(one_line(part).casefold() for part in parts).encode()).hexdigest()[:12]
