"""Removing from the register what the law keeps no longer: amendments, then sessions, then pupils with nothing left."""

import datetime as dt

import sqlalchemy as sa

from connectors.store_sql.pages import NOTHING, forget_positions, read_pages, read_positions
from connectors.store_sql.tables import mark_changes, minutes_late, pages, pupils


def purge_register(
    connection: sa.Connection, school: str, sessions_before: dt.date, amended_before: dt.date
) -> dict[str, int]:
    """Remove what is older, in the caller's transaction; a session stays while an amendment of it does."""
    old = (mark_changes.c.school == school, mark_changes.c.changed_on < amended_before)
    counts = {"amendments": connection.execute(sa.delete(mark_changes).where(*old)).rowcount}
    for table in (minutes_late, pages):
        amended = sa.exists().where(
            mark_changes.c.school == table.c.school,
            mark_changes.c.session_date == table.c.session_date,
            mark_changes.c.half == table.c.half,
        )
        here = (table.c.school == school, table.c.session_date < sessions_before, ~amended)
        counts["sessions"] = connection.execute(sa.delete(table).where(*here)).rowcount
    gone = _with_nothing_left(connection, school)
    if gone:
        forget_positions(connection, school, gone)
    return counts | {"pupils": len(gone)}


def _with_nothing_left(connection: sa.Connection, school: str) -> frozenset[str]:
    """Pupils with a position who are off the roll and have neither a mark nor an amendment."""
    candidates = read_positions(connection, school)
    for table in (pupils, mark_changes):
        for pupil_id in connection.execute(sa.select(table.c.pupil_id).where(table.c.school == school)).scalars():
            candidates.pop(pupil_id, None)
    if not candidates:
        return frozenset()
    marks = read_pages(connection, school, dt.date.min, dt.date.max).values()
    return frozenset(
        pupil_id
        for pupil_id, place in candidates.items()
        if all(page[place : place + 1] in {b"", NOTHING} for page in marks)
    )
