"""Tell the safeguarding team at once when a vulnerable pupil is absent and nobody knows why.

An alert shows a case number and its urgency, never a name: cards and mails light up on projected screens. It must be
acknowledged in the Safeguarding workbook; until then the next person of the team is told by mail, one after another.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.messages.contexts import SafeguardingAlert
from firstbell.records import LedgerEntry, Message, Proposal, State
from firstbell.settings import StaffMember
from firstbell.workflows.morning.session_now import SessionNow, session_at
from firstbell.workflows.notes.row_keys import pupil_session_key
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import case_number, proposal_key
from firstbell.workflows.outgoing.office_notices import tell_the_office
from firstbell.workflows.outgoing.sending import send_due
from firstbell.workflows.outgoing.stop_switch import is_stopped
from firstbell.workflows.words import session_in_words
from rules.calendar import Half, Session
from rules.contact.purposes import Purpose
from rules.people import Personal, Pupil, Vulnerability

PURPOSE = Purpose.SAFEGUARDING_ALERT
URGENT = frozenset({Vulnerability.CHILD_PROTECTION, Vulnerability.LOOKED_AFTER, Vulnerability.SOCIAL_WORKER})
CHANNEL_FAILED = (RetryLater, GiveUp, NeedsHuman, Misconfigured)
# How long a card that was posted may take to show in the channel.
CARD_SHOWS_WITHIN = dt.timedelta(minutes=5)
# A channel may take a card and not show it, or not let us look: then it is tried once more.
CARD_TRIES, NOT_SHOWN = 2, "alert.not_shown"
CARDS_DO_NOT_SHOW = (
    "Cards for the safeguarding team were taken and do not show in the channel, so the team is told by mail. "
    "See whether the workflow that posts them runs, and whether Firstbell may read the channel."
)
NOBODY_HAS_IT = (
    "A safeguarding alert has waited longer than the whole team was given, and nobody has acknowledged it. "
    "Telephone the designated safeguarding lead."
)
# Whom else the school tells of this pupil's unexplained absence, by the reason the pupil is vulnerable.
TELL_ALSO = {
    Vulnerability.CHILD_PROTECTION: "social worker",
    Vulnerability.SOCIAL_WORKER: "social worker",
    Vulnerability.LOOKED_AFTER: "virtual school head",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One pupil's unexplained absence in one session, as the safeguarding team has it."""

    key: str
    case: str
    pupil_id: str
    session: Session
    reasons: tuple[Vulnerability, ...]
    raised_at: dt.datetime
    acknowledged_by: str | None

    @property
    def is_urgent(self) -> bool:
        return not URGENT.isdisjoint(self.reasons)

    @property
    def tell_also(self) -> tuple[str, ...]:
        """Outside agencies the school owes word to (DfE guidance: social worker, virtual school head)."""
        return tuple(dict.fromkeys(TELL_ALSO[r] for r in self.reasons if r in TELL_ALSO))


def raise_alerts(office: Office, now: SessionNow) -> tuple[Alert, ...]:
    """Record, post and chase an alert for each vulnerable pupil unexplained; returns all alerts of the day."""
    day = now.session.date
    known = {alert.key for alert in alerts_of(office, day)}
    for pupil in now.unexplained():
        if pupil.vulnerabilities() and pupil_session_key(pupil.id, now.session) not in known:
            _raise(office, now, pupil)
    alerts = alerts_of(office, day)
    pressing = [a for a in alerts if a.acknowledged_by is None and settled_alert(office, a, now) is None]
    posted = _post_all(office, pressing)
    all_were_told = [_tell(office, now, alert, is_posted=alert.key in posted) for alert in pressing]
    send_due(office, PURPOSE, AlertLetter(office))
    if any(all_were_told):
        tell_the_office(office, NOBODY_HAS_IT, title="Please telephone the safeguarding lead")
    return alerts


