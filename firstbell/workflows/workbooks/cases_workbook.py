"""Draw the Attendance cases workbook, into a folder that only the people named in the settings may open."""

from firstbell.errors import NeedsHuman
from firstbell.workflows.cases.caseload import CaseLoad
from firstbell.workflows.closed_folders import close_folder
from firstbell.workflows.office import Office
from firstbell.workflows.workbooks.drawing import draw_workbook
from firstbell.workflows.workbooks.edits import Said
from firstbell.workflows.workbooks.views import cases as views
from sheets_templates.cases import CASES_WORKBOOK


def draw_cases(office: Office, load: CaseLoad, said: Said) -> tuple[str, ...]:
    """Close the folder, read back who may open it, and only then draw. A sentence says what could not be done."""
    try:
        close_folder(office, CASES_WORKBOOK.name, office.settings.letters.readers)
    except NeedsHuman as stop:
        return (f"The {CASES_WORKBOOK.name} workbook could not be brought up to date: {stop}",)
    page = views.CasePage(load, said, views.typed_cells(office))
    rows = {
        "Cases": page.case_rows(),
        "Steps tried": page.step_rows(),
        "Notices": page.notice_rows(),
        "Notice decisions": page.decision_rows(),
    }
    now = office.clock.now()
    return draw_workbook(office, office.cases_workbook, CASES_WORKBOOK, rows, answers=said.to_typed, as_at=now)
