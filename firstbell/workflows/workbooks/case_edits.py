"""What an edit in the Attendance cases workbook does. The ledger gets ids, dates and drop-downs only."""

import datetime as dt
from collections.abc import Mapping

from firstbell.settings import StaffMember
from firstbell.workflows.cases.caseload import NOT_SET_UP
from firstbell.workflows.cases.desk import CaseDesk, case_desk
from firstbell.workflows.cases.letters import approve_paper, standing_draft
from firstbell.workflows.cases.notice_questions import NoticeQuestion, notice_question
from firstbell.workflows.cases.records import DECIDED, NO_DECISION, NOTED, NOTICE, STEP, NoticeLine
from firstbell.workflows.cases.threshold_log import in_this_calendar, undone_sentence
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import NotApproved
from firstbell.workflows.workbooks.edit_handlers import Handler, RefusedEdit, RowEdit
from rules.calendar.sessions import in_words
from rules.contact.purposes import Purpose
from rules.parameters import parameter
from rules.penalty_notices.notice_to_improve import contents
from rules.penalty_notices.notices import NoticeIssued, Which, as_issued
from rules.people import Pupil, PupilContact
from sheets_templates.cases import APPROVE_CONTENTS, REFER

ACTS = frozenset({"Decision", "Draft read"})


def settle_case(office: Office, edit: RowEdit) -> str:
    """A meeting or a contract is noted, or the letter that was read is approved."""
    pupil_id = edit.row_key.partition("|")[0]
    said = []
    if edit.row.get("Decision") and edit.changed.keys() & ACTS:
        said.append(_approve(office, pupil_id, edit))
    if edit.changed.keys() & {"Meeting", "Contract"}:
        facts = {"meeting": edit.row.get("Meeting", ""), "contract": edit.row.get("Contract", "")}
        _record(office, NOTED, pupil_id, edit.person, facts)
        said.append("Noted.")
    return " ".join(said) or "Nothing is approved."


def _approve(office: Office, pupil_id: str, edit: RowEdit) -> str:
    """Approve the draft whose number was typed, with the facts of its own date: what was read is what is approved."""
    desk, number = case_desk(office), edit.row.get("Draft read", "")
    pupil, draft = _pupil(desk, pupil_id), standing_draft(office, pupil_id)
    if not number.isdecimal():
        raise RefusedEdit("Type the number of the draft you have read in Draft read: only that one is approved.")
    if draft is not None:
        _check_contents(desk, Purpose(draft.facts["purpose"]), edit.row["Decision"])
    dated = dt.date.fromisoformat(draft.facts["dated"]) if draft else desk.today
    case = desk.case(pupil, desk.facts(pupil, desk.register(pupil_id), dated))
    if case is None:
        raise RefusedEdit(NOT_SET_UP)
    try:
        return approve_paper(office, case, int(number), edit.person, desk.today)
    except NotApproved as refused:
        raise RefusedEdit(str(refused)) from refused


def _check_contents(desk: CaseDesk, purpose: Purpose, decision: str) -> None:
    """A notice to improve must hold certain things, and only a reader can say that it does."""
    if purpose is Purpose.NOTICE_TO_IMPROVE_DRAFT and decision != APPROVE_CONTENTS:
        needed = "; ".join(contents(desk.today))
        raise RefusedEdit(f"Check that the notice holds: {needed}. Then choose '{APPROVE_CONTENTS}'.")


def record_step(office: Office, edit: RowEdit) -> str:
    """A step that was tried: its date and the words of the drop-downs go on record, the person's own words don't."""
    on, what = edit.row.get("Date", ""), edit.row.get("What was done", "")
    if not on or not what:
        raise RefusedEdit("Type the date, and choose what was done.")
    _check_past(office, on, "Date")
    facts = {"row": edit.row_key, "on": on, "what": what, "outcome": edit.row.get("Outcome", "")}
    _record(office, STEP, edit.row_key.partition("|")[0], edit.person, facts)
    return "Noted. It counts as tried in this pupil's case."


def record_notice(office: Office, edit: RowEdit) -> str:
    """A notice that one parent had for one child: never a third in the look-back, never before the threshold."""
    desk, pupil_id = case_desk(office), edit.row_key.partition("|")[0]
    pupil = _pupil(desk, pupil_id)
    parent = _parent(desk, pupil_id, _contact_of(desk, pupil_id, edit))
    issued, withdrawn = edit.row.get("Issued on", ""), edit.row.get("Withdrawn on", "")
    facts = {"row": edit.row_key, "parent": parent.contact_id, "issued_on": issued, "withdrawn_on": withdrawn}
    if not issued and edit.row_key not in _rows(desk, pupil_id):
        raise RefusedEdit("Type the day on which the notice was issued.")
    said = "This line counts for nothing now."
    if issued:
        said = _check_notice(desk, pupil, parent, edit.row_key, issued, withdrawn)
    _record(office, NOTICE, pupil_id, edit.person, facts)
    return said


def _contact_of(desk: CaseDesk, pupil_id: str, edit: RowEdit) -> str:
    """The contact of a line that is on record already, whatever was typed over it; else the one that was typed."""
    on_record = _rows(desk, pupil_id).get(edit.row_key)
    return on_record.contact_id if on_record else edit.row.get("Contact ID", "")


