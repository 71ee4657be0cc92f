"""The staff: the office and the safeguarding team, form tutors, heads of department, and teachers who cover."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstbell.demo import names
from firstbell.records import Teacher
from firstbell.settings import StaffMember
from rules.people import Personal

DEPARTMENTS = ("Art", "English", "Geography", "Mathematics", "Music", "Science")
COVER_TEACHERS = 3

OFFICE = (
    ("attendance officer", False, (4, 5)),
    ("deputy attendance officer", False, (1, 2, 3)),
    ("headteacher", False, (1, 2, 3, 4, 5)),
    ("designated safeguarding lead", True, (1, 2, 3, 4, 5)),
    ("deputy designated safeguarding lead", True, (1, 2, 3, 4, 5)),
)


@dataclass(frozen=True, slots=True)
class Staff:
    """`tutors` by form and `heads` by tutor id, in whose department the tutor teaches; `cover` have no form."""

    office: tuple[StaffMember, ...]
    tutors: Mapping[str, Teacher]
    heads: Mapping[str, Teacher]
    cover: tuple[Teacher, ...]

    def on_duty(self, iso_weekday: int) -> StaffMember:
        """Who does the attendance work on a weekday: the officer on Thursdays and Fridays, else the deputy."""
        return next(person for person in self.office if iso_weekday in person.working_days)

    @property
    def safeguarding_lead(self) -> StaffMember:
        return next(person for person in self.office if person.is_safeguarding)


def make_staff(forms_by_year: Mapping[str, int], rng: random.Random) -> Staff:
    """As many tutors as there are forms; a form is called after its year and its tutor's code: 9KET."""
    codes = names.StaffCodes()
    office = tuple(_office_person(row, codes, rng) for row in OFFICE)
    departments = [_teacher(codes, rng) for _ in DEPARTMENTS]
    cover = tuple(_teacher(codes, rng) for _ in range(COVER_TEACHERS))
    tutors = {}
    for year, count in forms_by_year.items():
        for _ in range(count):
            tutor = _teacher(codes, rng)
            tutors[f"{year}{tutor.id}"] = tutor
    heads = _heads((*tutors.values(), *cover), departments)
    return Staff(office, tutors, heads, cover)


def _heads(teachers: Sequence[Teacher], departments: Sequence[Teacher]) -> dict[str, Teacher]:
    return {teacher.id: departments[i % len(departments)] for i, teacher in enumerate(teachers)}


def _teacher(codes: names.StaffCodes, rng: random.Random) -> Teacher:
    first, last = names.forename(rng), names.surname(rng)
    address = names.email(first, last, len(codes.taken) + 1)
    return Teacher(codes.of(last), Personal(f"{first} {last}"), Personal(address))


def _office_person(row: tuple[str, bool, tuple[int, ...]], codes: names.StaffCodes, rng: random.Random) -> StaffMember:
    role, is_safeguarding, days = row
    teacher = _teacher(codes, rng)
    return StaffMember(
        initials=teacher.id,
        name=teacher.name.reveal(),
        role=role,
        email=teacher.email.reveal(),
        is_safeguarding=is_safeguarding,
        working_days=days,
    )
