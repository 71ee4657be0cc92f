"""The sheets that look back or ahead: Unexplained (N), Changes, Contact log, Health, Codes and rules."""

import datetime as dt

from firstbell.records import LedgerEntry, MarkChange, Proposal, State
from firstbell.workflows.morning.contact_health import (
    HealthLine,
    bounced_addresses,
    contact_health,
    reasons_against_marks,
)
from firstbell.workflows.notes.row_keys import pupil_session_key
from firstbell.workflows.office import Office
from firstbell.workflows.registers.data_health import DataLine, hours_lines, problem_lines
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.views.picture import Picture, Rows
from rules.calendar import Session
from rules.codes import code_table
from rules.contact.purposes import PURPOSES, Audience, Purpose
from rules.parameters import parameter, parameter_names
from sheets_templates import Cell

DAYS_OF_HISTORY = 7
REACHED = {State.SENT, State.DELIVERED, State.ANSWERED, State.BOUNCED}
LOG_WORDS = {
    "message.sent": "Message sent",
    "message.bounced": "Message did not arrive",
    "message.recalled": "Message recalled before it went",
    "message.stopped": "Message stopped",
    "message.expired": "Message lapsed",
    "message.answered": "Reason given",
    "message.blocked": "No message may go",
    "message.unknown": "Not certain whether the message went",
    "reply.came": "The family wrote back",
    "alert.raised": "Safeguarding alert raised",
    "alert.acknowledged": "Safeguarding alert acknowledged",
    "amendment.proposed": "Code noted for the MIS",
    "brake.released": "Stopped messages released by two people",
    "approval.given": "Message approved by a named person",
    "brake.restored": "Messages stopped again",
}
PURPOSE_WORDS = {
    Purpose.FIRST_DAY_ABSENCE: "first-day message",
    Purpose.IN_SCHOOL_CORRECTION: "in-school note",
    Purpose.REGISTER_CHASE: "register reminder",
    Purpose.REGISTER_ESCALATION: "register, head of department",
    Purpose.LESSON_QUESTION: "question about a lesson mark",
    Purpose.SAFEGUARDING_ALERT: "safeguarding alert",
    Purpose.OFFICE_NOTICE: "notice to the office",
    Purpose.HALF_TERM_DAYS_MISSED: "half-term message",
    Purpose.SUPPORT_LETTER: "offer of help",
    Purpose.SUPPORT_MEETING: "invitation to meet",
    Purpose.ATTENDANCE_CONTRACT_OFFER: "offer of an attendance contract",
    Purpose.NOTICE_TO_IMPROVE_DRAFT: "draft of a notice to improve",
}


def change_rows(office: Office, picture: Picture) -> Rows:
    """Amendments to marks that were seen in the last days, newest first."""
    first = picture.now.session.date - dt.timedelta(days=60)
    changes = office.store.registers.mark_changes(first, picture.now.session.date)
    recent = [c for c in changes if picture.now.moment - c.seen_at <= dt.timedelta(days=DAYS_OF_HISTORY)]
    newest_first = sorted(recent, key=lambda c: (c.seen_at, c.session, c.pupil_id), reverse=True)
    return {_change_key(change): _change_row(office, picture, change) for change in newest_first}


def _change_key(change: MarkChange) -> str:
    return f"{pupil_session_key(change.pupil_id, change.session)}|{change.seen_at.isoformat()}"


def _change_row(office: Office, picture: Picture, change: MarkChange) -> dict[str, Cell]:
    who = picture.who(change.pupil_id)
    seen = change.seen_at.astimezone(office.settings.zone)
    return {
        "Seen": f"{seen:%d/%m/%Y %H:%M}",
        "Pupil": who["Pupil"],
        "Form": who["Form"],
        "Date": change.session.date,
        "Session": change.session.half.value,
        "From": _code_letters(change.original),
        "To": _code_letters(change.amended),
        "Reason": change.reason,
        "Changed by": change.by_name,
        "Role": change.by_role,
    }


def _code_letters(code: object) -> str:
    facts = code_table().codes.get(code) if code else None  # type: ignore[call-overload]
    if facts is None:
        return "not taken"
    return "absent" if facts.is_restricted else facts.code.value


