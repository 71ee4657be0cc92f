"""Play the morning: at each moment the exports change, people type, and the real job runs on the real connectors."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell.composition.clocks import SetClock
from firstbell.composition.exports import confirm_columns
from firstbell.composition.offices import draw_pages, office_of
from firstbell.composition.places import CASES_FILE
from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.school import DemoSchool
from firstbell.settings import load_settings
from firstbell.workflows.cases.letters import standing_draft
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from firstbell.workflows.jobs.weekly import cases, returns, weekly
from firstbell.workflows.morning.session_now import closed_session
from firstbell.workflows.notes.row_keys import case_key, pupil_session_key
from firstbell.workflows.office import Office
from firstbell.workflows.returns.records import returns_on_record
from sheets_templates import Cell

if TYPE_CHECKING:
    from openpyxl import Workbook

FILES = {
    "Attendance": Path("Attendance.xlsx"),
    "Safeguarding": Path("Safeguarding") / "Safeguarding.xlsx",
    "Attendance cases": CASES_FILE,
}


@dataclass(frozen=True, slots=True)
class Played:
    """One moment as it was played: when, what, and what the job reported (None: no job ran)."""

    at: dt.datetime
    what: str
    report: object | None = None


def play_morning(
    folder: Path, school: DemoSchool, moments: tuple[Moment, ...], tell: Callable[[Played], None]
) -> Office:
    """Play every moment in order and return the office as it stands at the end; `tell` hears of each moment."""
    exports = Exports(folder, school)
    exports.write(moments[0].at)
    clock = SetClock(moments[0].at)
    office = office_of(load_settings(folder / "school.toml"), clock, rehearse=False, run="demo")
    confirm_columns(office.settings)
    tell(Played(moments[0].at, "The data manager looks at which column of each export holds what, and confirms it."))
    for moment in moments:
        clock.moment = moment.at
        exports.play(moment)
        for workbook in dict.fromkeys(typed.workbook for typed in moment.typed):
            type_in(office, folder / FILES[workbook], [typed for typed in moment.typed if typed.workbook == workbook])
        report = JOBS[moment.job](office) if moment.job else None
        tell(Played(moment.at, moment.what, report))
    draw_pages(office, rehearse=False)
    return office


def type_in(office: Office, path: Path, everything: Sequence[Typed]) -> None:
    """Type into a workbook as somebody at the school would: open the file, fill in cells, save it once."""
    from firstbell.testing.workbook_person import Person, add_row, type_row  # noqa: PLC0415 - openpyxl loads slowly

    def fill_in(book: "Workbook") -> None:
        for typed in everything:
            cells = cells_of(office, typed)
            if typed.is_new_row:
                add_row(book[typed.sheet], cells)
                continue
            for key in keys_about(office, typed):
                type_row(book[typed.sheet], key, cells)

    Person(path).changes(fill_in)


def cells_of(office: Office, typed: Typed) -> dict[str, str]:
    """What is typed, as text by column."""
    return {column: _text(cell) for column, cell in {**typed.cells, **_draft_read(office, typed)}.items()}


def keys_about(office: Office, typed: Typed) -> list[str]:
    """The rows of a sheet that are about the pupil."""
    if typed.sheet == "LA returns":
        known = returns_on_record(office.store.ledger, office.settings.zone).values()
        return [record.key for record in known if record.pupil_id == typed.pupil_id and record.is_open]
    if typed.sheet == "Cases":
        return [case_key(typed.pupil_id, office.today())]
    if typed.sheet == "Notice decisions":
        return [typed.pupil_id]
    session = closed_session(office)
    if session is None:
        return []
    if typed.sheet == "Queue":
        return [p.key for p in office.store.proposals.find(session=session) if p.subject_id == typed.pupil_id]
    return [pupil_session_key(typed.pupil_id, session)]


def _draft_read(office: Office, typed: Typed) -> dict[str, Cell]:
    """Whoever approves a letter types the number that stands on the draft they have read."""
    draft = standing_draft(office, typed.pupil_id) if typed.sheet == "Cases" else None
    return {"Draft read": draft.facts["draft"]} if draft else {}


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell or "")


JOBS: dict[str, Callable[[Office], object]] = {
    "sync": sync_job,
    "chase": chase_job,
    "first-day-contact": first_day_contact,
    "weekly": weekly,
    "returns": returns,
    "cases": cases,
}
