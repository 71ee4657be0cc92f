"""Chase teachers for registers that were not taken: one message a teacher, to the one really in the room.

After the set number of reminders the head of department is told instead. Each message is checked at the moment of
sending: registers taken meanwhile drop out of it.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from firstbell.messages.contexts import RegisterChase, RegisterEscalation
from firstbell.records import Message, Proposal, RegisterState, RegisterStatus, State, Teacher
from firstbell.workflows.morning.session_now import closed_session, session_ends_at
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.dispatch_steps import NothingLeft
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.sending import send_due
from firstbell.workflows.words import session_in_words
from rules.calendar import Session
from rules.contact.purposes import Purpose

CHASE, ESCALATION = Purpose.REGISTER_CHASE, Purpose.REGISTER_ESCALATION
# Where a reminder may stand and still count as one: stopped, blocked and recalled ones were never received.
REMINDED = (State.SENT, State.DELIVERED, State.ANSWERED, State.SENDING, State.UNKNOWN)
# A teacher who can't be written to is not waited for.
TAKEN = "The register has been taken, or another teacher has it."
OUT_OF_REACH = {State.BLOCKED, State.BOUNCED}


@dataclass(frozen=True, slots=True)
class ChaseSummary:
    """How many registers are missing, and what went out about them; `undrawn` as in a sync."""

    session: Session | None
    missing: int
    reminders: int
    escalations: int
    questions: int = 0
    undrawn: tuple[str, ...] = ()


def chase_registers(office: Office) -> ChaseSummary:
    """Remind each teacher once a round of the registers they still owe, and escalate when reminders did not help."""
    session = closed_session(office)
    if session is None:
        return ChaseSummary(None, 0, 0, 0)
    missing = missing_registers(office, session)
    for teacher, registers in _by_teacher(missing).items():
        _propose(office, session, teacher, registers)
    reminders = send_due(office, CHASE, ChaseLetter(office))
    escalations = send_due(office, ESCALATION, EscalationLetter(office))
    return ChaseSummary(session, len(missing), reminders.moved[State.SENT], escalations.moved[State.SENT])


def missing_registers(office: Office, session: Session) -> tuple[RegisterStatus, ...]:
    """The registers of a session that are not taken, read afresh."""
    statuses = office.mis.registers(session.date)
    return tuple(s for s in statuses if s.session == session and s.state is RegisterState.NOT_TAKEN)


def reminders_about(office: Office, session: Session) -> tuple[Proposal, ...]:
    """The reminders that teachers have had about a session, oldest first."""
    return office.store.proposals.find(session=session, purpose=CHASE, states=REMINDED)


def _by_teacher(missing: tuple[RegisterStatus, ...]) -> dict[Teacher, list[RegisterStatus]]:
    found: dict[Teacher, list[RegisterStatus]] = defaultdict(list)
    for status in sorted(missing, key=lambda s: s.group):
        found[status.in_the_room].append(status)
    return found


def _propose(office: Office, session: Session, teacher: Teacher, registers: list[RegisterStatus]) -> None:
    settings, now = office.settings.chase, office.clock.now()
    made = [p for p in office.store.proposals.find(session=session, purpose=CHASE) if p.recipient_id == teacher.id]
    had = [p for p in made if p.state in REMINDED]
    if had and now - had[-1].planned_at < dt.timedelta(minutes=settings.repeat_minutes):
        return
    is_out_of_reach = any(p.state in OUT_OF_REACH for p in made)
    if len(had) < settings.reminders_before_escalation and not is_out_of_reach:
        if all(p.state is not State.HELD for p in made):
            _add(office, session, CHASE, teacher, registers, number=len(made) + 1, reminder=len(had) + 1)
        return
    heads = {s.head_of_department for s in registers if s.head_of_department}
    for head in sorted(heads, key=lambda h: h.id):
        _add(office, session, ESCALATION, head, [s for s in registers if s.head_of_department == head], teacher=teacher)


def _add(
    office: Office,
    session: Session,
    purpose: Purpose,
    recipient: Teacher,
    registers: list[RegisterStatus],
    *,
    number: int = 1,
    reminder: int = 1,
    teacher: Teacher | None = None,
) -> None:
    now, about = office.clock.now(), teacher or recipient
    subject = f"{about.id}-{number}"
    proposal = Proposal(
        key=proposal_key(office.settings.school.key, subject, session, purpose, recipient.id),
        purpose=purpose,
        session=session,
        subject_id=subject,
        recipient_id=recipient.id,
        address=recipient.email,
        group=f"{purpose}|{about.id}|{number}",
        state=State.HELD,
        reason="The register is not taken.",
        planned_at=now,
        release_at=now,
        send_before=session_ends_at(office, session),
        facts={"registers": ",".join(s.group for s in registers), "teacher": about.id, "reminder": str(reminder)},
    )
    office.store.proposals.add([proposal], at=now, actor="Firstbell")


def _still_missing(office: Office, proposal: Proposal) -> tuple[RegisterStatus, ...]:
    """The proposal's registers that are still not taken and still this teacher's."""
    asked = set(proposal.facts["registers"].split(","))
    missing = missing_registers(office, proposal.session)
    return tuple(s for s in missing if s.group in asked and s.in_the_room.id == proposal.facts["teacher"])


def _still_missing_or_nothing_left(office: Office, proposal: Proposal) -> tuple[RegisterStatus, ...]:
    """Read once more to be written down; taken in the last second, they are asked for no more."""
    if registers := _still_missing(office, proposal):
        return registers
    raise NothingLeft(TAKEN)


@dataclass(frozen=True, slots=True)
class ChaseLetter:
    """Asks a teacher to take the registers that are missing."""

    office: Office

    def objection(self, proposal: Proposal) -> str | None:
        """None while at least one of the registers is missing and the same teacher is in the room."""
        return None if _still_missing(self.office, proposal) else TAKEN

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One message that lists what is still missing."""
        proposal, office = members[0], self.office
        registers = _still_missing_or_nothing_left(office, proposal)
        context = RegisterChase(
            teacher=registers[0].in_the_room.name,
            registers=tuple(s.group for s in registers),
            session_words=session_in_words(proposal.session),
            reminder=int(proposal.facts["reminder"]),
            school_name=office.settings.school.name,
            answer_by=office.local_time(
                office.clock.now() + dt.timedelta(minutes=office.settings.chase.repeat_minutes)
            ),
        )
        return office.wording.email(CHASE, context, key=key, to=proposal.address, send_before=proposal.send_before)


@dataclass(frozen=True, slots=True)
class EscalationLetter:
    """Tells a head of department which registers are missing after the reminders."""

    office: Office

    def objection(self, proposal: Proposal) -> str | None:
        """None while at least one of the registers is missing."""
        return None if _still_missing(self.office, proposal) else TAKEN

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One message that names the registers and their teacher."""
        proposal, office = members[0], self.office
        registers = _still_missing_or_nothing_left(office, proposal)
        head = next(s.head_of_department for s in registers if s.head_of_department)
        context = RegisterEscalation(
            head_of_department=head.name,
            registers=tuple(s.group for s in registers),
            teachers=tuple(dict.fromkeys(s.in_the_room.name for s in registers)),
            session_words=session_in_words(proposal.session),
            school_name=office.settings.school.name,
        )
        return office.wording.email(ESCALATION, context, key=key, to=proposal.address, send_before=proposal.send_before)
