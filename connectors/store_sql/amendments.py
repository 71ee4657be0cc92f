"""Amendments to the register: appended, never changed. SI 2024/208 regulation 6."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from connectors.store_sql.tables import mark_changes
from firstbell.records import MarkChange
from rules.calendar.sessions import Half, Session
from rules.codes import AttendanceCode


def append_changes(connection: sa.Connection, school: str, changes: Sequence[MarkChange]) -> None:
    """Add amendments after the last."""
    if not changes:
        return
    last = sa.select(sa.func.max(mark_changes.c.number)).where(mark_changes.c.school == school)
    following = (connection.execute(last).scalar() or 0) + 1
    rows = [{"school": school, "number": n} | _told(change) for n, change in enumerate(changes, following)]
    connection.execute(sa.insert(mark_changes), rows)


def read_changes(connection: sa.Connection, school: str, first: dt.date, last: dt.date) -> tuple[MarkChange, ...]:
    """Amendments to sessions of these dates, oldest first."""
    wanted = (
        sa.select(mark_changes)
        .where(mark_changes.c.school == school, mark_changes.c.session_date.between(first, last))
        .order_by(mark_changes.c.number)
    )
    return tuple(_change(row) for row in connection.execute(wanted))


def _told(change: MarkChange) -> dict[str, object]:
    return {
        "session_date": change.session.date,
        "half": change.session.half,
        "pupil_id": change.pupil_id,
        "original": change.original,
        "amended": change.amended,
        "reason": change.reason,
        "changed_on": change.changed_on,
        "by_name": change.by_name,
        "by_role": change.by_role,
        "seen_at": change.seen_at,
    }


def _change(row: sa.Row[Any]) -> MarkChange:
    return MarkChange(
        pupil_id=row.pupil_id,
        session=Session(row.session_date, Half(row.half)),
        original=AttendanceCode(row.original),
        amended=None if row.amended is None else AttendanceCode(row.amended),
        reason=row.reason,
        changed_on=row.changed_on,
        by_name=row.by_name,
        by_role=row.by_role,
        seen_at=row.seen_at,
    )
