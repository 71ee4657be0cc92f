"""Play the morning: at each moment the exports change, people type, and the real job runs on the real connectors."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from firstbell.composition import SetClock, office_of
from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.school import DemoSchool
from firstbell.settings import load_settings
from firstbell.workflows.daily_jobs import chase_job, sync_job
from firstbell.workflows.first_day_contact import first_day_contact
from firstbell.workflows.office import Office
from rules.calendar import Session

FILES = {"Attendance": Path("Attendance.xlsx"), "Safeguarding": Path("Safeguarding") / "Safeguarding.xlsx"}


@dataclass(frozen=True, slots=True)
class Played:
    """One moment as it was played: when, what, and what the job reported (None: no job ran)."""

    at: dt.datetime
    what: str
    report: object | None


def play_morning(
    folder: Path, school: DemoSchool, moments: tuple[Moment, ...], tell: Callable[[Played], None]
) -> Office:
    """Play every moment in order and return the office as it stands at the end; `tell` hears of each moment."""
    exports = Exports(folder, school)
    exports.write(moments[0].at)
    clock = SetClock(moments[0].at)
    office = office_of(load_settings(folder / "school.toml"), clock, rehearse=False)
    for moment in moments:
        clock.moment = moment.at
        exports.play(moment)
        for typed in moment.typed:
            type_in(folder / FILES[typed.workbook], typed, moment.at)
        report = JOBS[moment.job](office) if moment.job else None
        tell(Played(moment.at, moment.what, report))
    return office


JOBS: dict[str, Callable[[Office], object]] = {
    "sync": sync_job,
    "chase": chase_job,
    "first-day-contact": first_day_contact,
}
