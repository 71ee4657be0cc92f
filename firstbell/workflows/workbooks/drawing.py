"""Draw both workbooks from what this run found.

A workbook that can't be drawn now, because somebody has it open or its system is busy, is left for the next run, and
said so: it stops neither the other one nor what is done for families.
"""

import datetime as dt
from collections.abc import Mapping

from firstbell.errors import NeedsHuman, RetryLater
from firstbell.ports import Workbook
from firstbell.records import SheetRows, TypedAnswer
from firstbell.workflows.office import Office
from firstbell.workflows.workbooks.views import attendance, follow_up, safeguarding, unexplained
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from sheets_templates import WorkbookLayout
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.safeguarding import SAFEGUARDING


def draw_workbooks(office: Office, picture: Picture, more: Mapping[str, Rows] | None = None) -> tuple[str, ...]:
    """Bring both workbooks up to date. Returns a sentence for each that could not be drawn this time.

    `more` are further sheets of the Attendance workbook.
    """
    books = (
        (office.attendance_workbook, ATTENDANCE, attendance_sheets(office, picture) | dict(more or {})),
        (office.safeguarding_workbook, SAFEGUARDING, safeguarding_sheets(office, picture)),
    )
    answers, as_at = picture.said.to_typed, picture.now.as_at
    return tuple(
        sentence
        for workbook, layout, rows in books
        for sentence in draw_workbook(office, workbook, layout, rows, answers=answers, as_at=as_at)
    )


def attendance_sheets(office: Office, picture: Picture) -> dict[str, Rows]:
    """The rows of every sheet of the Attendance workbook."""
    return {
        "Summary": attendance.summary_rows(office, picture),
        "Today": attendance.today_rows(picture),
        "Queue": attendance.queue_rows(office, picture),
        "Phone list": attendance.phone_rows(picture),
        "Registers to chase": attendance.register_rows(office, picture),
        "Unexplained (N)": unexplained.unexplained_rows(office, picture),
        "Changes": follow_up.change_rows(office, picture),
        "Contact log": follow_up.contact_log_rows(office, picture),
        "Health": follow_up.health_rows(office, picture),
        "Codes and rules": follow_up.code_rows(office.today()),
    }


def safeguarding_sheets(office: Office, picture: Picture) -> dict[str, Rows]:
    """The rows of every sheet of the Safeguarding workbook."""
    return {
        "Alerts": safeguarding.alert_rows(office, picture),
        "Vulnerable pupils": safeguarding.vulnerable_rows(office, picture),
        "Non-contact": safeguarding.non_contact_rows(office, picture),
        "Told outside agencies": safeguarding.told_rows(office, picture),
    }


def draw_workbook(
    office: Office,
    workbook: Workbook,
    layout: WorkbookLayout,
    rows: Mapping[str, Rows],
    *,
    answers: Mapping[str, tuple[TypedAnswer, ...]],
    as_at: dt.datetime,
    settled: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Bring the given sheets up to date. Returns a sentence when that could not be done this time.

    `settled`: keys of rows that nobody has to look at any more.
    """
    sheets = [SheetRows(sheet, found, answers.get(sheet, ()), settled) for sheet, found in rows.items()]
    try:
        workbook.draw(layout, sheets, as_at=f"{as_at.astimezone(office.settings.zone):%A %d %B %Y, %H:%M}")
    except (NeedsHuman, RetryLater) as undrawn:
        facts = {"workbook": layout.name, "why": str(undrawn)}
        office.store.ledger.append("workbook.not_drawn", at=office.clock.now(), actor="Firstbell", facts=facts)
        return (f"The {layout.name} workbook could not be brought up to date: {undrawn}",)
    return ()
