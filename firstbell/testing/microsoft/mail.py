"""Mail: drafts, sending, and deleting."""

import datetime as dt
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.mail_access import item_of, mailbox_of, told
from firstbell.testing.microsoft.mail_json import shown_id
from firstbell.testing.microsoft.mail_lists import LISTS
from firstbell.testing.microsoft.mail_mime import mail_of, recipients
from firstbell.testing.microsoft.mail_query import PROPERTY_ID
from firstbell.testing.microsoft.mail_state import Arrived, Folder, Item, Mailbox, SecondSend
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant

MOST_HEADERS = 5
MADE_BY_EXCHANGE = frozenset(
    {"id", "changeKey", "createdDateTime", "lastModifiedDateTime", "sentDateTime", "parentFolderId", "isDraft"}
)
REFUSALS = {
    SecondSend.NOT_FOUND: (HTTPStatus.NOT_FOUND, "ErrorItemNotFound"),
    SecondSend.BAD_REQUEST: (HTTPStatus.BAD_REQUEST, "ErrorInvalidOperation"),
    SecondSend.CONFLICT: (HTTPStatus.CONFLICT, "ErrorIrresolvableConflict"),
}


def create(tenant: Tenant, asked: Asked) -> Answer:
    """A draft."""
    mailbox, given = mailbox_of(tenant, asked), asked.json
    _check(given)
    headers = given.get("internetMessageHeaders", [])
    if len(headers) > MOST_HEADERS or any(not each["name"].lower().startswith("x-") for each in headers):
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInternetMessageHeader")
    item = tenant.mail.new_item(mailbox, Folder.DRAFTS, {}, tenant.clock())
    _write(item, given)
    item.properties["Binary 0x300B"] = _search_key(item)
    mailbox.put(item)
    return Answer(HTTPStatus.CREATED, told(mailbox, item, asked))


def _search_key(item: Item) -> str:
    """PidTagSearchKey, in base64 as Graph shows it."""
    return f"{item.id[-6:]:0>22}=="


def _check(given: Mapping[str, Any]) -> None:
    """Refuse what only Exchange writes, and extended properties whose ids are none."""
    if MADE_BY_EXCHANGE & given.keys():
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    if any(re.fullmatch(PROPERTY_ID, each["id"]) is None for each in given.get("singleValueExtendedProperties", ())):
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidProperty")


def _write(item: Item, given: Mapping[str, Any]) -> None:
    item.properties |= {each["id"]: each["value"] for each in given.get("singleValueExtendedProperties", ())}
    item.content |= {name: value for name, value in given.items() if name != "singleValueExtendedProperties"}


def change(tenant: Tenant, asked: Asked) -> Answer:
    """Change a message, while it is the one that was read."""
    mailbox, item = item_of(tenant, asked)
    _match(item, asked)
    _check(asked.json)
    if "internetMessageHeaders" in asked.json:
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    if not item.is_draft and asked.json.keys() & {"subject", "body", "toRecipients"}:
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    _write(item, asked.json)
    item.changed(tenant.clock())
    return Answer(body=told(mailbox, item, asked))


def _match(item: Item, asked: Asked) -> None:
    if asked.headers.get("if-match", "*") not in {"*", item.etag}:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "ErrorIrresolvableConflict")


def read(tenant: Tenant, asked: Asked) -> Answer:
    """One message."""
    mailbox, item = item_of(tenant, asked)
    return Answer(body=told(mailbox, item, asked), headers={"ETag": item.etag})


def read_mime(tenant: Tenant, asked: Asked) -> Answer:
    """One message, whole, as it travels."""
    mailbox, item = item_of(tenant, asked)
    return Answer(body=item.mime or mail_of(item, mailbox).as_bytes(), headers={"Content-Type": "text/plain"})


def delete(tenant: Tenant, asked: Asked) -> Answer:
    """Into Deleted Items; from there, for ever."""
    mailbox, item = item_of(tenant, asked)
    _match(item, asked)
    item.shows_from = None  # one on its way is gone, and leaves no copy behind
    item.changed(tenant.clock())
    mailbox.move(item, None if item.folder is Folder.DELETED else Folder.DELETED)
    return Answer(HTTPStatus.NO_CONTENT)


def delete_for_ever(tenant: Tenant, asked: Asked) -> Answer:
    """Out of the mailbox at once."""
    mailbox, item = item_of(tenant, asked)
    _match(item, asked)
    mailbox.move(item, None)
    return Answer(HTTPStatus.NO_CONTENT)


def send(tenant: Tenant, asked: Asked) -> Answer:
    """Send a draft. What happens to one that was sent already is a switch."""
    mailbox, now = mailbox_of(tenant, asked), tenant.clock()
    tenant.mail.shown(mailbox, now)
    wanted = asked.params["message-id"]
    item = next((i for i in mailbox.items.values() if wanted in {i.id, shown_id(i, "")}), None)  # seen or not
    if item is None:
        raise Refused(HTTPStatus.NOT_FOUND, "ErrorItemNotFound")
    if item.sent_at is not None:
        return _send_again(tenant, mailbox, item)
    if item.folder is not Folder.DRAFTS or not item.is_draft:
        raise Refused(HTTPStatus.NOT_FOUND, "ErrorItemNotFound")
    if not recipients(item):
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidRecipients")
    leaves_at = tenant.throttling.message_sent(mailbox.address)
    item.sent_at, item.shows_from = now, leaves_at + tenant.mail.lag
    _leave(tenant, mailbox, item, leaves_at)
    wait = tenant.mail.retry_after
    return Answer(HTTPStatus.ACCEPTED, headers={"Retry-After": wait} if wait else {})


def _send_again(tenant: Tenant, mailbox: Mailbox, item: Item) -> Answer:
    if tenant.mail.second_send in REFUSALS:
        raise Refused(*REFUSALS[tenant.mail.second_send])
    if tenant.mail.second_send is SecondSend.AGAIN:
        _leave(tenant, mailbox, item, tenant.throttling.message_sent(mailbox.address))
    return Answer(HTTPStatus.ACCEPTED)


def _leave(tenant: Tenant, mailbox: Mailbox, item: Item, at: dt.datetime) -> None:
    """It reaches each of its recipients."""
    mail = mail_of(item, mailbox)
    for to in recipients(item):
        tenant.mail.arrived.append(Arrived(mailbox.address, item.id, to, mail, at))


def read_user(tenant: Tenant, asked: Asked) -> Answer:
    """Who has an address."""
    found = tenant.mail.mailboxes.get(asked.params["user-id"].lower())
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "Request_ResourceNotFound")
    whole = {"id": found.address, "mail": found.address, "userPrincipalName": found.address}
    chosen = asked.query.get("$select", "").split(",")
    return Answer(body={name: value for name, value in whole.items() if chosen == [""] or name in chosen})


BOX = "/users/{user-id}"
ONE = f"{BOX}/messages/{{message-id}}"
ROUTES = (
    Route("GET", BOX, read_user),
    Route("POST", f"{BOX}/messages", create),
    Route("GET", ONE, read),
    Route("PATCH", ONE, change),
    Route("DELETE", ONE, delete),
    Route("GET", f"{ONE}/$value", read_mime),
    Route("POST", f"{ONE}/send", send),
    Route("POST", f"{ONE}/permanentDelete", delete_for_ever),
    *LISTS,
)
