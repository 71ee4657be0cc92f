"""Bring roll and marks from the MIS into the store, and say what changed since the last time."""

import datetime as dt
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.records import MarkChange, Marks, Problem, Roll
from firstbell.workflows.office import Office
from firstbell.workflows.registers.leavers import without_old_leavers
from firstbell.workflows.registers.roll_changes import record_roll_changes


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """What a sync read and found: counts, amendments to marks already known, and rows that could not be used; and a
    sentence for each workbook that could not be brought up to date.
    """

    as_at: dt.datetime
    pupils: int
    marks: int
    changes: tuple[MarkChange, ...]
    problems: tuple[Problem, ...]
    undrawn: tuple[str, ...] = ()

    @property
    def late_changes(self) -> tuple[MarkChange, ...]:
        """Amendments to sessions before the day they were seen on: the ones nobody expects."""
        return tuple(change for change in self.changes if change.session.date < self.as_at.date())


def sync(office: Office) -> SyncSummary:
    """Read roll and recent marks, refuse a cut-short export, save both, and record the change report.

    It never sends anything. The first sync reads the whole school year; later ones re-read the last school days,
    because marks change for days afterwards, and everything since the one before, however long ago. Raises NeedsHuman
    when the roll shrank more than the settings allow.
    """
    roll, before = without_old_leavers(office, office.mis.roll()), office.store.registers.roll()
    if before is not None:
        _refuse_a_cut_short_roll(without_old_leavers(office, before), roll, office.settings.roll.keep_percent)
    marks = office.mis.marks(_first_day(office), office.today())
    record_roll_changes(office, before, roll)
    office.store.registers.save_roll(roll)
    changes = save_marks(office, marks)
    summary = SyncSummary(marks.as_at, len(roll.pupils), len(marks.marks), changes, (*roll.problems, *marks.problems))
    _record(office, summary)
    return summary


def save_marks(office: Office, marks: Marks) -> tuple[MarkChange, ...]:
    """Save marks as the MIS has them now; exports do not say who amended a mark, and neither do we."""
    return office.store.registers.save_marks(
        marks, by_name="MIS", by_role="not given by the MIS", reason="changed in the MIS"
    )


def _first_day(office: Office) -> dt.date:
    calendar, today = office.mis.calendar(), office.today()
    if not calendar.covers(today):
        raise NeedsHuman(
            f"the school's calendar covers {calendar.first:%d %B %Y} to {calendar.last:%d %B %Y} and not today",
            "add the new terms to the calendar",
        )
    last_read = office.store.registers.marks_as_at()
    if last_read is None:
        return calendar.first
    days = calendar.school_days(calendar.first, today)
    back = office.settings.mis.reread_school_days
    if len(days) < back:
        return calendar.first
    return min(days[-back], last_read.astimezone(office.settings.zone).date())


def _refuse_a_cut_short_roll(before: Roll, roll: Roll, keep: int) -> None:
    """A link that is lost may be the one that says whom never to tell. `keep` is per hundred."""
    for what, now, then in (
        ("pupils", roll.pupils, before.pupils),
        ("links between pupils and contacts", roll.links, before.links),
    ):
        if len(now) * 100 < len(then) * keep:
            raise NeedsHuman(
                f"the roll has {len(now)} {what} and had {len(then)}: fewer than {keep}% are left, so nothing was "
                "changed",
                "the export looks cut short: make it again, or lower roll.keep_percent for one run",
            )


def _record(office: Office, summary: SyncSummary) -> None:
    facts = {
        "as_at": summary.as_at.isoformat(),
        "pupils": str(summary.pupils),
        "marks": str(summary.marks),
        "changes": str(len(summary.changes)),
        "problems": str(len(summary.problems)),
    }
    office.store.ledger.append("sync.finished", at=office.clock.now(), actor="Firstbell", facts=facts)
    office.store.desk.heartbeat("sync", at=office.clock.now(), due_at=None, outcome="done")
