"""Who comes and who goes: one pupil joins on the day of the demo, and the MIS then has the leaving date of another."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from firstbell.demo.families import People
from rules.people import Pupil

YEAR, FRIDAY = "8", 4


@dataclass(frozen=True, slots=True)
class Comings:
    """The ids of the pupil who joins on `day`, and of the one who leaves at the end of its week."""

    day: dt.date
    joiner: str
    leaver: str

    def known_on(self, pupils: Iterable[Pupil], day: dt.date) -> tuple[Pupil, ...]:
        """The pupils as the MIS had them on a day: before `day` it knew nothing of either."""
        if day >= self.day:
            return tuple(pupils)
        there = (pupil for pupil in pupils if pupil.id != self.joiner)
        return tuple(replace(pupil, on_roll_to=None) if pupil.id == self.leaver else pupil for pupil in there)


def let_two_come_and_go(people: People, free: Iterable[Pupil], day: dt.date) -> tuple[People, Comings]:
    """The same people with both dates: of `free`, two ordinary ones, of Year 8 if it can be."""
    special = {pupil_id for ids in people.cases.values() for pupil_id in ids}
    ordinary = [pupil for pupil in free if pupil.id not in special]
    *_, leaver, joiner = (pupil.id for pupil in sorted(ordinary, key=lambda pupil: pupil.year_group == YEAR))
    dates = {
        joiner: {"on_roll_from": day},
        leaver: {"on_roll_to": day + dt.timedelta(days=FRIDAY - day.weekday())},
    }
    pupils = tuple(replace(pupil, **dates.get(pupil.id, {})) for pupil in people.pupils)  # type: ignore[arg-type]
    return replace(people, pupils=pupils), Comings(day, joiner, leaver)
