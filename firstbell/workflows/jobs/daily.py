"""The jobs of a day as a timer or a person starts them: people's edits come first, the workbooks are drawn last."""

from collections.abc import Mapping
from dataclasses import replace

from firstbell.workflows.morning.brakes import brakes_on
from firstbell.workflows.morning.lesson_questions import ask_teachers
from firstbell.workflows.morning.phone_list import phone_list
from firstbell.workflows.morning.register_chase import ChaseSummary, chase_registers
from firstbell.workflows.morning.safeguarding_alerts import alerts_of
from firstbell.workflows.morning.session_now import closed_session, look
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import the_office_told
from firstbell.workflows.registers.code_checks import codes_to_check
from firstbell.workflows.registers.data_health import reading_problems
from firstbell.workflows.registers.sync import SyncSummary, sync
from firstbell.workflows.workbooks.drawing import draw_workbooks
from firstbell.workflows.workbooks.edits import Said, take_edits
from firstbell.workflows.workbooks.views.codes import SHEET as CODES_TO_CHECK
from firstbell.workflows.workbooks.views.codes import code_check_rows
from firstbell.workflows.workbooks.views.follow_up import proposals_by_pupil
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from rules.calendar import Half, Session


def sync_job(office: Office) -> SyncSummary:
    """Read the MIS and bring the workbooks up to date. Tells nobody anything, but the office of what stopped it."""
    with the_office_told(office, "The sync did not run to its end"):
        said = take_edits(office)
        summary = sync(office)
        codes = code_check_rows(office, codes_to_check(office, office.today()), said)
        undrawn = draw_as_it_stands(office, said, {CODES_TO_CHECK: codes})
    return replace(summary, undrawn=undrawn)


def chase_job(office: Office) -> ChaseSummary:
    """Chase missing registers, ask about lesson marks, and show in the workbook what was done."""
    with the_office_told(office, "The register chase did not run to its end"):
        said = take_edits(office)
        summary = replace(chase_registers(office), questions=ask_teachers(office))
        if office.store.registers.marks_as_at() is not None:
            summary = replace(summary, undrawn=draw_as_it_stands(office, said))
        office.store.desk.heartbeat("chase", at=office.clock.now(), due_at=None, outcome="done")
    return summary


def draw_as_it_stands(office: Office, said: Said, more: Mapping[str, Rows] | None = None) -> tuple[str, ...]:
    """Draw both workbooks from what is known now, of the session whose register closed last (or the morning's).

    `more` are sheets of the Attendance workbook that only this job draws.
    """
    session = closed_session(office) or Session(office.today(), Half.AM)
    now = look(office, session)
    brakes = brakes_on(office, now)
    calls = phone_list(office, now, brakes)
    alerts = alerts_of(office, session.date)
    proposals, problems = proposals_by_pupil(office, session), reading_problems(office)
    return draw_workbooks(office, Picture(now, brakes, calls, alerts, said, proposals, problems), more)
