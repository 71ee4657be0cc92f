"""One synthetic school on one day: the same for the same number of pupils, seed and date, byte for byte."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstbell.demo.calendar import DEMO_CALENDAR, require_school_day
from firstbell.demo.comings import Comings, let_two_come_and_go
from firstbell.demo.families import People, make_families
from firstbell.demo.history import History, make_history
from firstbell.demo.pupils import forms_by_year, make_pupils
from firstbell.demo.slips import with_slips
from firstbell.demo.staff import Staff, make_staff
from rules.calendar import SchoolCalendar
from rules.people import Pupil

PUPILS, SEED = 1264, 1


@dataclass(frozen=True, slots=True)
class StagedForms:
    """The forms in which something goes wrong with the register this morning.

    `misclicked`: everyone was marked N by mistake. `covered`: not taken in time, and its tutor is away.
    `forgotten`: not taken for an hour.
    """

    misclicked: str
    covered: str
    forgotten: str

    def __contains__(self, form: str) -> bool:
        return form in {self.misclicked, self.covered, self.forgotten}


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """Everything about the school on `day`, before the story of the morning begins."""

    day: dt.date
    seed: int
    calendar: SchoolCalendar
    staff: Staff
    people: People
    history: History
    staged: StagedForms
    comings: Comings

    def pupils_of(self, form: str) -> tuple[Pupil, ...]:
        """The pupils of a form who are on roll today, by id."""
        return tuple(p for p in self.people.pupils if p.form == form and p.is_on_roll(self.day))


def make_school(day: dt.date, *, pupils: int = PUPILS, seed: int = SEED) -> DemoSchool:
    """Make the school up. Raises BadInput when there is no school on `day`, or for too few or too many pupils."""
    calendar = DEMO_CALENDAR
    require_school_day(calendar, day)
    rng = random.Random(f"{seed}:people")  # noqa: S311 - a synthetic school, not a secret
    staff = make_staff(forms_by_year(pupils), rng)
    forms = _by_year(list(staff.tutors))
    staged = StagedForms(misclicked=forms["9"][0], covered=forms["7"][-1], forgotten=forms["10"][0])
    roll = make_pupils(pupils, forms, rng)
    free = [p for p in roll if p.form not in staged and _stays(p)]
    people, comings = let_two_come_and_go(make_families(roll, free, rng), free, day)
    history = with_slips(make_history(people.pupils, calendar, day, seed), people.pupils)
    return DemoSchool(day, seed, calendar, staff, people, history, staged, comings)


def _by_year(forms: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for form in forms:
        found[form.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")] += (form,)
    return found


def _stays(pupil: Pupil) -> bool:
    """On roll since the year began, with no leaving date."""
    joined = pupil.on_roll_from
    return pupil.on_roll_to is None and joined is not None and joined <= DEMO_CALENDAR.first
