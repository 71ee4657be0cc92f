"""Until when an illness is expected to last, as people wrote it down: the sickness return looks ahead by it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.workflows.office import Office
from rules.calendar.sessions import in_words
from rules.codes import Category, codes_in
from rules.registers import RegisterSpan

EXPECTED = "illness.expected"
ATTENDING = codes_in(Category.PRESENT, Category.APPROVED_EDUCATIONAL_ACTIVITY)


@dataclass(frozen=True, slots=True)
class ExpectedIllness:
    """`until` is the last day, as noted on `noted_on` by `noted_by`; `row` is the key of the row it was written in."""

    pupil_id: str
    until: dt.date
    noted_on: dt.date
    noted_by: str
    row: str

    def has_ended(self, register: RegisterSpan, as_of: dt.date) -> bool:
        """Whether the pupil has attended on a day after the note, or the last day has passed."""
        attended = register.between(self.noted_on + dt.timedelta(days=1), as_of).sessions_with(ATTENDING)
        return bool(attended) or self.until < as_of


def note_expected_illness(office: Office, pupil_id: str, until: str, *, row: str, initials: str) -> str:
    """Write it down; an empty date takes it back. Returns the row's sentence; raises ValueError for a past day."""
    if until and dt.date.fromisoformat(until) < office.today():
        raise ValueError("The day until which the illness is expected to last has passed. Type the last day.")
    facts = {"until": until, "row": row}
    office.store.ledger.append(EXPECTED, at=office.clock.now(), actor=initials, facts=facts, pupil_id=pupil_id)
    if not until:
        return "No illness is expected to go on."
    return f"Expected to be ill until {in_words(dt.date.fromisoformat(until))}: it counts while the register shows I."


def expected_illnesses(office: Office) -> dict[str, ExpectedIllness]:
    """The last note of each pupil, by pupil id."""
    found: dict[str, ExpectedIllness] = {}
    for entry in office.store.ledger.entries(kind=EXPECTED):
        pupil_id = entry.pupil_id or ""
        found.pop(pupil_id, None)
        if entry.facts["until"]:
            noted_on = entry.at.astimezone(office.settings.zone).date()
            until = dt.date.fromisoformat(entry.facts["until"])
            found[pupil_id] = ExpectedIllness(pupil_id, until, noted_on, entry.actor, entry.facts["row"])
    return found


def current(expected: Iterable[ExpectedIllness], as_of: dt.date) -> list[ExpectedIllness]:
    """Those whose last day has not passed, the soonest first."""
    return sorted((e for e in expected if e.until >= as_of), key=lambda e: (e.until, e.pupil_id))
