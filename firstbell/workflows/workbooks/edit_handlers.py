"""What an edit in each sheet does. A handler returns the sentence for the row, or raises RefusedEdit with one."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from firstbell.records import Proposal, State
from firstbell.settings import StaffMember
from firstbell.workflows.morning.brakes import released_brakes
from firstbell.workflows.morning.phone_list import MESSAGED
from firstbell.workflows.notes.desk_notes import settles
from firstbell.workflows.notes.row_keys import pupil_session_of
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import NotApproved, approve
from firstbell.workflows.outgoing.settling import ON_THE_WAY
from firstbell.workflows.outgoing.stop_switch import ROW_KEY, resume_messages, stop_every_message, stopped_by
from firstbell.workflows.returns.decisions import take_return_edit
from rules.calendar import Session
from rules.code_checks.validator import read_code
from rules.codes import AttendanceCode
from rules.contact.addresses import mailboxes_in, phone_key
from rules.contact.purposes import Purpose
from rules.people import Personal
from rules.school_age import school_age_as_known


class RefusedEdit(Exception):
    """The edit can't be taken in; the message is the plain sentence for the row."""


class OnItsWay(RefusedEdit):
    """A stop or a hold of a message that is on its way: it counts if the message turns out not to have gone."""


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One person's edits in one row: the changed cells, the row as it stands now, and who signed it."""

    sheet: str
    row_key: str
    changed: Mapping[str, str] = field(repr=False)
    row: Mapping[str, str] = field(repr=False)
    person: StaffMember


Handler = Callable[[Office, RowEdit], str]


def record_reason(office: Office, edit: RowEdit) -> str:
    """A reason, a code, or the outcome of a call: the absence is explained, so nobody is told about it any more."""
    found = pupil_session_of(edit.row_key)
    if found is None:
        raise RefusedEdit("This row has lost its link to a pupil; type in another row, this one is drawn again.")
    pupil_id, session = found
    said = "Noted."
    if letters := edit.changed.get("Code to record"):
        code = _code(office, letters, pupil_id, session)
        _propose_amendment(office, edit, pupil_id, session, code)
        said = f"Noted. Enter {code} in the MIS for {session}: Firstbell does not write to it."
    if edit.changed.get("Outcome") == "pupil is in school":
        said = "Noted. Correct the mark in the MIS, so that the family is told."
    if any(settles(column, value) for column, value in edit.changed.items()):
        _mark_answered(office, edit, pupil_id, session)
    return said


def _code(office: Office, letters: str, pupil_id: str, session: Session) -> AttendanceCode:
    """The code somebody chose, if the register may hold it for this pupil and session."""
    roll = office.store.registers.roll()
    pupil = next((p for p in roll.pupils if p.id == pupil_id), None) if roll else None
    age = school_age_as_known(pupil.date_of_birth, pupil.year_group, session.date) if pupil else None
    read = read_code(letters, session, age)
    if isinstance(read, AttendanceCode):
        return read
    instead = f" Use {read.suggestion}." if read and read.suggestion else ""
    raise RefusedEdit(f"{read.problem}{instead}" if read else "That is no code of the register.")


def _propose_amendment(office: Office, edit: RowEdit, pupil_id: str, session: Session, code: AttendanceCode) -> None:
    """Keep the five amendment fields of the register, for whoever enters the change in the MIS."""
    span = office.store.registers.span(pupil_id, session.date, session.date)
    facts = {
        "session": session.key,
        "original": str(span.code_at(session) or "not taken"),
        "amended": code.value,
        "changed_on": office.today().isoformat(),
        "by_role": edit.person.role,
    }
    now = office.clock.now()
    office.store.ledger.append("amendment.proposed", at=now, actor=edit.person.initials, facts=facts, pupil_id=pupil_id)


def _mark_answered(office: Office, edit: RowEdit, pupil_id: str, session: Session) -> None:
    sent = office.store.proposals.find(session=session, purpose=Purpose.FIRST_DAY_ABSENCE, states=MESSAGED)
    for proposal in sent:
        if proposal.subject_id == pupil_id:
            _move(office, edit, proposal, State.ANSWERED, "The reason is known.")


