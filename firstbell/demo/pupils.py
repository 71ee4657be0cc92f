"""The pupils of the example school: years, forms, UPNs, dates of birth and what the MIS knows of them."""

import datetime as dt
import random
from collections.abc import Mapping
from itertools import accumulate

from firstbell.demo import names
from firstbell.errors import BadInput
from rules.people import UPN_LETTERS, Personal, Pupil, PupilFlags, Upn

FEWEST, MOST = 60, 3000
SHARES = {"7": 17, "8": 17, "9": 17, "10": 17, "11": 16, "12": 9, "13": 8}  # sixth forms are smaller
LARGEST_FORM = 30
FIRST_ADMISSION_NUMBER = 4501
NO_LA_AND_SCHOOL = "9999999"  # no local authority has number 999
SCHOOL_YEAR = 2026
JOINED_LATE = 200  # one pupil in so many joined in October; one in so many has left since
# How many in a hundred, near the figures for English secondary schools.
PREMIUM, MEALS, SUPPORT, PLAN, LOOKED_AFTER, PROTECTION, WORKER, CARER, LANGUAGE = 26, 23, 13, 3, 0.6, 0.4, 2, 1.5, 12


def forms_by_year(count: int) -> dict[str, int]:
    """How many forms each year has. Raises BadInput for a school too small or too large to stage."""
    if not FEWEST <= count <= MOST:
        raise BadInput("--pupils", str(count), f"a whole number from {FEWEST} to {MOST}")
    return {year: -(-size // LARGEST_FORM) for year, size in year_sizes(count).items()}


def year_sizes(count: int) -> dict[str, int]:
    """How many pupils each year has; together `count`."""
    total = sum(SHARES.values())
    ends = [count * share // total for share in accumulate(SHARES.values())]
    return {year: end - start for year, start, end in zip(SHARES, [0, *ends], ends, strict=False)}


def make_pupils(count: int, forms: Mapping[str, tuple[str, ...]], rng: random.Random) -> tuple[Pupil, ...]:
    """Pupils in order of admission number, spread evenly over the `forms` of their year."""
    years = [year for year, size in year_sizes(count).items() for _ in range(size)]
    late = set(rng.sample(range(count), max(1, count // JOINED_LATE)))
    left = set(rng.sample([i for i in range(count) if i not in late], max(1, count // JOINED_LATE)))
    return tuple(
        _pupil(i, year, forms[year][i % len(forms[year])], rng, joined_late=i in late, has_left=i in left)
        for i, year in enumerate(years)
    )


def _pupil(index: int, year: str, form: str, rng: random.Random, *, joined_late: bool, has_left: bool) -> Pupil:
    return Pupil(
        id=f"{FIRST_ADMISSION_NUMBER + index:06d}",
        forename=Personal(names.forename(rng)),
        surname=Personal(names.surname(rng)),
        date_of_birth=birthday(year, rng.randrange(365)),
        year_group=year,
        form=form,
        upn=_upn(year, index, is_temporary=joined_late),
        sex=rng.choice("FM"),
        on_roll_from=dt.date(SCHOOL_YEAR, 10, 12) if joined_late else dt.date(SCHOOL_YEAR - int(year) + 7, 9, 1),
        on_roll_to=dt.date(SCHOOL_YEAR, 10, 16) if has_left else None,
        flags=_flags(rng),
    )


def birthday(year_group: str, days_after_first_september: int) -> dt.date:
    """A date of birth that fits the year group: Year 7 turns 12 in the school year, Year 13 turns 18."""
    return dt.date(SCHOOL_YEAR - int(year_group) - 5, 9, 1) + dt.timedelta(days=days_after_first_september)


def _upn(year: str, index: int, *, is_temporary: bool) -> Upn:
    """A valid UPN, given in the September the pupil would have begun Reception."""
    serial = index + 1
    last = UPN_LETTERS[serial % len(UPN_LETTERS)] if is_temporary else str(serial % 10)
    body = f"{NO_LA_AND_SCHOOL}{(SCHOOL_YEAR - int(year)) % 100:02d}{serial // 10 % 100:02d}{last}"
    digits = [UPN_LETTERS.index(c) if c in UPN_LETTERS else int(c) for c in body]
    letter = UPN_LETTERS[sum(weight * digit for weight, digit in enumerate(digits, 2)) % len(UPN_LETTERS)]
    return Upn(letter + body)


def _flags(rng: random.Random) -> PupilFlags:
    has_plan = _one_in(rng, PLAN)
    support = "K" if _one_in(rng, SUPPORT) else "N"
    return PupilFlags(
        pupil_premium=_one_in(rng, PREMIUM),
        fsm=_one_in(rng, MEALS),
        sen_status="E" if has_plan else support,
        ehcp=has_plan,
        looked_after=_one_in(rng, LOOKED_AFTER),
        child_protection=_one_in(rng, PROTECTION),
        social_worker=_one_in(rng, WORKER),
        young_carer=_one_in(rng, CARER),
        eal=_one_in(rng, LANGUAGE),
    )


def _one_in(rng: random.Random, percent: float) -> bool:
    return rng.random() * 100 < percent
