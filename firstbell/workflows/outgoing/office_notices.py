"""One mail to the attendance office when something could not be done, so that silence never looks like success."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstbell.errors import FirstbellError
from firstbell.messages.contexts import OfficeNotice
from firstbell.records import Message, Proposal, State
from firstbell.settings import StaffMember
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.sending import send_due
from firstbell.workflows.outgoing.stop_switch import is_stopped
from rules.calendar import Half, Session
from rules.contact.purposes import Purpose
from rules.people import Personal

PURPOSE = Purpose.OFFICE_NOTICE


@contextlib.contextmanager
def the_office_told(office: Office, title: str) -> Iterator[None]:
    """Whatever stops the job inside, the office is told of it by mail, and it is raised again."""
    try:
        yield
    except FirstbellError as stop:
        tell_the_office(office, str(stop), title=title)
        raise


def tell_the_office(office: Office, what: str, *, title: str, also: Sequence[StaffMember] = ()) -> None:
    """Mail the absence inbox what went wrong: once a half-day for each kind of thing, however often it is found.

    `what` is a sentence without names; its figures may change from run to run, so they are no part of the key. `also`
    are members of staff who get the same notice at their own address. A mail service that does not take the notice
    does not hide what happened: that stands in the ledger.
    """
    inbox = ("office", office.settings.school.absence_email)
    for recipient_id, address in (inbox, *((person.initials, person.email) for person in also)):
        _propose(office, what, title, recipient_id, Personal(address))
    try:
        send_due(office, PURPOSE, NoticeLetter(office))
    except FirstbellError as failed:
        facts = {"what": what, "why": str(failed)}
        office.store.ledger.append("office.not_told", at=office.clock.now(), actor="Firstbell", facts=facts)


def show_in_channel(office: Office, sentences: tuple[str, ...], *, title: str, key: str) -> None:
    """A card besides: where mail is what failed, the channel may still be read. Nothing with the stop switch on."""
    if is_stopped(office):
        return
    context = OfficeNotice(title=title, sentences=sentences, school_name=office.settings.school.name)
    try:
        office.channel.post(office.wording.card(PURPOSE, context, key=key, is_urgent=True))
    except FirstbellError as failed:
        facts = {"what": title, "why": str(failed)}
        office.store.ledger.append("office.not_told", at=office.clock.now(), actor="Firstbell", facts=facts)


def _propose(office: Office, what: str, title: str, recipient_id: str, address: Personal) -> None:
    kind = hashlib.sha256("".join(c for c in what if not c.isdigit()).encode()).hexdigest()[:12]
    now, session = office.clock.now(), _half_day(office)
    notice = Proposal(
        key=proposal_key(office.settings.school.key, kind, session, PURPOSE, recipient_id),
        purpose=PURPOSE,
        session=session,
        subject_id=kind,
        recipient_id=recipient_id,
        address=address,
        group=kind,
        state=State.HELD,
        reason=what,
        planned_at=now,
        release_at=now,
        send_before=office.end_of(session.date),
        facts={"what": what, "title": title},
    )
    office.store.proposals.add([notice], at=now, actor="Firstbell")


def _half_day(office: Office) -> Session:
    """The half of the day by the clock alone: the calendar may be the very thing that can't be read."""
    afternoon = office.at(office.today(), office.settings.day.pm.opens)
    return Session(office.today(), Half.PM if office.clock.now() >= afternoon else Half.AM)


@dataclass(frozen=True, slots=True)
class NoticeLetter:
    """Says in plain words what stopped, and what to do."""

    office: Office

    def objection(self, proposal: Proposal) -> str | None:  # noqa: ARG002 - a notice of what happened stays true
        """None: what happened stays true."""
        return None

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """The notice, with the sentence of its proposal."""
        proposal, school = members[0], self.office.settings.school
        context = OfficeNotice(
            title=proposal.facts["title"],
            sentences=(proposal.facts["what"],),
            school_name=school.name,
        )
        send_before = proposal.send_before
        return self.office.wording.email(PURPOSE, context, key=key, to=proposal.address, send_before=send_before)
