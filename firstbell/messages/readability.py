"""How hard a text is to read: its words, its sentences, and the Flesch-Kincaid grade.

The grade is 0.39 x words a sentence + 11.8 x syllables a word - 15.59 (Kincaid and others, 1975); grade 6 is read at
about age 11. Syllables come from hyphenation and from counting groups of vowels, whichever finds more, so no text is
flattered. Greetings, signatures, addresses and numbers are left out: they are not read as sentences.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from firstbell.messages.page import Block, blocks_of

if TYPE_CHECKING:
    from pyphen import Pyphen

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
NOT_PROSE = re.compile(r"\S+@\S+|https?://\S+")
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")
VOWELS = re.compile(r"[aeiouy]+")
SILENT_END = re.compile(r"(?<![aeiouyl])e$|(?<![aeiouytd])ed$")


def word_count(text: str) -> int:
    """How many words a reader meets, addresses and numbers included."""
    return len(text.replace("\n- ", "\n").split())


def words_of(text: str) -> list[str]:
    """The words of a text, without addresses and numbers."""
    return WORD.findall(NOT_PROSE.sub(" ", text))


def sentences_of(text: str, *, is_signed: bool) -> tuple[str, ...]:
    """The sentences of a message; each item of a list is one, greeting and signature (the last paragraph) are none."""
    blocks = blocks_of(text)[:-1] if is_signed else blocks_of(text)
    prose = [block for block in blocks if not block.lines[-1].endswith(",")]
    found = (sentence for block in prose for sentence in _sentences(block))
    return tuple(sentence for sentence in found if words_of(sentence))


def _sentences(block: Block) -> list[str]:
    return list(block.lines) if block.is_list else SENTENCE_END.split(" ".join(block.lines))


def reading_grade(sentences: tuple[str, ...]) -> float:
    """The Flesch-Kincaid grade of some sentences; 0 for none."""
    words = [word for sentence in sentences for word in words_of(sentence)]
    if not words:
        return 0.0
    syllables = sum(syllable_count(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def syllable_count(word: str) -> int:
    """About how many syllables a word has: the larger of two counts, at least one."""
    spoken = SILENT_END.sub("", word.casefold())
    by_vowels = len(VOWELS.findall(spoken))
    by_hyphens = len(_hyphenation().positions(word)) + 1
    return max(1, by_vowels, by_hyphens)


@cache
def _hyphenation() -> "Pyphen":
    from pyphen import Pyphen  # noqa: PLC0415 - reads a dictionary: imported where it is used

    return Pyphen(lang="en_GB")
