"""The morning's duty: find who is absent without a known reason, and tell the right people the same morning, once.

Start reading here. The steps stand in the order they happen; each is a module beside this one.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from firstbell.errors import FirstbellError
from firstbell.records import Proposal, State
from firstbell.workflows.half_term.message import send_half_term_messages
from firstbell.workflows.morning.bounces import plan_next_contacts, take_bounces
from firstbell.workflows.morning.brakes import Brake, brakes_on
from firstbell.workflows.morning.corrections import lost_corrections, plan_corrections
from firstbell.workflows.morning.first_day_letters import CorrectionLetter, FirstDayLetter
from firstbell.workflows.morning.phone_list import Call, phone_list
from firstbell.workflows.morning.planning import plan_first_day_messages
from firstbell.workflows.morning.replies import take_replies
from firstbell.workflows.morning.safeguarding_alerts import Alert, alerts_of, raise_alerts
from firstbell.workflows.morning.session_now import SessionNow, closed_session, look, usable
from firstbell.workflows.morning.unseen_holds import hold_what_nobody_saw, queue_was_shown
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import the_office_told
from firstbell.workflows.outgoing.orphan_drafts import discard_orphan_drafts
from firstbell.workflows.outgoing.sending import Round, send_due
from firstbell.workflows.outgoing.stop_switch import is_stopped
from firstbell.workflows.registers.data_health import reading_problems
from firstbell.workflows.registers.sync import sync
from firstbell.workflows.words import count_of
from firstbell.workflows.workbooks.drawing import draw_workbooks
from firstbell.workflows.workbooks.edits import Said, take_edits
from firstbell.workflows.workbooks.views.follow_up import proposals_by_pupil
from firstbell.workflows.workbooks.views.picture import Picture
from rules.calendar import Session
from rules.contact.purposes import Purpose

JOB = "first-day-contact"
FINISHED = "first_day_contact.finished"
LEASE_SECONDS = 600
SOON = dt.timedelta(minutes=1)
NO_FIGURES = frozenset({"needs", "go_on_at"})


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What one run found and did, in numbers a head understands; `needs` are sentences that ask for a person.

    `go_on_at` is the first moment at which a message that waits could go: the end of its hold, when the mail service or
    the mailbox takes more, at once where the run's time was up; and soon where another run is at work, which may fail.
    """

    session: str
    unexplained: int = 0
    planned: int = 0
    sent: int = 0
    recalled: int = 0
    corrections: int = 0
    bounced: int = 0
    alerts: int = 0
    calls: int = 0
    needs: tuple[str, ...] = ()
    go_on_at: dt.datetime | None = None


def first_day_contact(office: Office) -> MorningReport:
    """One run of the morning, safe to repeat: whatever an earlier run did is found and not done again.

    Does nothing before the first register closes or on a day without school. Whatever stops it, the office is told by
    mail. Raises NeedsHuman when the marks are too old or too few, and nothing is sent then; what else fails on the way
    is raised at the end, when alerts, phone list and workbooks are done as well as they can be.
    """
    with the_office_told(office, "First-day contact did not run to its end"):
        session = closed_session(office)
        return _nothing_to_do(office) if session is None else _alone(office, session)


def _alone(office: Office, session: Session) -> MorningReport:
    """The run, unless another is at work."""
    if not office.store.desk.take_lease(JOB, now=office.clock.now(), seconds=LEASE_SECONDS):
        needs = ("Another run is at work; this one did nothing.",)
        return MorningReport(str(session), needs=needs, go_on_at=office.clock.now() + SOON)
    try:
        return _run(office, session)
    finally:
        office.store.desk.end_lease(JOB)


@dataclass
class Setbacks:
    """What failed on the way. The rest of the run goes on without it: a child may wait at its end."""

    found: list[FirstbellError] = field(default_factory=list)

    def after[Found](self, step: Callable[[], Found]) -> Found | None:
        """What the step gives; None when it failed."""
        try:
            return step()
        except FirstbellError as error:
            self.found.append(error)
            return None


def _run(office: Office, session: Session) -> MorningReport:
    setbacks = Setbacks()
    said = setbacks.after(lambda: take_edits(office))
    sync(office)
    now = usable(office, look(office, session))
    report = _contact(office, now, said, setbacks)
    if setbacks.found:
        raise setbacks.found[0]
    _record(office, report)
    return report