def decide_in_queue(office: Office, edit: RowEdit) -> str:
    """Stop, hold or release one message, or release a brake."""
    decision = edit.row.get("Decision", "")
    if edit.row_key == ROW_KEY:
        return _switch(office, edit, decision)
    find = office.store.proposals.find
    queued = (find(purpose=Purpose.FIRST_DAY_ABSENCE), find(purpose=Purpose.HALF_TERM_DAYS_MISSED))
    found = [p for some in (*queued, find(states=[State.UNKNOWN])) for p in some if p.key == edit.row_key]
    if not found and edit.row_key.startswith("brake|"):
        return _release_brake(office, edit, decision)
    if not found:
        raise RefusedEdit("This message is not in the queue any more.")
    return _decide(office, edit, found[0], decision)


def _switch(office: Office, edit: RowEdit, decision: str) -> str:
    """Anyone may stop every message; what is typed besides changes nothing until two people have written release."""
    if decision == "stop":
        return stop_every_message(office, edit.person)
    if stopped_by(office) is None:
        return "Messages go as they are due."
    if decision != "release":
        raise RefusedEdit("Every message is still stopped: write release, with the initials of two people.")
    return resume_messages(office, edit.person, _second_person(office, edit))


def _decide(office: Office, edit: RowEdit, proposal: Proposal, decision: str) -> str:
    if proposal.state is State.BLOCKED:
        raise RefusedEdit("A blocked message can't be released here. Mend what blocks it, or telephone.")
    if proposal.state is State.PROPOSED:
        return _approve(office, edit, proposal, decision)
    if proposal.state is State.UNKNOWN:
        return _settle_doubt(office, edit, proposal, decision)
    if decision == "stop" and _move(office, edit, proposal, State.STOPPED, "Somebody stopped it.", State.HELD):
        return f"Stopped by {edit.person.initials}. The pupil is on the phone list."
    if decision == "hold" and proposal.state is State.HELD:
        return "Held until somebody changes this. It lapses when the session ends."
    if decision == "release" and proposal.state is State.STOPPED:
        _move(office, edit, proposal, State.HELD, "Somebody released it.")
        return "It goes at this run, if the mark still says N."
    if decision in {"", "release"} and proposal.state is State.HELD:
        return "It goes when its countdown ends, if the mark still says N."
    if decision in {"stop", "hold"} and proposal.state in ON_THE_WAY:
        raise OnItsWay("The message was about to go. If it has not gone, it is held back, and this is done next time.")
    raise RefusedEdit(f"Too late: the message is {proposal.state}.")


def _settle_doubt(office: Office, edit: RowEdit, proposal: Proposal, decision: str) -> str:
    """A person has looked whether the message went, where no program can tell."""
    if decision == "stop" and _move(office, edit, proposal, State.STOPPED, "A person looked: it is left as it is."):
        return f"Left as it is by {edit.person.initials}. It is not sent again."
    if decision == "release" and proposal.send_before <= office.clock.now():
        raise RefusedEdit("Too late to send it again: its time has passed. Write stop, and telephone.")
    if decision == "release" and _move(office, edit, proposal, State.HELD, "A person looked: it did not go."):
        return "It is sent again at this run, if it is still true."
    raise RefusedEdit("Look among the sent messages. If it went, write stop. If it did not go, write release.")


def _approve(office: Office, edit: RowEdit, proposal: Proposal, decision: str) -> str:
    """A message that waits for a named person: "release" is their yes, and without it nothing ever leaves."""
    if decision != "release":
        return "It waits: nothing leaves unless somebody writes release."
    try:
        return approve(office, proposal.key, edit.person)
    except NotApproved as refused:
        raise RefusedEdit(str(refused)) from refused