def alerts_of(office: Office, day: dt.date) -> tuple[Alert, ...]:
    """The alerts of a day, oldest first, from the ledger: what the morning left open is still open after lunch."""
    ledger = office.store.ledger
    acknowledged = {e.facts["alert"]: e.actor for e in ledger.entries(kind="alert.acknowledged")}
    raised = (_alert(e, acknowledged.get(e.facts["alert"])) for e in ledger.entries(kind="alert.raised"))
    return tuple(alert for alert in raised if alert.session.date == day)


def _alert(entry: LedgerEntry, acknowledged_by: str | None) -> Alert:
    reasons = tuple(Vulnerability(reason) for reason in entry.facts["reasons"].split("; "))
    facts, pupil_id = entry.facts, entry.pupil_id or ""
    session = Session(dt.date.fromisoformat(facts["session"][:10]), Half(facts["session"][11:]))
    return Alert(facts["alert"], facts["case"], pupil_id, session, reasons, entry.at, acknowledged_by)


def _raise(office: Office, now: SessionNow, pupil: Pupil) -> None:
    taken = {entry.facts["case"] for entry in office.store.ledger.entries(kind="alert.raised")}
    facts = {
        "alert": pupil_session_key(pupil.id, now.session),
        "case": case_number(office.settings.school.key, pupil.id, now.session, taken),
        "session": now.session.key,
        "reasons": "; ".join(pupil.vulnerabilities()),
    }
    office.store.ledger.append("alert.raised", at=now.moment, actor="Firstbell", facts=facts, pupil_id=pupil.id)


def _tell(office: Office, now: SessionNow, alert: Alert, *, is_posted: bool) -> bool:
    """If the channel couldn't take the card, or nobody acknowledges it in time, tell the next person by mail.

    Returns whether the last of them has had their time as well.
    """
    waited = now.moment - alert.raised_at
    rounds = waited // dt.timedelta(minutes=max(1, office.settings.safeguarding.acknowledge_minutes))
    if not is_posted:
        rounds += 1
    team = safeguarding_team(office, now.session.date)
    pages = [_page(office, now, alert, person) for person in team[:rounds]]
    office.store.proposals.add(pages, at=now.moment, actor="Firstbell")
    return rounds > len(team)


def _post_all(office: Office, alerts: Sequence[Alert]) -> frozenset[str]:
    """The keys of the alerts whose cards stand in the channel. What is missing is posted, one after another, and only
    then looked for again.
    """
    stood = {alert.key: _stands(office, alert) for alert in alerts}
    posted = [alert for alert in alerts if stood[alert.key] is False and _post(office, alert)]
    shown = {alert.key for alert in posted if _shows(office, alert)}
    return frozenset(alert.key for alert in alerts if stood[alert.key] or alert.key in shown)


def _stands(office: Office, alert: Alert) -> bool | None:
    """Whether the card stands in the channel; None where that can't be asked."""
    try:
        return office.channel.is_posted(alert.case)
    except CHANNEL_FAILED as failed:
        _record(office, "alert.not_posted", alert, {"why": str(failed)})
        return None


def _post(office: Office, alert: Alert) -> bool:
    """Whether the channel took the card. Nothing is posted with the stop switch on, or in place of looking."""
    if is_stopped(office) or not _is_ours_to_post(office, alert):
        return False
    try:
        card = office.wording.card(PURPOSE, _context(office, alert), key=alert.case, is_urgent=alert.is_urgent)
        office.channel.post(card)
    except CHANNEL_FAILED as failed:
        _record(office, "alert.not_posted", alert, {"why": str(failed)})
        return False
    return True


def _shows(office: Office, alert: Alert) -> bool:
    """Whether a card that was taken stands in the channel, which is written down."""
    is_posted = _stands(office, alert)
    if is_posted is not None:
        _record(office, "alert.posted" if is_posted else NOT_SHOWN, alert, {})
    if is_posted is False and _times_not_shown(office, alert) == CARD_TRIES:
        tell_the_office(office, CARDS_DO_NOT_SHOW, title="Cards do not show in the channel")
    return is_posted is True


