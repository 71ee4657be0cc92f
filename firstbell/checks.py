"""One check of the set-up: what is looked at, and what was found, in plain words.

Small and without knowledge of any system, so that each connector can bring its own. What a check says holds no secret,
no address and no name: it is read aloud on the telephone, and sent to whoever helps.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from firstbell.errors import FirstbellError, RetryLater

ASKS_FOR_US = "Run: firstbell doctor"  # how some sentences end, and what the person has just done


class Verdict(StrEnum):
    """What a person has to do about it. NOT_CHECKED: something before it must be mended first."""

    OK = "ok"
    LOOK = "look at this"
    MEND = "mend this"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: a verdict, and one sentence."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """A thing to look at. `key` names it for machines; `after` names those without which it can't be looked at."""

    key: str
    title: str
    look: Callable[[], Found]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that was made, with its number."""

    number: int
    key: str
    title: str
    verdict: Verdict
    sentence: str


def ok(sentence: str) -> Found:
    """It is as it should be."""
    return Found(Verdict.OK, sentence)


def look_at(sentence: str) -> Found:
    """It may be right, and a person should see it."""
    return Found(Verdict.LOOK, sentence)


def mend(sentence: str) -> Found:
    """It is wrong; the sentence says what to do."""
    return Found(Verdict.MEND, sentence)


def made(checks: Iterable[Check]) -> Iterator[Checked]:
    """Make the checks one after another; an error of one is what it found."""
    failed: set[str] = set()
    for number, check in enumerate(checks, 1):
        found = _found(check, failed)
        if found.verdict in {Verdict.MEND, Verdict.NOT_CHECKED}:
            failed.add(check.key)
        yield Checked(number, check.key, check.title, found.verdict, found.sentence)


def _found(check: Check, failed: set[str]) -> Found:
    if not failed.isdisjoint(check.after):
        return Found(Verdict.NOT_CHECKED, "something before it must be mended first")
    try:
        return check.look()
    except RetryLater:
        return mend("there was no answer: see whether this computer is on the network, and try again later")
    except FirstbellError as error:
        return mend(f"{str(error).removesuffix(ASKS_FOR_US).rstrip('. ')}.")
