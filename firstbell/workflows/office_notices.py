"""One mail to the attendance office when a run could not do its work, so that silence never looks like success."""

import hashlib
from dataclasses import dataclass

from firstbell.messages.contexts import OfficeNotice
from firstbell.records import Message, Proposal, State
from firstbell.workflows.keys import proposal_key
from firstbell.workflows.office import Office
from firstbell.workflows.sending import send_due
from firstbell.workflows.session_now import session_ends_at
from rules.calendar import Session
from rules.contact.purposes import Purpose
from rules.people import Personal

PURPOSE = Purpose.OFFICE_NOTICE


def tell_the_office(office: Office, session: Session, what: str) -> None:
    """Mail the absence inbox what stopped the run: once a session for each kind of stop, however often it runs.

    `what` is a sentence without names; its figures may change from run to run, so they are no part of the key.
    """
    kind = hashlib.sha256("".join(c for c in what if not c.isdigit()).encode()).hexdigest()[:12]
    address = office.settings.school.absence_email
    now = office.clock.now()
    notice = Proposal(
        key=proposal_key(office.settings.school.key, kind, session, PURPOSE, "office"),
        purpose=PURPOSE,
        session=session,
        subject_id=kind,
        recipient_id="office",
        address=Personal(address),
        group=kind,
        state=State.HELD,
        reason=what,
        planned_at=now,
        release_at=now,
        send_before=session_ends_at(office, session),
        facts={"what": what},
    )
    office.store.proposals.add([notice], at=now, actor="Firstbell")
    send_due(office, PURPOSE, NoticeLetter(office))


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
            title="Nothing was sent this morning",
            sentences=(proposal.facts["what"],),
            school_name=school.name,
        )
        send_before = proposal.send_before
        return self.office.wording.email(PURPOSE, context, key=key, to=proposal.address, send_before=send_before)
