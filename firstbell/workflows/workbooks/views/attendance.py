"""The sheets that show the session: Summary, Today, Queue, Phone list, Registers to chase."""

from firstbell.records import Proposal, RegisterState, RegisterStatus, State
from firstbell.workflows.morning.lesson_questions import LessonQuestion, lesson_questions, state_of
from firstbell.workflows.morning.register_chase import reminders_about
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.notes.row_keys import pupil_session_key
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.stop_switch import ROW_KEY, is_stopped, stopped_by
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.views.follow_up import PURPOSE_WORDS
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from rules.calendar import Session
from rules.codes import AttendanceCode, Category, CodeFacts, facts_of
from rules.contact.purposes import PURPOSES, Audience, Purpose
from rules.people import Personal
from sheets_templates import Cell

# Messages that still move or wait; the rest of the queue is history and stands in the contact log.
ANYONE_MAY_STOP = "Anyone may write stop here: then nothing leaves, to anybody."
WAITING = (State.HELD, State.RELEASING, State.SENDING, State.UNKNOWN)
STATE_WORDS = {
    State.PROPOSED: "needs approval",
    State.HELD: "waiting to go",
    State.RELEASING: "going",
    State.SENDING: "going",
    State.UNKNOWN: "not certain that it went",
    State.SENT: "sent",
    State.DELIVERED: "sent",
    State.ANSWERED: "answered",
    State.BOUNCED: "did not arrive",
    State.BLOCKED: "blocked",
    State.STOPPED: "stopped",
    State.RECALLED: "recalled",
    State.EXPIRED: "lapsed",
}


def summary_rows(office: Office, picture: Picture) -> Rows:
    """Headline counts of the session, each with the next step."""
    now = picture.now
    on_roll = len(now.pupils)
    missing = {r.group for r in _registers(office, now.session) if r.state is RegisterState.NOT_TAKEN}
    registers = len(_registers(office, now.session))
    told = {p.subject_id for p in _first_day(picture) if p.state in {State.SENT, State.DELIVERED, State.ANSWERED}}
    held = sum(p.state is State.HELD for p in _first_day(picture))
    to_acknowledge = sum(alert.acknowledged_by is None for alert in picture.alerts)
    lines = [
        ("absent", "Absent with a known reason", _absent_with_reason(now), on_roll, "Nothing."),
        ("n", "Not marked in, reason not known", len(now.unexplained()), on_roll, "See Queue and Phone list."),
        ("blank", "No mark: register not taken", _unmarked(now), on_roll, "See Registers to chase."),
        ("registers", "Registers not taken", len(missing), registers, "See Registers to chase."),
        ("held", "Messages waiting to go", held, None, "Stop a line in Queue if it is wrong."),
        ("told", "Pupils whose parents were told", len(told), None, "Type replies in Today: Reason given."),
        ("calls", "Pupils to telephone about", len(picture.calls), len(now.unexplained()), "See Phone list."),
        ("alerts", "Safeguarding alerts not acknowledged", to_acknowledge, len(picture.alerts), "Safeguarding team."),
    ]
    return {key: {"What": what, "Number": n, "Of": of, "What to do": do} for key, what, n, of, do in lines}


def today_rows(picture: Picture) -> Rows:
    """Every pupil who is not simply present: absent, late, or without a mark."""
    now = picture.now
    rows: Rows = {}
    for pupil_id in sorted(now.pupils, key=lambda i: _by_form(now, i)):
        code = now.code_of(pupil_id)
        if pupil_id not in now.codes or _is_plainly_present(code):
            continue
        key = pupil_session_key(pupil_id, now.session)
        rows[key] = {
            **picture.who(pupil_id),
            "Session": str(now.session),
            **_code_cells(code),
            "Message": _message_words(picture.proposals.get(pupil_id, ())),
            **picture.says("Today", key),
        }
    return rows


