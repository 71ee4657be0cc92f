"""The register's pages: for each session one row of bytes, the code of each pupil at the pupil's own position.

A year of a school is then a few hundred small rows, and any pupil's register a slice of them.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from connectors.store_sql.tables import pages, positions
from rules.calendar.sessions import Half, Session
from rules.codes import NO_MARK, byte_of
from rules.registers import Mark

NOTHING = bytes([NO_MARK])


def read_positions(connection: sa.Connection, school: str) -> dict[str, int]:
    """Every pupil's position, for pupils who have ever been on roll or had a mark."""
    found = sa.select(positions.c.pupil_id, positions.c.position).where(positions.c.school == school)
    return {row.pupil_id: row.position for row in connection.execute(found)}


def read_position(connection: sa.Connection, school: str, pupil_id: str) -> int | None:
    """One pupil's position; None for a pupil who has never been on roll nor had a mark."""
    here = sa.select(positions.c.position).where(positions.c.school == school, positions.c.pupil_id == pupil_id)
    position: int | None = connection.execute(here).scalar()
    return position


def give_positions(connection: sa.Connection, school: str, pupil_ids: Iterable[str]) -> dict[str, int]:
    """Positions with these pupils among them; newcomers are put at the end."""
    known = read_positions(connection, school)
    newcomers = [pupil_id for pupil_id in dict.fromkeys(pupil_ids) if pupil_id not in known]
    given = {pupil_id: position for position, pupil_id in enumerate(newcomers, len(known))}
    if given:
        rows = [{"school": school, "pupil_id": each, "position": position} for each, position in given.items()]
        connection.execute(sa.insert(positions), rows)
    return known | given


def forget_positions(connection: sa.Connection, school: str, gone: Collection[str]) -> None:
    """Take pupils out of every page and close the gaps: a position is a place among those that there are."""
    known = read_positions(connection, school)
    staying = sorted((place, pupil_id) for pupil_id, place in known.items() if pupil_id not in gone)
    old = read_pages(connection, school, dt.date.min, dt.date.max)
    width, places = len(known), [place for place, _ in staying]
    closed = {session: bytes(map(page.ljust(width, NOTHING).__getitem__, places)) for session, page in old.items()}
    write_pages(connection, school, {session: page.rstrip(NOTHING) for session, page in closed.items()})
    connection.execute(sa.delete(positions).where(positions.c.school == school))
    give_positions(connection, school, [pupil_id for _, pupil_id in staying])


def read_pages(connection: sa.Connection, school: str, first: dt.date, last: dt.date) -> dict[Session, bytes]:
    """The pages from `first` to `last`, both days inside, in order; a page on which no mark is left is not one."""
    wanted = (
        sa.select(pages.c.session_date, pages.c.half, pages.c.marks)
        .where(pages.c.school == school, pages.c.session_date.between(first, last))
        .order_by(pages.c.session_date, pages.c.half)
    )
    return {Session(day, Half(half)): bytes(marks) for day, half, marks in connection.execute(wanted) if marks}


def write_pages(connection: sa.Connection, school: str, changed: Mapping[Session, bytes]) -> None:
    """Put these pages in the place of the old ones."""
    if not changed:
        return
    here = (pages.c.school == school, pages.c.session_date == sa.bindparam("day"), pages.c.half == sa.bindparam("part"))
    connection.execute(sa.delete(pages).where(*here), [{"day": each.date, "part": each.half} for each in changed])
    rows = [
        {"school": school, "session_date": each.date, "half": each.half, "marks": marks}
        for each, marks in changed.items()
    ]
    connection.execute(sa.insert(pages), rows)


def amend_page(
    page: bytes, marks: Mapping[str, Mark], places: Mapping[str, int]
) -> tuple[bytes, list[tuple[Mark, int]]]:
    """The page with these marks on it, and each mark that replaces another, with the byte that was there before."""
    amended = bytearray(page.ljust(len(places), NOTHING))
    replaced: list[tuple[Mark, int]] = []
    for pupil_id, mark in marks.items():
        place, byte = places[pupil_id], byte_of(mark.code)
        before = amended[place]
        if before != byte:
            amended[place] = byte
            if before != NO_MARK:
                replaced.append((mark, before))
    return bytes(amended.rstrip(NOTHING)), replaced
