"""Decide whom to tell about each unexplained absence: one proposal a pupil and contact, or one that says why nobody."""

import datetime as dt

from firstbell.records import Elsewhere, Proposal, State
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import NOBODY, proposal_key
from rules.contact.addresses import address_key
from rules.contact.guards import Guarded, Situation, guard_against
from rules.contact.households import sharing_group
from rules.contact.permissions import Decision, Refusal, age_on, contacts_to_tell, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Personal, Pupil

PURPOSE = Purpose.FIRST_DAY_ABSENCE
# The message left, may have left, came back, or a person stopped it: what the MIS changes now plans no other.
DECIDED = frozenset(State) - {State.PROPOSED, State.HELD, State.BLOCKED, State.RECALLED}


def plan_first_day_messages(office: Office, now: SessionNow) -> tuple[Proposal, ...]:
    """Propose the messages that are not proposed yet; each is held, or blocked with the sentence that says why.

    A pupil has one first-day message a day: none is planned where one was in the day's other session, or is settled.
    Nothing is planned once the session has ended: a first alarm hours later only frightens, and the pupil is on the
    phone list instead.
    """
    if now.moment >= now.ends_at:
        return ()
    today = [p for p in office.store.proposals.find(purpose=PURPOSE) if p.session.date == now.session.date]
    decided = {p.subject_id for p in today if p.session != now.session or p.state in DECIDED}
    waiting = {_about_and_to(p) for p in today if p.state is State.HELD}
    planned = [
        proposal
        for pupil in now.unexplained()
        if pupil.id not in decided
        for proposal in _for_pupil(office, now, pupil)
        if _about_and_to(proposal) not in waiting
    ]
    return office.store.proposals.add(planned, at=now.moment, actor="Firstbell")


def situation_of(now: SessionNow, pupil: Pupil) -> Situation:
    """The facts that the guards look at, for one pupil at this moment."""
    lists, day = now.elsewhere.get(pupil.id, ()), now.session.date
    return Situation(
        session=now.session,
        as_of=day,
        code=now.code_of(pupil.id),
        minutes_old=now.minutes_old,
        may_be_old_minutes=now.may_be_old_minutes,
        elsewhere=tuple(kind.value for kind in lists if kind is not Elsewhere.TOLD_BY_MIS),
        sensitive_hold_until=now.notes.holds.get(pupil.id),
        already_told_by_mis=Elsewhere.TOLD_BY_MIS in lists,
        is_on_roll=pupil.id in now.pupils,
        is_school_session=now.calendar.is_school_day(day, pupil.year_group),
        session_has_ended=now.moment >= now.ends_at,
        age_years=age_on(pupil.date_of_birth, day) if pupil.date_of_birth else None,
    )


def decisions_for(now: SessionNow, pupil: Pupil, purpose: Purpose = PURPOSE) -> tuple[Decision, ...]:
    """Who may be told, contact by contact, in order of priority."""
    blocked = now.notes.blocked_addresses.get(pupil.id, frozenset())
    links, day = now.contacts_of(pupil.id), now.session.date
    return who_may_be_told(pupil, links, now.contacts, purpose, as_of=day, blocked_addresses=blocked)


def _about_and_to(proposal: Proposal) -> tuple[str, str]:
    """Which pupil and which inbox: two contacts may share one, and it is told once."""
    return proposal.subject_id, address_key(proposal.address)


def _for_pupil(office: Office, now: SessionNow, pupil: Pupil) -> list[Proposal]:
    guarded = guard_against(situation_of(now, pupil))
    if guarded is not None:
        return [_to_nobody(office, now, pupil, guarded)]
    decisions = decisions_for(now, pupil)
    chosen = contacts_to_tell(decisions, office.settings.first_day.contacts_told_first)
    if not chosen:
        reasons = dict.fromkeys(for_tutors(d) for d in decisions) or {"The MIS holds no contact for this pupil.": None}
        return [_to_nobody(office, now, pupil, " ".join(reasons))]
    group = sharing_group(decisions, PURPOSE, now.session)
    return [first_day_proposal(office, now, pupil, decision, group) for decision in chosen]


def for_tutors(decision: Decision) -> str:
    """A decision's sentence as the Attendance workbook may show it: tutors read that, and orders are not theirs."""
    if decision.refusal in {Refusal.BLOCKED, Refusal.SHARES_ADDRESS}:
        return "One contact may not be written to: ask the safeguarding team before you call."
    return decision.sentence


def first_day_proposal(
    office: Office, now: SessionNow, pupil: Pupil, decision: Decision, group: str, *, at_once: bool = False
) -> Proposal:
    """One message to one contact about one pupil, held until the countdown ends (or `at_once`, after a bounce)."""
    if decision.address is None:
        raise ValueError("a contact without an address can't be proposed")
    hold = dt.timedelta(minutes=0 if at_once else office.settings.first_day.hold_minutes)
    return Proposal(
        key=proposal_key(office.settings.school.key, pupil.id, now.session, PURPOSE, decision.contact_id),
        purpose=PURPOSE,
        session=now.session,
        subject_id=pupil.id,
        recipient_id=decision.contact_id,
        address=decision.address,
        group=group,
        state=State.HELD,
        reason=decision.sentence,
        planned_at=now.moment,
        release_at=now.moment + hold,
        send_before=now.ends_at,
        facts={"relationship": decision.relationship},
    )


def _to_nobody(office: Office, now: SessionNow, pupil: Pupil, why: Guarded | str) -> Proposal:
    return Proposal(
        key=proposal_key(office.settings.school.key, pupil.id, now.session, PURPOSE, NOBODY),
        purpose=PURPOSE,
        session=now.session,
        subject_id=pupil.id,
        recipient_id=NOBODY,
        address=Personal(""),
        group=NOBODY,
        state=State.BLOCKED,
        reason=why if isinstance(why, str) else why.sentence,
        planned_at=now.moment,
        release_at=now.moment,
        send_before=now.ends_at,
        facts={} if isinstance(why, str) else {"guard": why.guard.value},
    )
