"""One switch that stops every outgoing message: in the settings, or by anyone in the first row of the Queue.

One person is enough to stop, two are needed to let messages go again. What was decided stands in the ledger, so it
holds however many runs are at work, and is asked again before each message.
"""

from firstbell.settings import StaffMember
from firstbell.workflows.office import Office

ROW_KEY = "every message"
STOPPED, RESUMED = "outgoing.stopped", "outgoing.resumed"


def is_stopped(office: Office) -> bool:
    """Whether nothing may leave now, to anybody."""
    return office.settings.outgoing.stop or stopped_by(office) is not None


def stopped_by(office: Office) -> str | None:
    """The initials of whoever stopped every message in the Queue; None while nobody has."""
    ledger = office.store.ledger
    entries = (*ledger.entries(kind=STOPPED), *ledger.entries(kind=RESUMED))
    last = max(entries, key=lambda entry: entry.number, default=None)
    return last.actor if last is not None and last.kind == STOPPED else None


def stop_every_message(office: Office, person: StaffMember) -> str:
    """Stop them; safe to repeat. Returns the sentence for the row."""
    if stopped_by(office) is None:
        office.store.ledger.append(STOPPED, at=office.clock.now(), actor=person.initials, facts={})
    return f"Every message is stopped by {person.initials}. Two people let them go again."


def resume_messages(office: Office, person: StaffMember, second: StaffMember) -> str:
    """Let messages go again, as two people agree. Returns the sentence for the row."""
    if stopped_by(office) is not None:
        facts = {"second": second.initials}
        office.store.ledger.append(RESUMED, at=office.clock.now(), actor=person.initials, facts=facts)
    return f"Messages go again: {person.initials} and {second.initials}."
