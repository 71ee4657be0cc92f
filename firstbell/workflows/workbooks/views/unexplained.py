"""The sheet Unexplained (N): every N that still stands, with the last day on which somebody can act on it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from firstbell.records import State
from firstbell.workflows.notes.row_keys import pupil_session_key, pupil_session_of
from firstbell.workflows.office import Office
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from rules.absence.settlement import Attempt, propose_unauthorised, settlement
from rules.absence.unexplained import UnexplainedAbsence, unexplained_absences
from rules.calendar import Session
from rules.contact.purposes import Purpose
from sheets_templates import Cell
from sheets_templates.attendance import ATTENDANCE

REACHED = (State.SENT, State.DELIVERED, State.ANSWERED, State.BOUNCED)
Attempts = dict[tuple[str, Session], list[Attempt]]


def unexplained_rows(office: Office, picture: Picture) -> Rows:
    """Every N of the calendar so far that still stands, the oldest first."""
    calendar, today = office.mis.calendar(), office.today()
    spans = office.store.registers.spans(calendar.first, today)
    attempts = attempts_made(office)
    found = [
        (absence.session, pupil_id, _row(office, picture, pupil_id, absence, attempts[pupil_id, absence.session]))
        for pupil_id, pupil in picture.now.pupils.items()
        if pupil_id in spans
        for absence in unexplained_absences(spans[pupil_id], calendar, pupil.year_group, today)
    ]
    oldest_first = sorted(found, key=lambda each: each[:2])
    return {pupil_session_key(pupil_id, session): row for session, pupil_id, row in oldest_first}


def attempts_made(office: Office) -> Attempts:
    """Each try to reach a family about a session: messages that went, and calls that somebody wrote down."""
    made: Attempts = defaultdict(list)
    for proposal in office.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE, states=REACHED):
        made[proposal.subject_id, proposal.session].append(Attempt(proposal.session.date, "email"))
    for cell in office.store.desk.cells(ATTENDANCE.name):
        about = pupil_session_of(cell.row_key) if cell.sheet == "Phone list" and cell.column == "Outcome" else None
        if about is not None and cell.value:
            made[about].append(Attempt(about[1].date, "phone call"))
    return made


def _row(
    office: Office, picture: Picture, pupil_id: str, absence: UnexplainedAbsence, attempts: Sequence[Attempt]
) -> dict[str, Cell]:
    key, today = pupil_session_key(pupil_id, absence.session), picture.now.session.date
    act_by = _act_by(office, picture, pupil_id, absence)
    says = picture.says("Unexplained (N)", key)
    return {
        **picture.who(pupil_id),
        "Date": absence.session.date,
        "Session": absence.session.half.value,
        "School days open": absence.school_days_open,
        "Settle by": act_by,
        "State": _state(absence, act_by, today),
        "Attempts": len(attempts),
        "Firstbell says": says["Firstbell says"] or _proposal(office, absence, attempts),
    }


def _act_by(office: Office, picture: Picture, pupil_id: str, absence: UnexplainedAbsence) -> dt.date | None:
    """The last day on which the postholder is at work; with no postholder in the settings, the limit itself."""
    postholder = office.settings.person(office.settings.watch.postholder)
    working_days = frozenset(postholder.working_days) if postholder else frozenset()
    pupil, now = picture.now.pupils[pupil_id], picture.now
    return settlement(absence, now.calendar, pupil.year_group, working_days, now.session.date).act_by


def _state(absence: UnexplainedAbsence, act_by: dt.date | None, today: dt.date) -> str:
    if absence.is_overdue:
        return "overdue"
    if act_by is None:
        return "calendar ends"
    return "last day" if act_by <= today else "in time"


def _proposal(office: Office, absence: UnexplainedAbsence, attempts: Sequence[Attempt]) -> str:
    """O with the attempts attached, once it may be proposed; never written by us."""
    finding = propose_unauthorised(absence, attempts, office.settings.watch.attempts_before_unauthorised)
    return finding.sentence if finding.is_met else ""