def queue_rows(office: Office, picture: Picture) -> Rows:
    """The stop switch, then brakes, then each message that waits or was kept from going, soonest first."""
    rows: Rows = {ROW_KEY: _switch_row(office, picture)}
    for brake in picture.brakes:
        rows[brake.key] = {
            "What": f"Every message: {brake.scope}",
            "Session": str(picture.now.session),
            "State": "released" if brake.is_released else "needs two people",
            "Why": brake.sentence,
            **picture.says("Queue", brake.key),
        }
    shown = [p for p in _first_day(picture) if p.state in {*WAITING, State.BLOCKED, State.STOPPED}]
    shown += office.store.proposals.find(purpose=Purpose.HALF_TERM_DAYS_MISSED, states=[State.PROPOSED, *WAITING])
    shown += _not_certain(office, {p.key for p in shown})
    for proposal in sorted(shown, key=lambda p: (p.state is not State.HELD, p.release_at, p.key)):
        rows[proposal.key] = _queue_row(office, picture, proposal)
    return rows


def _switch_row(office: Office, picture: Picture) -> dict[str, Cell]:
    who = stopped_by(office)
    why = f"Stopped by {who}. Two people write release to let messages go again." if who else ANYONE_MAY_STOP
    state = "all stopped" if is_stopped(office) else ""
    return {"What": "Every message", "State": state, "Why": why, **picture.says("Queue", ROW_KEY)}


def _not_certain(office: Office, shown: set[str]) -> list[Proposal]:
    """Messages of any day and purpose of which nobody knows whether they went, until a person has decided.

    The safeguarding team's own stay out of a book that tutors read; their alert presses on by itself.
    """
    found = office.store.proposals.find(states=[State.UNKNOWN])
    return [p for p in found if p.key not in shown and PURPOSES[p.purpose].audience is not Audience.SAFEGUARDING]


def _queue_row(office: Office, picture: Picture, proposal: Proposal) -> dict[str, Cell]:
    about_a_pupil = PURPOSES[proposal.purpose].audience is Audience.CONTACTS
    who = picture.who(proposal.subject_id) if about_a_pupil else {}
    return {
        "What": PURPOSE_WORDS[proposal.purpose].capitalize(),
        "Pupil": str(who["Pupil"]) if about_a_pupil else "",
        "Form": str(who["Form"]) if about_a_pupil else "",
        "Session": str(proposal.session),
        "To": proposal.facts.get("relationship", "nobody") if about_a_pupil else "staff",
        "State": _queue_state(picture, proposal),
        "Leaves at": office.local_time(proposal.release_at) if proposal.state is State.HELD else "",
        "Why": _brake_words(picture, proposal) or _why(proposal),
        "Firstbell says": picture.said.in_rows.get(("Queue", proposal.key), ""),
    }


def _why(proposal: Proposal) -> str:
    if proposal.state is not State.UNKNOWN:
        return proposal.reason
    return f"{proposal.reason} Look whether it was sent: if so, stop; if not, release."


def _queue_state(picture: Picture, proposal: Proposal) -> str:
    return "needs two people" if _brake_words(picture, proposal) else STATE_WORDS[proposal.state]


def _brake_words(picture: Picture, proposal: Proposal) -> str:
    if proposal.state is not State.HELD:
        return ""
    return next((brake.sentence for brake in picture.brakes if brake.holds(proposal)), "")


def phone_rows(picture: Picture) -> Rows:
    """The calls to make, in order, with whom to ring and the number."""
    rows: Rows = {}
    for rank, call in enumerate(picture.calls, 1):
        key = pupil_session_key(call.pupil.id, picture.now.session)
        contacts = [(link, picture.now.contacts.get(link.contact_id)) for link in call.whom]
        people = [f"{link.relationship}: {_full_name(c.forename, c.surname)}" for link, c in contacts if c]
        numbers = [c.phones[0].reveal() if c.phones else "no number" for _, c in contacts if c]
        rows[key] = {
            "Rank": rank,
            **picture.who(call.pupil.id),
            "Session": str(picture.now.session),
            "Why by phone": call.why,
            "Whom to call": "\n".join(people) or "Nobody on record may be called: tell the safeguarding team.",
            "Phone": "\n".join(numbers),
            **picture.says("Phone list", key),
        }
    return rows


