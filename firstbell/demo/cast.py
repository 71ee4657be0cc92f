"""Who is marked N this morning, and what will become of each: the cast of the morning's story."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from firstbell.demo.habits import habits_of
from firstbell.demo.school import DemoSchool
from rules.people import Pupil

SMALL_SCHOOL = 300  # below this many pupils fewer things happen, or half the school would be in the story
CASES_IN_A_SMALL_SCHOOL = 8
UNEXPLAINED_PERCENT = 4


class Part(StrEnum):
    """What becomes of an ordinary pupil marked N."""

    MISTAKEN = "the teacher corrects the mark while the message is held"
    PHONED = "a parent rings while the message is held"
    TRIP = "on a trip whose list comes late"
    MUSIC = "in a music lesson"
    MEDICAL = "in the medical room"
    SIGNED_IN = "signed in at reception"
    STOPPED = "the office stops the message"
    EXPLAINED = "the office writes the reason into the workbook"
    LATE_ARRIVAL = "arrives after the parents were told"


# How many pupils play each part, in a school of ordinary size and in a small one.
PARTS = {
    Part.MISTAKEN: (2, 2),
    Part.PHONED: (1, 1),
    Part.TRIP: (5, 2),
    Part.MUSIC: (2, 1),
    Part.MEDICAL: (1, 1),
    Part.SIGNED_IN: (1, 1),
    Part.STOPPED: (1, 1),
    Part.EXPLAINED: (1, 1),
    Part.LATE_ARRIVAL: (1, 1),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """`parts` by part, `unexplained`: everyone whom the teachers rightly or wrongly mark N, but for the mis-click."""

    parts: Mapping[Part, tuple[str, ...]]
    unexplained: frozenset[str]


def is_small(school: DemoSchool) -> bool:
    return len(school.people.pupils) < SMALL_SCHOOL


def cast_of(school: DemoSchool, rng: random.Random) -> Cast:
    """Choose the cast: special families, a few ordinary pupils, and others in proportion to how often they are away."""
    small = is_small(school)
    cases = list(school.people.cases.values())[: CASES_IN_A_SMALL_SCHOOL if small else None]
    ordinary = iter(_ordinary_pupils(school, rng))
    parts = {part: tuple(p.id for p in islice(ordinary, sizes[small])) for part, sizes in PARTS.items()}
    chosen = {pupil_id for ids in (*cases, *parts.values()) for pupil_id in ids}
    for form in (school.staged.misclicked, school.staged.forgotten):
        chosen |= {rng.choice(school.pupils_of(form)).id}
    return Cast(parts, frozenset(chosen | _others(school, chosen, rng)))


def _ordinary_pupils(school: DemoSchool, rng: random.Random) -> list[Pupil]:
    """Pupils for the parts, best first: alone of their family at the school, in a form whose register is in order."""
    special = {pupil_id for ids in school.people.cases.values() for pupil_id in ids}
    never = {school.staged.misclicked, school.staged.forgotten}
    fits = [
        p
        for p in _expected(school)
        if p.id not in special and p.form not in never and not p.vulnerabilities() and p.year_group != "13"
    ]
    rng.shuffle(fits)
    return sorted(fits, key=lambda p: (p.form in school.staged, p.id not in school.people.only_children))


def _others(school: DemoSchool, chosen: set[str], rng: random.Random) -> set[str]:
    special = {pupil_id for ids in school.people.cases.values() for pupil_id in ids}
    never = {school.staged.misclicked, school.staged.forgotten}
    pupils = [p for p in _expected(school) if p.id not in special | chosen and p.form not in never]
    missing = round(len(school.people.pupils) * UNEXPLAINED_PERCENT / 100) - len(chosen)
    by_chance = sorted(pupils, key=lambda p: rng.random() / habits_of(p, school.seed).spells)
    return {p.id for p in by_chance[: max(0, missing)]}


def _expected(school: DemoSchool) -> Sequence[Pupil]:
    """Pupils on roll whose timetable has them here this morning."""
    return [
        p
        for p in school.people.pupils
        if p.is_on_roll(school.day) and habits_of(p, school.seed).mark_instead(school.day.weekday()) is None
    ]
