"""Minutes late: a row only where the MIS gave them, because few marks have any."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from connectors.store_sql.tables import minutes_late
from rules.calendar.sessions import Half, Session
from rules.registers import Mark

Minutes = dict[Session, dict[str, int]]


def read_minutes(connection: sa.Connection, school: str, first: dt.date, last: dt.date) -> Minutes:
    """Minutes late by session and pupil, from `first` to `last`, both days inside."""
    table = minutes_late.c
    wanted = sa.select(table.session_date, table.half, table.pupil_id, table.minutes).where(
        table.school == school, table.session_date.between(first, last)
    )
    found: Minutes = defaultdict(dict)
    for day, half, pupil_id, minutes in connection.execute(wanted):
        found[Session(day, Half(half))][pupil_id] = minutes
    return found


def write_minutes(
    connection: sa.Connection, school: str, known: Minutes, marks: Mapping[Session, Mapping[str, Mark]]
) -> None:
    """Bring the rows in line with these marks; `known` is what stands there now."""
    differing = [
        mark
        for session, by_pupil in marks.items()
        for before in [known.get(session, {})]
        for pupil_id, mark in by_pupil.items()
        if mark.minutes_late != before.get(pupil_id)
    ]
    if differing:
        _forget(connection, school, differing)
    stated = [mark for mark in differing if mark.minutes_late is not None]
    if stated:
        rows = [_key(mark) | {"school": school, "minutes": mark.minutes_late} for mark in stated]
        connection.execute(sa.insert(minutes_late), rows)


def _forget(connection: sa.Connection, school: str, marks: list[Mark]) -> None:
    table = minutes_late.c
    here = (
        table.school == school,
        table.session_date == sa.bindparam("day"),
        table.half == sa.bindparam("part"),
        table.pupil_id == sa.bindparam("pupil"),
    )
    rows = [{"day": each.session.date, "part": each.session.half, "pupil": each.pupil_id} for each in marks]
    connection.execute(sa.delete(minutes_late).where(*here), rows)


def _key(mark: Mark) -> dict[str, object]:
    return {"session_date": mark.session.date, "half": mark.session.half, "pupil_id": mark.pupil_id}