def _release_brake(office: Office, edit: RowEdit, decision: str) -> str:
    if decision != "release":
        _restore_brake(office, edit)
        return "Nothing leaves while this stands."
    second = _second_person(office, edit)
    facts = {"brake": edit.row_key, "second": second.initials}
    office.store.ledger.append("brake.released", at=office.clock.now(), actor=edit.person.initials, facts=facts)
    return f"Released by {edit.person.initials} and {second.initials}."


def _second_person(office: Office, edit: RowEdit) -> StaffMember:
    second = office.settings.person(edit.row.get("Second initials", ""))
    if second is None or second == edit.person:
        raise RefusedEdit("A second person's initials are needed to release this.")
    return second


def _restore_brake(office: Office, edit: RowEdit) -> None:
    """One person is enough to put a released brake back."""
    if edit.row_key in released_brakes(office.store.ledger):
        now, facts = office.clock.now(), {"brake": edit.row_key}
        office.store.ledger.append("brake.restored", at=now, actor=edit.person.initials, facts=facts)


def acknowledge_alert(office: Office, edit: RowEdit) -> str:
    """Somebody of the safeguarding team has it, so nobody else is called."""
    if not edit.person.is_safeguarding:
        raise RefusedEdit("Only somebody of the safeguarding team can acknowledge an alert.")
    if "Acknowledged by" in edit.changed:
        found = pupil_session_of(edit.row_key)
        office.store.ledger.append(
            "alert.acknowledged",
            at=office.clock.now(),
            actor=edit.person.initials,
            facts={"alert": edit.row_key},
            pupil_id=found[0] if found else None,
        )
    return f"{edit.person.initials} has it."


def hold_messages(office: Office, edit: RowEdit) -> str:
    """A sensitive-case hold: no automatic message about this pupil up to a date, and a person makes the call."""
    until = edit.row.get("Hold messages until", "")
    if not until:
        return "No hold."
    last_day = dt.date.fromisoformat(until)
    if last_day < office.today():
        raise RefusedEdit("The date has passed. Type the last day of the hold, or clear it.")
    return f"No automatic message until {last_day:%d %B %Y}; {edit.person.initials} looks at it again."


def decide_on_return(office: Office, edit: RowEdit) -> str:
    """Approve or decline a return, say when it was sent, answer at twenty days, or note a long illness."""
    try:
        return take_return_edit(office, edit.row_key, edit.changed, edit.row, edit.person.initials)
    except ValueError as refused:
        raise RefusedEdit(str(refused)) from refused


def block_address(office: Office, edit: RowEdit) -> str:  # noqa: ARG001 - one signature for every handler
    """The DSL's own block on an address or a telephone number, for this pupil."""
    typed = Personal(edit.row.get("Address to block", ""))
    if not typed:
        return "No longer blocked by this line."
    if not mailboxes_in(typed) and not phone_key(typed):
        raise RefusedEdit("This is neither an e-mail address nor a telephone number, so it would block nobody.")
    return "Blocked from now on."


def note(office: Office, edit: RowEdit) -> str:  # noqa: ARG001 - one signature for every handler
    """Words kept with the row and its signature."""
    return "Noted."


def _move(
    office: Office, edit: RowEdit, proposal: Proposal, new: State, reason: str, only_from: State | None = None
) -> bool:
    if only_from is not None and proposal.state is not only_from:
        return False
    now, actor = office.clock.now(), edit.person.initials
    return office.store.proposals.move([proposal.key], proposal.state, new, at=now, actor=actor, reason=reason)


HANDLERS: dict[str, Handler] = {
    "Today": record_reason,
    "Queue": decide_in_queue,
    "Phone list": record_reason,
    "Registers to chase": note,
    "Unexplained (N)": record_reason,
    "Codes to check": note,
    "Watch list": note,
    "Patterns": note,
    "LA returns": decide_on_return,
    "Health": note,
    "Alerts": acknowledge_alert,
    "Vulnerable pupils": hold_messages,
    "Non-contact": block_address,
    "Told outside agencies": note,
}
