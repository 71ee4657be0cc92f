"""The finding that the national threshold was met, kept once in the ledger; and that it no longer holds, if so.

Marks change: an N becomes an illness. What was found stays on record, and any step towards a notice stops.
"""

import datetime as dt
from collections.abc import Iterable

from firstbell.records import LedgerEntry
from firstbell.workflows.cases.records import MET, UNDONE, read_thresholds
from firstbell.workflows.office import Office
from firstbell.workflows.watch.watching import PupilWatch, SchoolWatch
from rules.penalty_notices.forecast import threshold_undone


def record_thresholds(office: Office, school: SchoolWatch) -> None:
    """Write down each pupil at the threshold for the first time, and each who is there no longer."""
    on_record = read_thresholds(office.store.ledger)
    for watch in school.pupils.values():
        found = in_this_calendar(on_record.get(watch.pupil.id, ()), school.calendar.first)
        for kind, met_on, says in _news(found, watch):
            facts = {"met_on": met_on.isoformat(), "says": says}
            now = office.clock.now()
            office.store.ledger.append(kind, at=now, actor="Firstbell", facts=facts, pupil_id=watch.pupil.id)


def in_this_calendar(found: Iterable[LedgerEntry], first: dt.date) -> tuple[LedgerEntry, ...]:
    """What was found of days that the registers still hold: of an earlier year nothing can be undone now."""
    return tuple(entry for entry in found if _met_on(entry) >= first)


def undone_sentence(found: tuple[LedgerEntry, ...]) -> str:
    """The last time marks changed under a threshold, in a sentence; empty when they never did."""
    return next((entry.facts["says"] for entry in reversed(found) if entry.kind == UNDONE), "")


def _news(found: tuple[LedgerEntry, ...], watch: PupilWatch) -> list[tuple[str, dt.date, str]]:
    """What is new: kind, the day on which the threshold was met, and the sentence."""
    now, last = watch.threshold, found[-1] if found else None
    met = [(MET, now.threshold_met_on, now.finding.sentence)] if now.threshold_met_on else []
    if last is None or last.kind == UNDONE:
        return met
    undone = threshold_undone(_met_on(last), now)
    return [(UNDONE, _met_on(last), undone.sentence), *met] if undone else []


def _met_on(entry: LedgerEntry) -> dt.date:
    return dt.date.fromisoformat(entry.facts["met_on"])
