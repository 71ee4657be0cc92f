"""Which mailbox and which message a request is about, where Exchange lets the app in, and how a message is told."""

from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.asked import Asked, Refused
from firstbell.testing.microsoft.mail_json import message_json, shown_id
from firstbell.testing.microsoft.mail_query import expanded
from firstbell.testing.microsoft.mail_state import Item, Mailbox
from firstbell.testing.microsoft.tenant import Tenant

WHOLE_TENANT = "Mail.ReadWrite"


def mailbox_of(tenant: Tenant, asked: Asked) -> Mailbox:
    """The mailbox in the address, where Exchange lets the app in: by its scope, or for the whole tenant."""
    address = asked.params["user-id"].lower()
    app = asked.app
    if app is None or (address not in app.mailboxes and WHOLE_TENANT not in app.roles):
        raise Refused(HTTPStatus.FORBIDDEN, "ErrorAccessDenied")
    if address not in tenant.mail.mailboxes:
        raise Refused(HTTPStatus.NOT_FOUND, "ErrorInvalidUser")
    return tenant.mail.mailboxes[address]


def item_of(tenant: Tenant, asked: Asked) -> tuple[Mailbox, Item]:
    """The message in the address, by its immutable id or by the one of the folder it lies in."""
    mailbox, wanted = mailbox_of(tenant, asked), asked.params["message-id"]
    for item in tenant.mail.shown(mailbox, tenant.clock()):
        if wanted in {item.id, shown_id(item, "")}:
            return mailbox, item
    raise Refused(HTTPStatus.NOT_FOUND, "ErrorItemNotFound")


def told(mailbox: Mailbox, item: Item, asked: Asked) -> dict[str, Any]:
    """The message with the members and properties that the request asks for."""
    chosen = frozenset(filter(None, asked.query.get("$select", "").split(",")))
    return message_json(item, mailbox, asked.headers.get("prefer", ""), chosen, expanded(asked.query))
