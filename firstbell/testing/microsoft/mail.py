"""Mail: drafts, sending, Sent Items, deleting, and what changed in a folder."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from firstbell.testing.microsoft.asked import Answer, Asked, Refused, Route
from firstbell.testing.microsoft.mail_json import folder_id, message_json, shown_id
from firstbell.testing.microsoft.mail_mime import mail_of, recipients
from firstbell.testing.microsoft.mail_query import PROPERTY_ID, expanded, filtered, page_of
from firstbell.testing.microsoft.mail_state import Arrived, Folder, Item, Mailbox, SecondSend
from firstbell.testing.microsoft.tenant import Tenant

WHOLE_TENANT = "Mail.ReadWrite"
MOST_HEADERS = 5
MADE_BY_EXCHANGE = frozenset(
    {"id", "changeKey", "createdDateTime", "lastModifiedDateTime", "sentDateTime", "parentFolderId", "isDraft"}
)
REFUSALS = {
    SecondSend.NOT_FOUND: (HTTPStatus.NOT_FOUND, "ErrorItemNotFound"),
    SecondSend.BAD_REQUEST: (HTTPStatus.BAD_REQUEST, "ErrorInvalidOperation"),
    SecondSend.CONFLICT: (HTTPStatus.CONFLICT, "ErrorIrresolvableConflict"),
}


def mailbox_of(tenant: Tenant, asked: Asked) -> Mailbox:
    """The mailbox in the address, where Exchange lets the app in: by its scope, or for the whole tenant."""
    address = asked.params["user-id"].lower()
    app = asked.app
    if app is None or (address not in app.mailboxes and WHOLE_TENANT not in app.roles):
        raise Refused(HTTPStatus.FORBIDDEN, "ErrorAccessDenied")
    if address not in tenant.mail.mailboxes:
        raise Refused(HTTPStatus.NOT_FOUND, "ErrorInvalidUser")
    return tenant.mail.mailboxes[address]


def _item(tenant: Tenant, asked: Asked) -> tuple[Mailbox, Item]:
    """The message in the address, by its immutable id or by the one of the folder it lies in."""
    mailbox, wanted = mailbox_of(tenant, asked), asked.params["message-id"]
    for item in tenant.mail.shown(mailbox, tenant.clock()):
        if wanted in {item.id, shown_id(item, "")}:
            return mailbox, item
    raise Refused(HTTPStatus.NOT_FOUND, "ErrorItemNotFound")


def _told(mailbox: Mailbox, item: Item, asked: Asked) -> dict[str, Any]:
    chosen = frozenset(filter(None, asked.query.get("$select", "").split(",")))
    return message_json(item, mailbox, asked.headers.get("prefer", ""), chosen, expanded(asked.query))


def create(tenant: Tenant, asked: Asked) -> Answer:
    """A draft."""
    mailbox, told = mailbox_of(tenant, asked), asked.json
    _check(told)
    headers = told.get("internetMessageHeaders", [])
    if len(headers) > MOST_HEADERS or any(not each["name"].lower().startswith("x-") for each in headers):
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInternetMessageHeader")
    item = tenant.mail.new_item(mailbox, Folder.DRAFTS, {}, tenant.clock())
    _write(item, told)
    item.properties["Binary 0x300B"] = _search_key(item)
    mailbox.put(item)
    return Answer(HTTPStatus.CREATED, _told(mailbox, item, asked))


def _search_key(item: Item) -> str:
    """PidTagSearchKey, in base64 as Graph shows it."""
    return f"{item.id[-6:]:0>22}=="


def _check(told: Mapping[str, Any]) -> None:
    """Refuse what only Exchange writes, and extended properties whose ids are none."""
    if MADE_BY_EXCHANGE & told.keys():
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    if any(re.fullmatch(PROPERTY_ID, each["id"]) is None for each in told.get("singleValueExtendedProperties", ())):
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidProperty")


def _write(item: Item, told: Mapping[str, Any]) -> None:
    item.properties |= {each["id"]: each["value"] for each in told.get("singleValueExtendedProperties", ())}
    item.content |= {name: value for name, value in told.items() if name != "singleValueExtendedProperties"}


def change(tenant: Tenant, asked: Asked) -> Answer:
    """Change a message, while it is the one that was read."""
    mailbox, item = _item(tenant, asked)
    _match(item, asked)
    _check(asked.json)
    if "internetMessageHeaders" in asked.json:
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    if not item.is_draft and asked.json.keys() & {"subject", "body", "toRecipients"}:
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidPropertySet")
    _write(item, asked.json)
    item.changed(tenant.clock())
    return Answer(body=_told(mailbox, item, asked))


def _match(item: Item, asked: Asked) -> None:
    if asked.headers.get("if-match", "*") not in {"*", item.etag}:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "ErrorIrresolvableConflict")


def read(tenant: Tenant, asked: Asked) -> Answer:
    """One message."""
    mailbox, item = _item(tenant, asked)
    return Answer(body=_told(mailbox, item, asked), headers={"ETag": item.etag})


def read_mime(tenant: Tenant, asked: Asked) -> Answer:
    """One message, whole, as it travels."""
    mailbox, item = _item(tenant, asked)
    return Answer(body=item.mime or mail_of(item, mailbox).as_bytes(), headers={"Content-Type": "text/plain"})


def delete(tenant: Tenant, asked: Asked) -> Answer:
    """Into Deleted Items; from there, for ever."""
    mailbox, item = _item(tenant, asked)
    _match(item, asked)
    item.shows_from = None  # one on its way is gone, and leaves no copy behind
    item.changed(tenant.clock())
    mailbox.move(item, None if item.folder is Folder.DELETED else Folder.DELETED)
    return Answer(HTTPStatus.NO_CONTENT)


def delete_for_ever(tenant: Tenant, asked: Asked) -> Answer:
    """Out of the mailbox at once."""
    mailbox, item = _item(tenant, asked)
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
    item.sent_at, item.shows_from = now, now + tenant.mail.lag
    _leave(tenant, mailbox, item)
    wait = tenant.mail.retry_after
    return Answer(HTTPStatus.ACCEPTED, headers={"Retry-After": wait} if wait else {})


def _send_again(tenant: Tenant, mailbox: Mailbox, item: Item) -> Answer:
    if tenant.mail.second_send in REFUSALS:
        raise Refused(*REFUSALS[tenant.mail.second_send])
    if tenant.mail.second_send is SecondSend.AGAIN:
        _leave(tenant, mailbox, item)
    return Answer(HTTPStatus.ACCEPTED)


def _leave(tenant: Tenant, mailbox: Mailbox, item: Item) -> None:
    """It reaches each of its recipients."""
    mail = mail_of(item, mailbox)
    for to in recipients(item):
        tenant.mail.arrived.append(Arrived(mailbox.address, item.id, to, mail, tenant.clock()))


def search(tenant: Tenant, asked: Asked) -> Answer:
    """The messages of the whole mailbox."""
    mailbox = mailbox_of(tenant, asked)
    return _page(asked, mailbox, tenant.mail.shown(mailbox, tenant.clock()))


def search_folder(tenant: Tenant, asked: Asked) -> Answer:
    """The messages of one folder."""
    mailbox = mailbox_of(tenant, asked)
    folder = _folder(mailbox, asked)
    items = tenant.mail.shown(mailbox, tenant.clock())
    return _page(asked, mailbox, [item for item in items if item.folder is folder])


def _folder(mailbox: Mailbox, asked: Asked) -> Folder:
    wanted = asked.params["mailFolder-id"]
    for folder in Folder:
        if wanted.lower() == folder or wanted == folder_id(mailbox, folder):
            return folder
    raise Refused(HTTPStatus.NOT_FOUND, "ErrorItemNotFound")


def _page(asked: Asked, mailbox: Mailbox, items: list[Item]) -> Answer:
    found = filtered(items, asked.query)
    page, rest = page_of(found, asked.query, asked.headers.get("prefer", ""))
    body: dict[str, Any] = {"value": [_told(mailbox, item, asked) for item in page]}
    if rest is not None:
        body["@odata.nextLink"] = link(asked, {**asked.query, "$skip": str(rest)})
    return Answer(body=body)


def link(asked: Asked, query: Mapping[str, str]) -> str:
    """The whole address of the same list with another query."""
    path = asked.template
    for name, value in asked.params.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return f"{asked.url}/v1.0{path}?{urlencode(query)}"


def read_folder(tenant: Tenant, asked: Asked) -> Answer:
    """One folder, by its id or by the name that it has in every language."""
    mailbox = mailbox_of(tenant, asked)
    folder = _folder(mailbox, asked)
    items = tenant.mail.shown(mailbox, tenant.clock())
    count = sum(item.folder is folder for item in items)
    return Answer(body={"id": folder_id(mailbox, folder), "displayName": folder.title(), "totalItemCount": count})


def delta(tenant: Tenant, asked: Asked) -> Answer:
    """What came into a folder and what left it since a token; without one, all that lies there."""
    mailbox = mailbox_of(tenant, asked)
    folder, mail = _folder(mailbox, asked), tenant.mail
    lying = {item.id: item for item in mail.shown(mailbox, tenant.clock()) if item.folder is folder}
    token = asked.query.get("$deltatoken")
    if token is not None and mail.delta_forgets:
        mail.delta_forgets = False
        raise Refused(HTTPStatus.GONE, "SyncStateNotFound", headers={"Location": link(asked, _chosen(asked))})
    if mail.delta_pauses and "$skiptoken" not in asked.query:
        return Answer(body={"value": [], "@odata.nextLink": link(asked, {**asked.query, "$skiptoken": "more"})})
    since = int(token or 0)
    ids = dict.fromkeys(each for where, each in mailbox.log[since:] if where is folder)
    entries = [_entry(mailbox, lying.get(each), each, asked) for each in ids if each in lying or since]
    body = {"value": entries * 2 if mail.delta_repeats else entries}
    later = link(asked, {**_chosen(asked), "$deltatoken": str(len(mailbox.log))})
    return Answer(body={**body, "@odata.deltaLink": later})


def _chosen(asked: Asked) -> dict[str, str]:
    return {name: value for name, value in asked.query.items() if name in {"$select", "$expand"}}


def _entry(mailbox: Mailbox, item: Item | None, item_id: str, asked: Asked) -> dict[str, Any]:
    if item is None:
        return {"id": item_id, "@removed": {"reason": "deleted"}}
    return _told(mailbox, item, asked)


def read_user(tenant: Tenant, asked: Asked) -> Answer:
    """Who has an address."""
    found = tenant.mail.mailboxes.get(asked.params["user-id"].lower())
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "Request_ResourceNotFound")
    whole = {"id": found.address, "mail": found.address, "userPrincipalName": found.address}
    chosen = asked.query.get("$select", "").split(",")
    return Answer(body={name: value for name, value in whole.items() if chosen == [""] or name in chosen})


BOX, FOLDER = "/users/{user-id}", "/users/{user-id}/mailFolders/{mailFolder-id}"
ONE = f"{BOX}/messages/{{message-id}}"
ROUTES = (
    Route("GET", BOX, read_user),
    Route("POST", f"{BOX}/messages", create),
    Route("GET", f"{BOX}/messages", search),
    Route("GET", ONE, read),
    Route("PATCH", ONE, change),
    Route("DELETE", ONE, delete),
    Route("GET", f"{ONE}/$value", read_mime),
    Route("POST", f"{ONE}/send", send),
    Route("POST", f"{ONE}/permanentDelete", delete_for_ever),
    Route("GET", FOLDER, read_folder),
    Route("GET", f"{FOLDER}/messages", search_folder),
    Route("GET", f"{FOLDER}/messages/delta", delta),
    Route("GET", f"{FOLDER}/messages/delta()", delta),
)
