"""Lists of messages: of the whole mailbox, of a folder, and of what changed in a folder."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.mail_access import mailbox_of, told
from firstbell.testing.microsoft.mail_json import folder_id
from firstbell.testing.microsoft.mail_query import filtered, page_of
from firstbell.testing.microsoft.mail_state import Folder, Item, Mailbox
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant


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
    body: dict[str, Any] = {"value": [told(mailbox, item, asked) for item in page]}
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
    return told(mailbox, item, asked)


FOLDER = "/users/{user-id}/mailFolders/{mailFolder-id}"
LISTS = (
    Route("GET", "/users/{user-id}/messages", search),
    Route("GET", FOLDER, read_folder),
    Route("GET", f"{FOLDER}/messages", search_folder),
    Route("GET", f"{FOLDER}/messages/delta", delta),
    Route("GET", f"{FOLDER}/messages/delta()", delta),
)
