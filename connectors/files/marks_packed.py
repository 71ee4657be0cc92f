"""Shape C: a row a pupil with all marks in one string, two characters a calendar day, as Xporter and CTF carry them.

Weekends and holidays are in the string, as `#`. A two-character code would shift everything after it, so a string
whose length is not twice the days is refused rather than read.
"""

import datetime as dt

from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, cells_of, places, whole_rows
from connectors.files.register_page import RegisterPage
from connectors.files.tables import Table
from rules.calendar import SATURDAY, both_sessions

CLOSED = "#"


def read_packed(table: Table, mapping: Mapping, page: RegisterPage) -> None:
    """Enter every string's marks on the page. Raises BadInput."""
    at = places(table, mapping)
    rows, problems = whole_rows(table, mapping)
    page.problems += problems
    start, end = (
        dates_in(cells_of(rows, at[column]), table.file, table.header[at[column]])
        for column in ("marks_from", "marks_to")
    )
    for row, cells in rows.items():
        first, last = start.get(cells[at["marks_from"]]), end.get(cells[at["marks_to"]])
        pupil_id, packed = cells[at["pupil_id"]], cells[at["marks"]]
        refusal = _refusal(pupil_id, packed, first, last)
        if refusal or first is None:
            page.refuse(row, refusal, pupil_id)
        else:
            _unpack(row, pupil_id, packed, first, page)


def _refusal(pupil_id: str, packed: str, first: dt.date | None, last: dt.date | None) -> str:
    """Why a row can't be read; empty when it can."""
    if not pupil_id:
        return "The row names no pupil."
    if first is None or last is None:
        return "The first or last date of the marks is missing or is not one that exists."
    expected = 2 * ((last - first).days + 1)
    if len(packed) != expected:
        return (
            f"The string holds {len(packed)} marks where its dates need {expected}, as a two-character code would do. "
            "Export these marks as one row a mark."
        )
    return ""


def _unpack(row: int, pupil_id: str, packed: str, first: dt.date, page: RegisterPage) -> None:
    for offset in range(len(packed) // 2):
        day = first + dt.timedelta(offset)
        for session, code in zip(both_sessions(day), packed[2 * offset : 2 * offset + 2], strict=True):
            if code != CLOSED or day.weekday() < SATURDAY:
                page.enter(row, pupil_id, session, code.strip())