def _is_ours_to_post(office: Office, alert: Alert) -> bool:
    """Whether nobody has tried to post the card just now: another run, or one that was killed and whose card does not
    show yet. The claim runs out by itself, for a card that never came is worse than one that came twice. After two
    that were taken and never seen it is left to mail.
    """
    if _times_not_shown(office, alert) >= CARD_TRIES:
        return False
    seconds = int(CARD_SHOWS_WITHIN.total_seconds())
    return office.store.desk.take_lease(f"card {alert.case}", now=office.clock.now(), seconds=seconds)


def _times_not_shown(office: Office, alert: Alert) -> int:
    """How often the channel took the card and did not show it."""
    entries = office.store.ledger.entries(kind=NOT_SHOWN, pupil_id=alert.pupil_id)
    return sum(entry.facts["alert"] == alert.key for entry in entries)


def _record(office: Office, kind: str, alert: Alert, facts: dict[str, str]) -> None:
    office.store.ledger.append(
        kind, at=office.clock.now(), actor="Firstbell", facts={"alert": alert.key, **facts}, pupil_id=alert.pupil_id
    )


def safeguarding_team(office: Office, day: dt.date) -> tuple[StaffMember, ...]:
    """The team in the order they are told: those at work on this weekday first, each in the order of the settings."""
    team = [person for person in office.settings.staff if person.is_safeguarding]
    return tuple(sorted(team, key=lambda person: day.isoweekday() not in person.working_days))


def _page(office: Office, now: SessionNow, alert: Alert, person: StaffMember) -> Proposal:
    return Proposal(
        key=proposal_key(office.settings.school.key, alert.pupil_id, alert.session, PURPOSE, person.initials),
        purpose=PURPOSE,
        session=alert.session,
        subject_id=alert.pupil_id,
        recipient_id=person.initials,
        address=Personal(person.email),
        group=f"{alert.case}|{person.initials}",
        state=State.HELD,
        reason="The alert has not been acknowledged.",
        planned_at=now.moment,
        release_at=now.moment,
        send_before=office.end_of(alert.session.date),
        facts={"alert": alert.key},
    )


@dataclass(frozen=True, slots=True)
class AlertLetter:
    """Tells one member of the safeguarding team that an alert waits for them."""

    office: Office

    def objection(self, proposal: Proposal) -> str | None:
        """None while nobody has acknowledged the alert."""
        alert = self._alert(proposal)
        return None if alert and alert.acknowledged_by is None else "The alert has been acknowledged."

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """A mail with case number and urgency, and where to look."""
        proposal = members[0]
        alert = self._alert(proposal)
        if alert is None:
            raise NeedsHuman("an alert is not in the ledger any more", "run: firstbell ledger verify")
        context = _context(self.office, alert)
        wording = self.office.wording
        return wording.email(PURPOSE, context, key=key, to=proposal.address, send_before=proposal.send_before)

    def _alert(self, proposal: Proposal) -> Alert | None:
        found = alerts_of(self.office, proposal.session.date)
        return next((alert for alert in found if alert.key == proposal.facts["alert"]), None)


def _context(office: Office, alert: Alert) -> SafeguardingAlert:
    return SafeguardingAlert(
        case_number=alert.case,
        session_words=session_in_words(alert.session),
        urgency_words="urgent" if alert.is_urgent else "please look today",
        link=office.settings.safeguarding.workbook_link,
    )


def settled_alert(office: Office, alert: Alert, now: SessionNow) -> str | None:
    """Why an alert no longer presses: the pupil is in school, or the reason is known; None while it does."""
    then = session_at(office, now, alert.session)
    if now.is_in_school(alert.pupil_id) or then.is_in_school(alert.pupil_id):
        return "pupil is in school"
    is_unexplained = any(pupil.id == alert.pupil_id for pupil in then.unexplained())
    return None if is_unexplained else "reason is known"