def _rows(desk: CaseDesk, pupil_id: str) -> Mapping[str, NoticeLine]:
    return {line.row: line for line in desk.records.notices.get(pupil_id, ())}


def _check_notice(desk: CaseDesk, pupil: Pupil, parent: PupilContact, row: str, issued: str, withdrawn: str) -> str:
    """Refuse what can't be; otherwise the sentence for the row."""
    _check_past(desk.office, issued, "Issued on")
    counted_from = parameter("penalty_notices/counted_from").on(desk.today).value
    day = dt.date.fromisoformat(issued)
    if day < counted_from:
        raise RefusedEdit(
            f"Notices before {in_words(counted_from)} do not count towards the limit: leave this one out."
        )
    if withdrawn:
        _check_past(desk.office, withdrawn, "Withdrawn on")
        if withdrawn < issued:
            raise RefusedEdit("A notice can't be withdrawn before it was issued.")
    others = [line for line in desk.records.notices_of(pupil.id, parent.contact_id) if line.row != row]
    if any(line.issued_on == day for line in others):
        raise RefusedEdit("This parent's notice of that day is in the sheet already.")
    if withdrawn:
        return "Noted as withdrawn: it does not count."
    _check_threshold(desk, pupil, day)
    return _check_limit([line.as_notice() for line in others], NoticeIssued(day))


def _check_threshold(desk: CaseDesk, pupil: Pupil, day: dt.date) -> None:
    """Where the registers reach back to the day, the threshold must have been met by then."""
    if day < desk.calendar.first:
        return
    met_on = desk.facts(pupil, desk.register(pupil.id), desk.today).threshold.threshold_met_on
    if met_on is None or met_on > day:
        raise RefusedEdit(f"The national threshold was not met by {in_words(day)}: check the date and the parent.")


def _check_limit(others: list[NoticeIssued], new: NoticeIssued) -> str:
    """Look at every notice on its own day: one typed late may make a later one the third."""
    found = as_issued([*others, new])
    too_many = next((following for _, following in found if following.which is Which.NONE), None)
    if too_many is not None:
        raise RefusedEdit(too_many.finding.sentence)
    which = next(following.which for notice, following in found if notice is new)
    return f"Noted as the {which} notice to this parent for this child."


def decide_notice(office: Office, edit: RowEdit) -> str:
    """A named person refers, waives or asks for support first: Firstbell records it and issues nothing."""
    pupil_id, _, contact_id = edit.row_key.partition("|")
    desk, decision = case_desk(office), edit.row.get("Decision", "")
    pupil, parent = _pupil(desk, pupil_id), _parent(desk, pupil_id, contact_id)
    register = desk.register(pupil_id)
    question = notice_question(desk, pupil, parent, desk.facts(pupil, register, desk.today), register)
    if decision:
        _check_decision(desk, question, decision, edit.row.get("Why", ""))
    if decision and decision == desk.records.standing_decision(pupil_id, contact_id):
        return "Noted."
    _record(office, DECIDED, pupil_id, edit.person, _decided(question, decision))
    return f"Recorded: {decision}. Firstbell issues and sends nothing." if decision else "No decision stands."


def _check_decision(desk: CaseDesk, question: NoticeQuestion, decision: str, why: str) -> None:
    if not question.is_met:
        found = in_this_calendar(desk.records.thresholds.get(question.pupil.id, ()), desk.calendar.first)
        raise RefusedEdit(undone_sentence(found) or question.facts.threshold.finding.sentence)
    if not why:
        raise RefusedEdit("Say why, in a sentence: it belongs to the decision.")
    against = question.against_a_referral() if decision == REFER else ""
    if against:
        raise RefusedEdit(against)


def _decided(question: NoticeQuestion, decision: str) -> dict[str, str]:
    """What the ledger keeps of a decision: codes and dates, and not the person's reason."""
    met_on = question.facts.threshold.threshold_met_on
    return {
        "parent": question.parent.contact_id,
        "decision": decision or NO_DECISION,
        "met_on": met_on.isoformat() if met_on else "",
        "notice": question.next_notice.which.value,
        "provisional": "yes" if question.is_provisional else "no",
    }


def _pupil(desk: CaseDesk, pupil_id: str) -> Pupil:
    pupil = desk.pupil(pupil_id)
    if pupil is None:
        raise RefusedEdit("No pupil with this Pupil ID is on roll; it is the id the MIS uses.")
    return pupil


def _parent(desk: CaseDesk, pupil_id: str, contact_id: str) -> PupilContact:
    found = next((link for link in desk.parents(pupil_id) if link.contact_id == contact_id), None)
    if found is None:
        raise RefusedEdit("No parent of this pupil has this Contact ID: copy it from the sheet Notice decisions.")
    return found


def _check_past(office: Office, day: str, column: str) -> None:
    if dt.date.fromisoformat(day) > office.today():
        raise RefusedEdit(f"'{column}' lies in the future: type the day on which it happened.")


def _record(office: Office, kind: str, pupil_id: str, person: StaffMember, facts: Mapping[str, str]) -> None:
    now = office.clock.now()
    office.store.ledger.append(kind, at=now, actor=person.initials, facts=facts, pupil_id=pupil_id)


CASE_HANDLERS: dict[str, Handler] = {
    "Cases": settle_case,
    "Steps tried": record_step,
    "Notices": record_notice,
    "Notice decisions": decide_notice,
}
