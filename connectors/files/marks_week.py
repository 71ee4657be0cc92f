"""Shape B: a row a pupil and week, with ten mark columns MonAM to FriPM, as Bromcom's attendance by week."""

import datetime as dt

from connectors.files.columns import WEEK_COLUMNS, plain
from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, cells_of, places, whole_rows
from connectors.files.register_page import RegisterPage
from connectors.files.tables import Table
from firstbell.errors import BadInput
from rules.calendar import Half, Session


def read_week(table: Table, mapping: Mapping, page: RegisterPage) -> None:
    """Enter ten marks a row on the page; a blank cell is a register not taken. Raises BadInput."""
    at = places(table, mapping)
    week_cells = _week_cells(table)
    rows, problems = whole_rows(table, mapping)
    page.problems += problems
    place = at["week_begins"]
    weeks = dates_in(cells_of(rows, place), table.file, table.header[place])
    for row, cells in rows.items():
        pupil_id, monday = cells[at["pupil_id"]], weeks.get(cells[place])
        if not pupil_id:
            page.refuse(row, "The row names no pupil.")
        elif monday is None:
            page.refuse_date(row, cells[place], pupil_id)
        elif monday.weekday():
            page.refuse(row, "The week does not begin on a Monday, so its columns can't be dated.", pupil_id)
        else:
            for column, offset, half in week_cells:
                page.enter(row, pupil_id, Session(monday + dt.timedelta(offset), half), cells[column])


def _week_cells(table: Table) -> list[tuple[int, int, Half]]:
    """For each mark column: its place, the days after Monday, and the half."""
    found = [(i, *WEEK_COLUMNS[plain(h)]) for i, h in enumerate(table.header) if plain(h) in WEEK_COLUMNS]
    if len({plain(table.header[column]) for column, _, _ in found}) != len(found):
        raise BadInput(table.file, "a session's column twice", "MonAM to FriPM, each once", table.header_row)
    return sorted(found, key=lambda cell: cell[1:])
