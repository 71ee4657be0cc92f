"""What a person on the pages lets come back to a mail that left: a parent's reply, or a report that it bounced."""

from collections.abc import Mapping

from firstbell.testing.microsoft import mail_visitors
from firstbell.testing.microsoft.mail_state import Arrived
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.typing_in import Wrong

READY_REPLIES = (
    "She is ill with a cold and will be back tomorrow.",
    "He has a dentist appointment and comes in at eleven.",
    "I took her to school myself this morning. Where is she?",
    "Please stop writing to me.",
)
LONGEST = 2000


def arrived_of(tenant: Tenant, key: str) -> Arrived | None:
    """How a mail reached the first of those it was for; None for one that did not leave."""
    return next((each for each in tenant.mail.arrived if each.item_id == key), None)


def visit(tenant: Tenant, sent: Arrived, form: Mapping[str, str]) -> str:
    """Let the parent reply, or the mail bounce; returns which. Raises Wrong."""
    if form.get("do") == "bounce":
        mail_visitors.does_not_arrive(tenant, sent)
        return "bounced"
    text = form.get("own", "").strip() or form.get("ready", "")
    if not text:
        raise Wrong("own", "Choose a reply, or write one of your own.")
    if len(text) > LONGEST:
        raise Wrong("own", f"Write at most {LONGEST} characters.")
    mail_visitors.reply(tenant, sent, f"{text}\n")
    return "replied"
