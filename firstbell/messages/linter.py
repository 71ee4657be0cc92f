"""Whether a letter is one we would want to get: measured on samples, after the fields are filled in.

The rules come from the evidence on absence letters (docs/messages.md); their limits stand in each template's front
matter, and the words to avoid or to use in `message_templates/tone.toml`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from firstbell.errors import NeedsHuman
from firstbell.messages.contexts import Context
from firstbell.messages.readability import reading_grade, sentences_of, word_count, words_of
from firstbell.messages.rendering import Wording, body_of, subject_of, values_of
from firstbell.messages.samples import SAMPLES
from firstbell.messages.templates import Kind, Strict, Template, is_there, load
from message_templates import FOLDER
from rules.contact.purposes import PURPOSES, Audience, Purpose

LONGEST_SUBJECT = 90  # characters: what a phone shows on two lines
SHOUTED = re.compile(r"\b[A-Z]{4,}\b(?!-)")
ASK = re.compile(r"\bplease\b|\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to put right in one template: `where` is its file, `rule` a short name, `sentence` says what to do."""

    where: str
    rule: str
    sentence: str


class UnwelcomeWords(Strict):
    """Words that no message to this audience may use but for those of `except_in`; `why` goes on from the word."""

    words: tuple[str, ...]
    audience: Literal["everyone", "contacts"]
    why: str
    except_in: tuple[Purpose, ...] = ()


class NeededWords(Strict):
    """Words of which a message of this purpose must use one; `why` goes on from "which"."""

    purpose: Purpose
    words: Annotated[tuple[str, ...], Field(min_length=1)]
    why: str


class Tone(Strict):
    """What `message_templates/tone.toml` holds."""

    unwelcome: tuple[UnwelcomeWords, ...]
    needed: tuple[NeededWords, ...]


@cache
def _tone() -> Tone:
    return Tone.model_validate(tomllib.loads((FOLDER / "tone.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Letter:
    """A template with a sample filled in."""

    template: Template
    values: Mapping[str, object]
    subject: str
    text: str

    @property
    def purpose(self) -> Purpose:
        return self.template.front.purpose

    @property
    def is_for_contacts(self) -> bool:
        return PURPOSES[self.purpose].audience is Audience.CONTACTS

    @property
    def sentences(self) -> tuple[str, ...]:
        return sentences_of(self.text, is_signed=self.template.kind is not Kind.CARD)

    def says(self, words: str) -> bool:
        """Whether the subject or the text has these words, whole and in any case."""
        everything = f"{self.subject}\n{self.text}".casefold()
        return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", " ".join(everything.split())) is not None


def lint_wording(wording: Wording) -> tuple[LintFinding, ...]:
    """Every finding in the templates that are in use: the school's own, and ours where it has none."""
    return tuple(
        finding for kind, purpose in templates_in_use(wording) for finding in _lint_in_use(wording, kind, purpose)
    )


def templates_in_use(wording: Wording) -> tuple[tuple[Kind, Purpose], ...]:
    """The kinds and purposes that any of the wording's folders has a template for."""
    wanted = [(kind, purpose) for kind in Kind for purpose in Purpose]
    return tuple((k, p) for k, p in wanted if any(is_there(f / k / f"{p}.md") for f in wording.folders))


def _lint_in_use(wording: Wording, kind: Kind, purpose: Purpose) -> tuple[LintFinding, ...]:
    try:
        template = load(kind, purpose, wording.folders)
        found = [finding for context in SAMPLES[purpose] for finding in lint(template, context)]
    except NeedsHuman as broken:
        return (LintFinding(broken.where, "template", broken.what),)
    return tuple(dict.fromkeys(found))


def lint(template: Template, context: Context) -> tuple[LintFinding, ...]:
    """What is wrong with the letter that this template makes of a sample. Raises NeedsHuman for a broken template."""
    values = values_of(template.front.purpose, context, template)
    letter = Letter(template, values, subject_of(template, values), body_of(template, values))
    where = str(template.path)
    return tuple(LintFinding(where, rule, sentence) for rule, check in RULES.items() for sentence in check(letter))


def _length(letter: Letter) -> Iterator[str]:
    count, limit = word_count(letter.text), letter.template.front.limits.words
    if count > limit:
        yield f"It has {count} words; at most {limit} are read."


def _sentences(letter: Letter) -> Iterator[str]:
    limit = letter.template.front.limits.sentence_words
    for sentence in letter.sentences:
        count = len(words_of(sentence))
        if count > limit:
            opening = " ".join(sentence.split()[:4])
            yield f"A sentence has {count} words and at most {limit} are easy to read: it begins '{opening}'."


def _reading_age(letter: Letter) -> Iterator[str]:
    grade, limit = reading_grade(letter.sentences), letter.template.front.limits.grade
    if grade > limit:
        yield f"It reads at about age {grade + 5:.0f}; use shorter words and sentences, for age {limit + 5} at most."


def _unwelcome(letter: Letter) -> Iterator[str]:
    for row in _tone().unwelcome:
        is_spared = letter.purpose in row.except_in
        if not is_spared and (row.audience == "everyone" or letter.is_for_contacts):
            yield from (f"'{word}' {row.why}." for word in row.words if letter.says(word))


def _needed(letter: Letter) -> Iterator[str]:
    rows = _tone().needed if letter.template.kind is not Kind.CARD else ()
    for row in rows:
        if row.purpose is letter.purpose and not any(letter.says(words) for words in row.words):
            yield f"It does not say '{row.words[0]}', which {row.why}."


def _figures(letter: Letter) -> Iterator[str]:
    if letter.is_for_contacts and "%" in letter.subject + letter.text:
        yield "It has a percentage; figures belong in a conversation."


def _asks(letter: Letter) -> Iterator[str]:
    found, wanted = len(ASK.findall(letter.text)), letter.template.front.limits.asks
    if found > wanted or (letter.is_for_contacts and found < wanted):
        yield f"It asks for {found} things ('please' or a question mark); it should ask for {wanted}."


def _shouting(letter: Letter) -> Iterator[str]:
    words = SHOUTED.findall(letter.subject + "\n" + letter.text)
    if "!" in letter.subject + letter.text or words:
        yield "It shouts: no exclamation marks and no words in capitals."


def _fields_printed(letter: Letter) -> Iterator[str]:
    """A compulsory field must be there to read, not only named in a branch that is never taken."""
    read = letter.text if letter.is_for_contacts else letter.subject + letter.text
    for name in letter.template.front.fields:
        value = letter.values[name]
        parts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, str) and part not in read for part in parts):
            yield f"The field '{name}' is not printed in the sample."


def _subject(letter: Letter) -> Iterator[str]:
    if len(letter.subject) > LONGEST_SUBJECT:
        yield f"The subject has {len(letter.subject)} characters; phones show {LONGEST_SUBJECT}."


RULES: dict[str, Callable[[Letter], Iterator[str]]] = {
    "length": _length,
    "sentence": _sentences,
    "reading age": _reading_age,
    "unwelcome words": _unwelcome,
    "needed words": _needed,
    "figures": _figures,
    "asks": _asks,
    "shouting": _shouting,
    "fields": _fields_printed,
    "subject": _subject,
}
