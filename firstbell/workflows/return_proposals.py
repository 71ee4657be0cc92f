"""Returns to the local authority: proposed when the law calls for one, and approved by a named person."""

import datetime as dt
from dataclasses import dataclass

from firstbell.workflows.office import Office
from firstbell.workflows.watching import PupilWatch, SchoolWatch
from rules.findings import Finding
from rules.returns.attendance_return import continuous_absence
from rules.returns.sickness_return import illness
from rules.returns.twenty_days import twenty_days

KIND = "return.proposed"


@dataclass(frozen=True, slots=True)
class ReturnProposal:
    """One return that is due: its key says which pupil, which return and which spell, so it is proposed once."""

    key: str
    kind: str
    pupil_id: str
    due_on: dt.date
    act_by: dt.date
    finding: Finding


def propose_returns(office: Office, school: SchoolWatch) -> tuple[ReturnProposal, ...]:
    """Every return the registers call for now; new ones are written into the ledger as proposed."""
    found = [proposal for watch in school.pupils.values() for proposal in returns_for(school, watch)]
    known = {entry.facts["return"] for entry in office.store.ledger.entries(kind=KIND)}
    for proposal in found:
        if proposal.key not in known:
            facts = {"return": proposal.key, "kind": proposal.kind, "due_on": proposal.due_on.isoformat()}
            now = office.clock.now()
            office.store.ledger.append(KIND, at=now, actor="Firstbell", facts=facts, pupil_id=proposal.pupil_id)
    return tuple(sorted(found, key=lambda proposal: (proposal.due_on, proposal.key)))


def returns_for(school: SchoolWatch, watch: PupilWatch) -> list[ReturnProposal]:
    """The returns that one pupil's register calls for."""
    pupil, as_of = watch.pupil, school.as_of
    absence = continuous_absence(watch.register, school.calendar, pupil.year_group, watch.age, as_of)
    sickness = illness(watch.register, watch.age, as_of)
    watched = twenty_days(watch.register, school.calendar, pupil.year_group, as_of)
    found = []
    if watched.reached_on is not None and watched.finding.is_met:
        found.append(_proposal(school, watch, "20 days: enquire with the LA", watched.reached_on, watched.finding))
    if absence.attendance_return_due_on is not None:
        found.append(_proposal(school, watch, "attendance return", absence.attendance_return_due_on, absence.finding))
    if sickness.sickness_return_due_on is not None:
        found.append(_proposal(school, watch, "sickness return", sickness.sickness_return_due_on, sickness.finding))
    return found


def _proposal(school: SchoolWatch, watch: PupilWatch, kind: str, due_on: dt.date, finding: Finding) -> ReturnProposal:
    days = school.calendar.school_days(school.calendar.first, due_on, watch.pupil.year_group)
    key = f"{watch.pupil.id}|{kind}|{due_on.isoformat()}"
    return ReturnProposal(key, kind, watch.pupil.id, due_on, days[-1] if days else due_on, finding)


def return_state(office: Office, key: str) -> str:
    """Where a return stands: proposed, approved, declined or sent, by what people decided."""
    decided = [e for e in office.store.ledger.entries(kind="return.decided") if e.facts["return"] == key]
    return decided[-1].facts["state"] if decided else "proposed"


def decide_return(office: Office, key: str, decision: str, sent_on: str, initials: str) -> str:
    """Record a named person's decision. Returns the sentence for the row; raises ValueError for one that can't be."""
    state = "sent" if sent_on else {"approve": "approved", "decline": "declined", "": "proposed"}[decision]
    if state == "sent" and decision != "approve":
        raise ValueError("Approve the return before you say when it was sent.")
    if state != return_state(office, key):
        facts = {"return": key, "state": state, **({"sent_on": sent_on} if sent_on else {})}
        pupil_id = key.partition("|")[0]
        now = office.clock.now()
        office.store.ledger.append("return.decided", at=now, actor=initials, facts=facts, pupil_id=pupil_id)
    return {"sent": "Recorded as sent.", "approved": "Approved: send it, then say when.", "declined": "Declined."}.get(
        state, "Proposed."
    )
