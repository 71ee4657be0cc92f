"""What the words in exports mean, as data beside this module."""

import tomllib
from functools import cache
from pathlib import Path

from connectors.files.answers import one_line


def meaning(table: str, word: str) -> str | None:
    """What a word means in one of the tables of words.toml; None for a word that is not there."""
    return _tables()[table].get(one_line(word).casefold())


@cache
def _tables() -> dict[str, dict[str, str]]:
    raw = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {name: {word: means for means, words in table.items() for word in words} for name, table in raw.items()}