def contact_log_rows(office: Office, picture: Picture) -> Rows:
    """What happened in the last days about each pupil, newest first: the ledger in plain words."""
    since = picture.now.moment - dt.timedelta(days=DAYS_OF_HISTORY)
    entries = [e for e in office.store.ledger.entries(since=since) if e.kind in LOG_WORDS and _is_for_the_office(e)]
    return {f"{entry.number}": _log_row(office, picture, entry) for entry in reversed(entries)}


def _is_for_the_office(entry: LedgerEntry) -> bool:
    """Safeguarding keeps its own workbook: of an alert the office sees nothing."""
    purpose = entry.facts.get("purpose")
    is_alert = entry.kind.startswith("alert.")
    return not is_alert and (purpose is None or PURPOSES[Purpose(purpose)].audience is not Audience.SAFEGUARDING)


def _log_row(office: Office, picture: Picture, entry: LedgerEntry) -> dict[str, Cell]:
    moment = entry.at.astimezone(office.settings.zone)
    purpose = entry.facts.get("purpose")
    reason = entry.facts.get("reason", "")
    about = f"{PURPOSE_WORDS[Purpose(purpose)]}" if purpose else ""
    return {
        "When": f"{moment:%d/%m/%Y %H:%M}",
        "Pupil": picture.who(entry.pupil_id)["Pupil"] if entry.pupil_id else "",
        "About": about,
        "What happened": f"{LOG_WORDS[entry.kind]}. {reason}".strip(),
        "Who": entry.actor,
    }


def health_rows(office: Office, picture: Picture) -> Rows:
    """What to mend: marks that contradict a reason, pupils nobody can be told about, and the data itself."""
    now = picture.now
    bounced = office.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE, states=[State.BOUNCED])
    about_pupils = (
        *reasons_against_marks(now),
        *bounced_addresses(now.pupils, bounced),
        *contact_health(now.pupils.values(), now.contacts, now.links, now.session.date),
    )
    about_data = (*hours_lines(office.settings.day, now.session.date), *problem_lines(picture.problems))
    found = {_health_key(line.pupil.id, line): _of_pupil(line) for line in about_pupils}
    found |= {_health_key(line.about, line): {"About": line.about, **_to_mend(line)} for line in about_data}
    by_rank = sorted(found.items(), key=lambda each: (each[1]["Rank"], "Year" not in each[1]))
    return {key: {**row, **picture.says("Health", key)} for key, row in by_rank}


def _health_key(about: str, line: HealthLine | DataLine) -> str:
    # No blank at its end: a cell is read without it, and a key that reads otherwise is another row each time.
    return f"{about}|{line.rank}|{line.wrong[:40]}".strip()


def _of_pupil(line: HealthLine) -> dict[str, Cell]:
    who = {"About": name_of(line.pupil), "Year": line.pupil.year_group, "Form": line.pupil.form}
    return {**who, **_to_mend(line)}


def _to_mend(line: HealthLine | DataLine) -> dict[str, Cell]:
    return {"Rank": line.rank, "What is wrong": line.wrong, "What to do": line.mend}


def code_rows(today: dt.date) -> Rows:
    """Every code in force, then every rule with its value, each with where it stands."""
    rows: Rows = {}
    for code, facts in code_table().on(today).items():
        rows[f"code {code}"] = {
            "Code": code.value,
            "Meaning": facts.meaning,
            "Counts as": facts.category.value,
            "In force from": facts.in_force_from,
            "Where it stands": str(facts.citation),
        }
    for name in parameter_names():
        rule, entry = parameter(name), parameter(name).on(today)
        rows[f"rule {name}"] = {
            "Code": name.rpartition("/")[2].replace("_", " "),
            "Meaning": rule.description,
            "Counts as": f"{entry.value} {rule.unit}",
            "In force from": entry.in_force_from,
            "Where it stands": str(entry.citation),
        }
    return rows


def proposals_by_pupil(office: Office, session: Session) -> dict[str, tuple[Proposal, ...]]:
    """The session's first-day messages and corrections, by pupil."""
    found: dict[str, tuple[Proposal, ...]] = {}
    for purpose in (Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION):
        for proposal in office.store.proposals.find(session=session, purpose=purpose):
            found[proposal.subject_id] = (*found.get(proposal.subject_id, ()), proposal)
    return found
