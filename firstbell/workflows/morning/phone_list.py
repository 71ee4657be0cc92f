"""Whom to telephone: where no message could go, or nobody answered it; most urgent first."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from firstbell.records import Proposal, State
from firstbell.workflows.morning.brakes import Brake
from firstbell.workflows.morning.planning import decisions_for, situation_of
from firstbell.workflows.morning.replies import wrote_back_at
from firstbell.workflows.morning.session_now import SessionNow, session_at
from firstbell.workflows.office import Office
from rules.calendar import Half, Session
from rules.contact.guards import Guard, Guarded, guard_against
from rules.contact.permissions import Refusal
from rules.contact.purposes import Purpose
from rules.people import Pupil, PupilContact, Vulnerability

# What each state of a message means to the person at the telephone; states not here still wait their turn.
WHY = {
    State.BLOCKED: "",
    State.STOPPED: "Somebody stopped the message.",
    State.EXPIRED: "The message could not go before the session ended.",
    State.RECALLED: "The message was recalled, and the pupil is marked N again.",
    State.BOUNCED: "The message did not arrive, and there is no other contact to write to.",
    State.UNKNOWN: "It is not certain that the message went.",
}
MESSAGED = frozenset({State.SENT, State.DELIVERED})


@dataclass(frozen=True, slots=True)
class Call:
    """One pupil to telephone about: why, and whom, in order of priority."""

    pupil: Pupil
    why: str
    whom: tuple[PupilContact, ...]
    urgency: int
    since: dt.datetime


def phone_list(office: Office, now: SessionNow, brakes: tuple[Brake, ...]) -> tuple[Call, ...]:
    """The calls to make now: by vulnerability, then by how long it has been."""
    made: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in office.store.proposals.find(session=now.session, purpose=Purpose.FIRST_DAY_ABSENCE):
        made[proposal.subject_id].append(proposal)
    braked = {pupil_id for brake in brakes if not brake.is_released for pupil_id in brake.pupil_ids}
    calls = []
    for pupil in now.unexplained():
        why = _why(office, now, pupil, made[pupil.id], is_braked=pupil.id in braked)
        if why is not None:
            since = min((p.planned_at for p in made[pupil.id]), default=now.moment)
            calls.append(Call(pupil, why, _whom(now, pupil), _urgency(pupil), since))
    calls += _left_from_the_morning(office, now)
    return tuple(sorted(calls, key=lambda call: (call.urgency, call.since, call.pupil.id)))


def _left_from_the_morning(office: Office, now: SessionNow) -> list[Call]:
    """Calls about pupils marked N in the morning of whom the afternoon says nothing yet: no register, no list."""
    morning = session_at(office, now, Session(now.session.date, Half.AM))
    why = "Marked N this morning, and nobody has marked the pupil since."
    return [
        Call(pupil, why, _whom(now, pupil), _urgency(pupil), morning.ends_at)
        for pupil in morning.unexplained()
        if now.code_of(pupil.id) is None and not now.is_explained(pupil.id) and pupil.id not in now.elsewhere
    ]


def _why(office: Office, now: SessionNow, pupil: Pupil, made: list[Proposal], *, is_braked: bool) -> str | None:
    """Why this pupil needs a call; None while a message may still do, or where a guard says that nobody needs to."""
    guarded = guard_against(situation_of(now, pupil))
    if guarded is not None and guarded.guard is not Guard.STALE and not guarded.guard.needs_a_call:
        return None
    if not made:
        waits_for_release = is_braked and now.moment < now.ends_at
        return None if waits_for_release else "No message was planned for this pupil."
    states = {p.state for p in made}
    if State.ANSWERED in states:
        return "What was noted about this absence has been taken back."
    if states & MESSAGED:
        return _unanswered(office, now, pupil, made)
    if states <= WHY.keys():
        return _why_none_went(made[-1], guarded)
    return None if is_braked else _overdue(office, now, made)


def _why_none_went(last: Proposal, guarded: Guarded | None) -> str:
    """Why no message went. A guard is looked at afresh: a pupil may have been on a trip list by mistake."""
    if guarded is None and "guard" in last.facts:
        return "What kept the message back no longer holds, and the pupil is still marked N."
    return WHY[last.state] or last.reason


def _overdue(office: Office, now: SessionNow, made: list[Proposal]) -> str | None:
    """A message that should have gone a whole countdown ago and did not, though nobody holds it back."""
    grace = dt.timedelta(minutes=office.settings.first_day.hold_minutes)
    waiting = [p for p in made if p.state not in WHY and p.key not in now.notes.kept_back]
    is_late = any(now.moment >= p.release_at + grace for p in waiting)
    return "The message was due and has not gone." if is_late else None


def _unanswered(office: Office, now: SessionNow, pupil: Pupil, made: list[Proposal]) -> str | None:
    wrote_at = wrote_back_at(office, pupil.id, made)
    if wrote_at is not None:
        return f"The family wrote back at {office.local_time(wrote_at)}. Read it first."
    first_day = office.settings.first_day
    limit = first_day.vulnerable_unanswered_minutes if pupil.vulnerabilities() else first_day.unanswered_minutes
    sent_at = min(_left_at(office, p) for p in made if p.state in MESSAGED)
    if now.moment - sent_at < dt.timedelta(minutes=limit):
        return None
    return f"No answer to the message of {office.local_time(sent_at)}."


def _left_at(office: Office, proposal: Proposal) -> dt.datetime:
    """When the message really left: a brake or a busy mail service may have kept it long after its countdown."""
    entries = office.store.ledger.entries(pupil_id=proposal.subject_id, kind=f"message.{State.SENT}")
    return max((e.at for e in entries if e.facts["key"] == proposal.key), default=proposal.release_at)


def _whom(now: SessionNow, pupil: Pupil) -> tuple[PupilContact, ...]:
    """The contacts who may be telephoned: all but the blocked and those without responsibility."""
    never = {Refusal.BLOCKED, Refusal.SHARES_ADDRESS, Refusal.RESPONSIBILITY_UNKNOWN, Refusal.NO_RESPONSIBILITY}
    may = [d.contact_id for d in decisions_for(now, pupil) if d.refusal not in never]
    links = {link.contact_id: link for link in now.contacts_of(pupil.id)}
    return tuple(links[contact_id] for contact_id in may)


def _urgency(pupil: Pupil) -> int:
    order = list(Vulnerability)
    return min((order.index(reason) for reason in pupil.vulnerabilities()), default=len(order))
