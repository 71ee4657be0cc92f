"""Pupils who have left: how long their rows and contacts stay on the stored roll."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from firstbell.records import Roll
from firstbell.retention import kept_from
from firstbell.workflows.office import Office
from rules.people import Pupil
from rules.retention import end_of_school_year

ERASED = "subject.erased"


def without_old_leavers(office: Office, roll: Roll) -> Roll:
    """The roll without leavers past their time and without those who were erased; their contacts go with them.

    A leaver stays until some days after the school year they left: the year's figures count them (docs/retention.md).
    """
    today = office.today()
    erased = {entry.pupil_id for entry in office.store.ledger.entries(kind=ERASED)}
    gone_from = kept_from("roll", office.settings.retention, today)
    return without_pupils(roll, {p.id for p in roll.pupils if _is_gone(p, gone_from, today, erased)})


def without_pupils(roll: Roll, gone: Collection[str]) -> Roll:
    """The roll without these pupils, their links, and the contacts that nobody else has."""
    if not gone:
        return roll
    links = tuple(link for link in roll.links if link.pupil_id not in gone)
    linked = {link.contact_id for link in links}
    return replace(
        roll,
        pupils=tuple(pupil for pupil in roll.pupils if pupil.id not in gone),
        contacts=tuple(contact for contact in roll.contacts if contact.id in linked),
        links=links,
        problems=tuple(problem for problem in roll.problems if problem.pupil_id not in gone),
    )


def _is_gone(pupil: Pupil, gone_from: dt.date, today: dt.date, erased: Collection[str | None]) -> bool:
    if pupil.on_roll_to is None:
        return False
    is_past_its_time = end_of_school_year(pupil.on_roll_to) < gone_from
    return is_past_its_time or (pupil.id in erased and not pupil.is_on_roll(today))
