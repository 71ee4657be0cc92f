"""What the scan looks for, and finding it: every personal text that was made, whoever made it, however it is written.

Needles are collected by type and never by hand: each `Personal`, and each cell whose words are a person's own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SHORTEST, LONGEST = 3, 100  # letters: a shorter text says nothing by itself, a longer one is a whole letter
PHONE_FIGURES = 7
WORD = re.compile(r"[^\W_]+")

# Fixtures' names that are words of ours too, each with the reason why its standing in a text tells nobody's name.
WORDS_OF_OURS: dict[str, str] = {
    "test": "the surname of conformance suites, and a word in every path of a test",
    "pupil": "the surname of conformance suites, and the word for a pupil",
    "parent": "the surname of conformance suites, and the word for a parent",
    "mother": "stands beside a contact as the relationship",
    "example": "the fixtures' surname, and in every school's name and address of the tests (example.org)",
    "family": "a surname of fixtures, and the word for a family",
    "school": "a contact that is no person: the school's own telephone",
    "phone": "as school",
    "carer": "a contact of fixtures, and the word for a carer",
    "worker": "a contact of fixtures, and the word in social worker",
    "not": 'with the next: a reason given as "not known", which is what we say of an absence without a reason',
    "known": "as not",
    "true": "a name that spreadsheets turn into a value, in tests of reading",
    "null": "a name that programs take for nothing, in tests of reading",
    "office": "the surname of the settings' own staff, and the word for the office",
}
# Texts that are Personal somewhere and nobody's secret, each with the reason.
PUBLIC: dict[str, str] = {
    "absence@example.org": "the absence mailbox of fixtures and of the demo, printed on every letter",
    "01632 960001": "the absence line of fixtures, printed on every letter, and a contact's number elsewhere",
    "01632 960123": "the absence line of sample letters, and a contact's number elsewhere",
    "<img src=x onerror=alert(1)>": "a text that attacks a page, in the place of a name and in that of a card's title",
}
# How many days a pupil missed is Personal in a letter; in a message's reason it stands beside an id and tells no name.
# So does a date in words: on the page of a return it is Personal, and by itself it is anybody's.
DAYS_OR_DATE = re.compile(r"(no|half a|\d+|\d+ and a half) days?|\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A personal text where none may be: the surface, the test it came from, and the text without it."""

    surface: str
    test: str
    hint: str


@dataclass
class Needles:
    """Personal texts as rows of words, found by their first word; `ids` are what tests call pupils and contacts."""

    ids: frozenset[str] = frozenset()
    _rows: dict[str, set[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, texts: Iterable[str]) -> None:
        """Add personal texts; too short ones, whole letters and words of ours are left out."""
        for text in set(texts) - PUBLIC.keys():
            if DAYS_OR_DATE.fullmatch(text):
                continue
            words = tuple(WORD.findall(text.casefold()))
            figures = re.sub(r"\D", "", text)
            is_telling = len("".join(words)) >= SHORTEST and len(text) <= LONGEST
            if is_telling and not set(words) <= WORDS_OF_OURS.keys():
                self._rows[words[0]].add(words)
            if len(figures) >= PHONE_FIGURES:
                self._rows[figures].add((figures,))

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def found_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Where personal texts stand in `text`, from and to; what is written exactly as somebody's id is that id."""
        words = list(WORD.finditer(text))
        folded = [word.group().casefold() for word in words]
        for start, first in enumerate(folded):
            for row in self._rows.get(first, ()):
                end = start + len(row)
                if tuple(folded[start:end]) == row:
                    place = words[start].start(), words[end - 1].end()
                    if text[slice(*place)] not in self.ids and not self.ids.issuperset(text[slice(*place)].split("|")):
                        yield place

    def redacted(self, text: str) -> str | None:
        """The text with each personal text blotted out; None when there is none in it."""
        places = sorted(self.found_in(text), reverse=True)
        blotted = text
        for start, end in places:
            blotted = f"{blotted[:start]}[personal]{blotted[end:]}"
        return blotted if places else None