def register_rows(office: Office, picture: Picture) -> Rows:
    """Each register of the session that was not taken in time, with the reminders that went."""
    rows: Rows = {}
    reminders = reminders_about(office, picture.now.session)
    for status in _registers(office, picture.now.session):
        had = [p for p in reminders if p.recipient_id == status.in_the_room.id]
        if status.state is RegisterState.TAKEN and not had:
            continue
        key = f"{status.group}|{status.session.key}"
        rows[key] = {
            "Session": str(status.session),
            "Register": status.group,
            "Teacher": status.teacher.name.reveal(),
            "In the room": status.in_the_room.name.reveal(),
            "Reminders sent": len(had),
            "Last reminder": office.local_time(had[-1].planned_at) if had else "",
            "State": status.state.value,
            **picture.says("Registers to chase", key),
        }
    questions = lesson_questions(office, picture.now.session, picture.now.pupils)
    return rows | {question.key: _question_row(office, picture, question) for question in questions}


def _question_row(office: Office, picture: Picture, question: LessonQuestion) -> dict[str, Cell]:
    conflict, state = question.conflict, state_of(office, question)
    return {
        "Session": str(conflict.session),
        "Register": f"Period {conflict.period}",
        "Pupil": name_of(question.pupil),
        "Question": conflict.sentence,
        "In the room": question.teacher.name.reveal() or "nobody named",
        "State": state.value,
        **picture.says("Registers to chase", question.key),
    }


def _registers(office: Office, session: Session) -> list[RegisterStatus]:
    return sorted((r for r in office.mis.registers(session.date) if r.session == session), key=lambda r: r.group)


def _first_day(picture: Picture) -> list[Proposal]:
    return [p for found in picture.proposals.values() for p in found if p.purpose is Purpose.FIRST_DAY_ABSENCE]


def _absent_with_reason(now: SessionNow) -> int:
    absent = {Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE}
    known = (
        c for c in now.codes.values() if c and c not in {AttendanceCode.UNEXPLAINED, AttendanceCode.LATE_AFTER_CLOSE}
    )
    return sum(facts_of(code).category in absent for code in known)


def _unmarked(now: SessionNow) -> int:
    return sum(now.code_of(pupil_id) is None for pupil_id in now.pupils)


def _is_plainly_present(code: AttendanceCode | None) -> bool:
    return code in {AttendanceCode.PRESENT_MORNING, AttendanceCode.PRESENT_AFTERNOON}


def _by_form(now: SessionNow, pupil_id: str) -> tuple[int, str, str, str]:
    pupil = now.pupils[pupil_id]
    return len(pupil.year_group), pupil.year_group, pupil.form, pupil.surname.reveal()


def _code_cells(code: AttendanceCode | None) -> dict[str, str]:
    """The code and its meaning; codes that tell of health, religion, ethnicity or crime stay in the MIS."""
    if code is None:
        return {"Code": "-", "What it means": "No mark: the register was not taken"}
    facts: CodeFacts = facts_of(code)
    if facts.is_restricted:
        return {"Code": "", "What it means": "Absent, and the reason is in the MIS"}
    return {"Code": code.value, "What it means": facts.meaning}


def _message_words(proposals: tuple[Proposal, ...]) -> str:
    corrected = [p for p in proposals if p.purpose is Purpose.IN_SCHOOL_CORRECTION and p.state is State.SENT]
    if corrected:
        return "told: in school after all"
    latest = [p for p in proposals if p.planned_at == proposals[-1].planned_at]
    return ", ".join(dict.fromkeys(STATE_WORDS.get(p.state, p.state.value) for p in latest))


def _full_name(forename: Personal, surname: Personal) -> str:
    return f"{forename.reveal()} {surname.reveal()}".strip()
