r"""Shape D: a grid of pupils and dates, as registers printed to a spreadsheet.

Two columns a date, each saying AM or PM beside the date or in the row below it; or one column a date, with the two
marks of the day in one cell (`/\`).
"""

import re
from collections import Counter
from itertools import islice

from connectors.files.columns import DATED, dated_header
from connectors.files.dates import dates_in
from connectors.files.mapping import Mapping, places, whole_rows
from connectors.files.register_page import RegisterPage
from connectors.files.tables import Table
from firstbell.errors import BadInput
from rules.calendar import Half, Session, both_sessions

MARKS_A_DAY = 2
LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}")


def read_grid(table: Table, mapping: Mapping, page: RegisterPage) -> None:
    """Enter every cell's mark, or marks, on the page. Raises BadInput for headers that leave the session open."""
    pupil = places(table, mapping)["pupil_id"]
    halves = _halves_below(table)
    columns = _dated_columns(table, halves)
    rows, problems = whole_rows(table, mapping)
    page.problems += problems
    for row, cells in islice(rows.items(), 1 if halves else 0, None):
        if not cells[pupil]:
            page.refuse(row, "The row names no pupil.")
            continue
        for place, session, is_half in columns:
            if is_half:
                page.enter(row, cells[pupil], session, cells[place])
            else:
                _enter_day(row, cells[pupil], session, cells[place], page)


def _enter_day(row: int, pupil_id: str, session: Session, text: str, page: RegisterPage) -> None:
    """Enter both marks of a day from one cell."""
    marks = text or "--"
    if len(marks) != MARKS_A_DAY:
        page.refuse(row, "The cell does not hold two marks, one for AM and one for PM.", pupil_id, session)
        return
    for half_day, mark in zip(both_sessions(session.date), marks, strict=True):
        page.enter(row, pupil_id, half_day, mark.strip())


def _halves_below(table: Table) -> dict[int, Half]:
    """AM and PM by column, where the row beneath the dates says them."""
    cells = next(iter(table.rows.values()), [])
    under = zip(table.header, cells, strict=False)  # a row that is too long is reported with the others
    found = {place: cell.upper() for place, (header, cell) in enumerate(under) if dated_header(header)}
    are_halves = bool(found) and set(found.values()) <= set(Half)
    return {place: Half(text) for place, text in found.items()} if are_halves else {}


def _dated_columns(table: Table, halves: dict[int, Half]) -> list[tuple[int, Session, bool]]:
    """Each dated column's place and session, and whether it is one half or (False) a whole day."""
    found: list[tuple[int, Session, bool]] = []
    for place, header in enumerate(table.header):
        dated = dated_header(header)
        if dated is not None:
            session, is_half = dated
            half = halves.get(place)
            found.append((place, Session(session.date, half) if half else session, is_half or half is not None))
    _require_one_form(table)
    _require_each_once(table, found)
    return found


def _require_one_form(table: Table) -> None:
    """Refuse a header that looks like a date and is none: its column of marks would be lost in silence."""
    found = [DATED.fullmatch(header) for header in table.header if LIKE_A_DATE.search(header)]
    texts = [(table.header_row, match["date"]) for match in found if match]
    if None in dates_in(texts, table.file, "dates in the header").values():
        raise BadInput(table.file, "a header that is nearly a date", "dates as DD/MM/YYYY", table.header_row)


def _require_each_once(table: Table, columns: list[tuple[int, Session, bool]]) -> None:
    whole_days = {session.date for _, session, is_half in columns if not is_half}
    twice = [s for s, count in Counter(session for _, session, _ in columns).items() if count > 1]
    mixed = [session for _, session, is_half in columns if is_half and session.date in whole_days]
    for session in (*twice, *mixed):
        found = f"more than one column for {session.date:%d/%m/%Y}"
        raise BadInput(table.file, found, "AM or PM beside each date, each once", table.header_row)
