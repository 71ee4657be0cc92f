"""Puts the pupils into families: the cases the story needs, then ordinary ones, brothers and sisters among them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from firstbell.demo.cases import FAMILIES, Case, CaseFamily, Write, one_mother, separated_parents, two_parents
from firstbell.demo.contact_book import ContactBook
from rules.people import Contact, Pupil, PupilContact

KINDS: tuple[tuple[Write, int], ...] = ((two_parents, 62), (one_mother, 18), (separated_parents, 20))
# How many children of a family are at this school, in a hundred families.
SIZES = {1: 80, 2: 17, 3: 3}


@dataclass(frozen=True, slots=True)
class People:
    """Everyone on the roll. `cases`: the pupils of each special family. `only_children`: pupils of ordinary families
    without anyone else at the school and without anything that would make their absence urgent.
    """

    pupils: tuple[Pupil, ...]
    contacts: tuple[Contact, ...]
    links: tuple[PupilContact, ...]
    cases: Mapping[Case, tuple[str, ...]]
    only_children: frozenset[str]


def make_families(pupils: Sequence[Pupil], may_be_cases: Sequence[Pupil], rng: random.Random) -> People:
    """Give every pupil a family. `may_be_cases` are the pupils the special families are drawn from."""
    book = ContactBook(rng)
    settled, cases = _settle_cases(book, may_be_cases)
    only_children = set()
    others = [pupil for pupil in pupils if pupil.id not in settled]
    for group in _groups(others, rng):
        family = [replace(pupil, surname=group[0].surname) for pupil in group]
        rng.choices([write for write, _ in KINDS], [weight for _, weight in KINDS])[0](book, family)
        settled |= {pupil.id: pupil for pupil in family}
        if len(family) == 1 and not family[0].vulnerabilities():
            only_children.add(family[0].id)
    everyone = tuple(settled[pupil.id] for pupil in pupils)
    return People(everyone, tuple(book.contacts), tuple(book.links), cases, frozenset(only_children))


def _settle_cases(
    book: ContactBook, candidates: Sequence[Pupil]
) -> tuple[dict[str, Pupil], dict[Case, tuple[str, ...]]]:
    free = list(candidates)
    book.rng.shuffle(free)
    settled: dict[str, Pupil] = {}
    cases: dict[Case, tuple[str, ...]] = {}
    for case, family in FAMILIES.items():
        chosen = _take(free, family)
        children = [family.pupil(pupil, chosen[0]) for pupil in chosen]
        family.write(book, children)
        settled |= {pupil.id: pupil for pupil in children}
        cases[case] = tuple(pupil.id for pupil in children)
    return settled, cases


def _take(free: list[Pupil], family: CaseFamily) -> list[Pupil]:
    """Take as many pupils as the family needs, of the year it needs, or else of any but Year 13."""
    fits = [p for p in free if (p.year_group == "13") == (family.year_group == "13")]
    chosen = fits[: family.pupils]
    for pupil in chosen:
        free.remove(pupil)
    return chosen


def _groups(pupils: Sequence[Pupil], rng: random.Random) -> Iterator[list[Pupil]]:
    waiting = list(pupils)
    rng.shuffle(waiting)
    while waiting:
        size = rng.choices(list(SIZES), list(SIZES.values()))[0]
        yield [waiting.pop() for _ in range(min(size, len(waiting)))]