def _contact(office: Office, now: SessionNow, said: Said | None, setbacks: Setbacks) -> MorningReport:
    """Every step of the morning. With people's words unread (`said` None) no family is written to."""
    bounced = setbacks.after(lambda: take_bounces(office, now))
    setbacks.after(lambda: take_replies(office, now))
    hold_what_nobody_saw(office, now)
    planned = (*plan_first_day_messages(office, now), *plan_next_contacts(office, now))
    brakes = brakes_on(office, now)
    written = setbacks.after(lambda: _write(office, now, brakes, said)) if said is not None else None
    rounds = written or ()
    moved = {this.purpose: this.moved for this in rounds}
    told, corrected = (moved.get(each, Counter()) for each in (Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION))
    setbacks.after(lambda: raise_alerts(office, now))
    setbacks.after(lambda: discard_orphan_drafts(office))
    alerts = alerts_of(office, now.session.date)
    calls = phone_list(office, now, brakes)
    proposals, problems = proposals_by_pupil(office, now.session), reading_problems(office)
    undrawn = draw_workbooks(office, Picture(now, brakes, calls, alerts, said or Said(), proposals, problems))
    queue_was_shown(office)
    return MorningReport(
        session=str(now.session),
        unexplained=len(now.unexplained()),
        planned=sum(p.state is State.HELD for p in planned),
        sent=told[State.SENT],
        recalled=told[State.RECALLED],
        corrections=corrected[State.SENT],
        bounced=bounced or 0,
        alerts=len(alerts),
        calls=len(calls),
        needs=(*undrawn, *_needs(office, brakes, alerts, calls)),
        go_on_at=_go_on_at(rounds),
    )


def _write(office: Office, now: SessionNow, brakes: tuple[Brake, ...], said: Said) -> tuple[Round, ...]:
    """The messages to families that are due: first-day messages, in-school notes, half-term messages."""
    holds = Holds(now.notes.kept_back | said.kept_back, brakes)
    told = send_due(office, Purpose.FIRST_DAY_ABSENCE, FirstDayLetter(office, now), holds.let_go)
    plan_corrections(office, now)
    corrected = send_due(office, Purpose.IN_SCHOOL_CORRECTION, CorrectionLetter(office, now))
    half_term = send_half_term_messages(office, now.session.date, said.kept_back)
    return (told, corrected) if half_term is None else (told, corrected, half_term)


@dataclass(frozen=True, slots=True)
class Holds:
    """What keeps messages back: a person's word in the Queue, or a brake."""

    kept_back: frozenset[str]
    brakes: tuple[Brake, ...]

    def let_go(self, proposal: Proposal) -> bool:
        """Whether nothing keeps this message back."""
        return proposal.key not in self.kept_back and not any(brake.holds(proposal) for brake in self.brakes)


def _needs(
    office: Office, brakes: tuple[Brake, ...], alerts: tuple[Alert, ...], calls: tuple[Call, ...]
) -> tuple[str, ...]:
    """What waits for a person, most urgent first."""
    needs = []
    if open_alerts := sum(alert.acknowledged_by is None for alert in alerts):
        needs.append(f"{count_of(open_alerts, 'safeguarding alert')} to acknowledge in the Safeguarding workbook.")
    needs += [f"{brake.sentence} Two people release it in the Queue." for brake in brakes if not brake.is_released]
    if calls:
        needs.append(f"{count_of(len(calls), 'pupil')} on the phone list.")
    if lost := lost_corrections(office):
        needs.append(f"{count_of(len(lost), 'in-school note')} could not go: tell the family by telephone.")
    if office.settings.outgoing.stop:
        needs.append("The stop switch is on: nothing leaves until outgoing.stop is false.")
    elif is_stopped(office):
        needs.append("The stop switch is on: nothing leaves until two people release it in the Queue's first row.")
    return tuple(needs)


def _go_on_at(rounds: tuple[Round, ...]) -> dt.datetime | None:
    """When to run again. A mail service that asked to wait is not asked earlier, whatever else could go."""
    busy = [this.busy_until for this in rounds if this.busy_until is not None]
    return max(busy) if busy else min((this.go_on_at for this in rounds if this.go_on_at is not None), default=None)


def _nothing_to_do(office: Office) -> MorningReport:
    """Why there is no session; a calendar that has run out needs a person, or September would pass in silence."""
    calendar, today = office.mis.calendar(), office.today()
    why = calendar.why_closed(today)
    needs = () if calendar.covers(today) else ("The calendar does not cover today: add the new terms to it.",)
    return MorningReport(f"no session today: {why}" if why else "no register has closed yet", needs=needs)


def _record(office: Office, report: MorningReport) -> None:
    facts = {
        figure.name: str(getattr(report, figure.name)) for figure in fields(report) if figure.name not in NO_FIGURES
    }
    now = office.clock.now()
    office.store.ledger.append(FINISHED, at=now, actor="Firstbell", facts=facts)
    office.store.desk.heartbeat(JOB, at=now, due_at=None, outcome="done")
