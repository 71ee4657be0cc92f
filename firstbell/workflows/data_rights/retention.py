"""The retention job: what is past its time goes, everywhere, and the ledger says how much and never what.

Each step is safe to repeat, and writes its counts in the same transaction where the store can.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.chain import oldest_cut
from firstbell.errors import NeedsHuman
from firstbell.ports import Copies
from firstbell.records import CopyLimits
from firstbell.retention import kept_from
from firstbell.workflows.jobs.daily import draw_as_it_stands
from firstbell.workflows.notes.typed_words import forget_words, old_words
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import the_office_told
from firstbell.workflows.registers.leavers import without_old_leavers
from firstbell.workflows.workbooks.edits import Said, take_edits

ACTOR, JOB = "Firstbell", "retention"
HALF_MADE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """How many of each kind went, or with a dry run would go."""

    counts: Mapping[str, int]
    is_dry_run: bool


def retention_job(office: Office, copies: Copies, *, only_count: bool = False) -> PurgeReport:
    """Remove what is past its time; with `only_count` nothing is removed or written.

    Raises NeedsHuman for a ledger that does not hold: a cut would destroy what shows it.
    """
    if only_count:
        return PurgeReport(_purge(office, copies, only_count=True), is_dry_run=True)
    with the_office_told(office, "The retention job did not run to its end"):
        _draw(office, take_edits(office))  # rows that are over leave the workbook, and only then do their words
        said = take_edits(office)
        counts = _purge(office, copies, only_count=False)
        _draw(office, said)
    office.store.desk.heartbeat(JOB, at=office.clock.now(), due_at=None, outcome="done")
    return PurgeReport(counts, is_dry_run=False)


def _draw(office: Office, said: Said) -> None:
    if office.store.registers.roll() is not None:
        draw_as_it_stands(office, said)


def _purge(office: Office, copies: Copies, *, only_count: bool) -> dict[str, int]:
    if office.store.ledger.verify():
        raise NeedsHuman("the ledger does not hold, so nothing was removed", "run: firstbell ledger verify")
    counts = _leavers(office, only_count=only_count)
    counts |= _words(office, only_count=only_count)
    counts |= copies.purge(copy_limits(office), only_count=only_count)
    if any(counts.values()) and not only_count:
        facts = {name: str(count) for name, count in counts.items()}
        office.store.ledger.append("retention.purged", at=office.clock.now(), actor=ACTOR, facts=facts)
    counts |= _register(office, only_count=only_count)
    counts |= _messages(office, only_count=only_count)
    now = office.clock.now()
    counts["ledger entries"] = office.store.ledger.cut(oldest_cut(now), at=now, actor=ACTOR, only_count=only_count)
    return counts


def _leavers(office: Office, *, only_count: bool) -> dict[str, int]:
    roll = office.store.registers.roll()
    staying = without_old_leavers(office, roll) if roll else None
    if roll is None or staying is None or staying == roll:
        return {"leavers": 0, "contacts of leavers": 0}
    if not only_count:
        office.store.registers.save_roll(staying)
    return {
        "leavers": len(roll.pupils) - len(staying.pupils),
        "contacts of leavers": len(roll.contacts) - len(staying.contacts),
    }


def _words(office: Office, *, only_count: bool) -> dict[str, int]:
    due = old_words(office)
    if not only_count:
        forget_words(office.store.desk, due)
    return {"typed cells": len(due)}


def _register(office: Office, *, only_count: bool) -> dict[str, int]:
    """Sessions stay some days longer than their years: a first entry may have been made late, and no page tells."""
    kept = kept_from("register", office.settings.retention, office.today())
    counts = office.store.registers.purge(
        sessions_before=kept - dt.timedelta(days=office.settings.retention.late_entry_days),
        amended_before=kept_from("amendments", office.settings.retention, office.today()),
        at=office.clock.now(),
        actor=ACTOR,
        only_count=only_count,
    )
    return {f"register: {name}": count for name, count in counts.items()}


def _messages(office: Office, *, only_count: bool) -> dict[str, int]:
    counts = office.store.proposals.purge(
        addresses_before=_midnight(office, "addresses"),
        rows_before=_midnight(office, "messages"),
        at=office.clock.now(),
        actor=ACTOR,
        only_count=only_count,
    )
    return dict(counts)


def copy_limits(office: Office) -> CopyLimits:
    """The days before which copies on disk go."""
    return CopyLimits(
        mails_before=kept_from("mail_copies", office.settings.retention, office.today()),
        cards_before=_midnight(office, "cards"),
        papers_before=_midnight(office, "papers"),
        rehearsal_before=_midnight(office, "rehearsals"),
        half_made_before=office.clock.now() - HALF_MADE,
    )


def _midnight(office: Office, rule: str) -> dt.datetime:
    return office.at(kept_from(rule, office.settings.retention, office.today()), dt.time())
