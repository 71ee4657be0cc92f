"""Libraries and what lies in them: look, list, make a folder, rename, move, delete, and what changed since."""

import secrets
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.drive_json import drive_json, item_json, reference, size_of, stamp
from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_books import settle

CONFLICT = "@microsoft.graph.conflictBehavior"
DOWNLOAD, DOWNLOAD_URL = "/download/", "@microsoft.graph.downloadUrl"
BEHAVIOURS = frozenset({"fail", "replace", "rename"})
PAGE = 200
WHOLE_TENANT = frozenset({"Sites.ReadWrite.All", "Files.ReadWrite.All", "Sites.FullControl.All"})
FORBIDDEN = frozenset('"*:<>?/\\|')
RESERVED = frozenset({"con", "prn", "aux", "nul", ".lock", "desktop.ini", "_vti_", "forms"}) | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(10)
}
LONGEST_NAME = 255

OnItem = Callable[[Tenant, Asked, Drive, Item], Answer]


def may_use(asked: Asked, site_id: str) -> None:
    """Refuse a program that was not given this site, nor all of them."""
    app = asked.app
    if app is None or not (site_id in app.sites or app.roles & WHOLE_TENANT):
        raise Refused(HTTPStatus.FORBIDDEN, "accessDenied")


def drive_of(tenant: Tenant, asked: Asked) -> Drive:
    """The drive the address names, when the program may use it."""
    drive = tenant.drives.get(asked.params["drive-id"])
    if drive is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    may_use(asked, drive.site_id)
    return drive


def item_of(drive: Drive, asked: Asked) -> Item:
    """The item the address names, by id or by path."""
    path = asked.params.get("item-path")
    found = drive.at(path.strip("/")) if path is not None else drive.items.get(asked.params["driveItem-id"])
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    return found


def on_item(handler: OnItem) -> Callable[[Tenant, Asked], Answer]:
    """The handler with drive and item found."""

    def handled(tenant: Tenant, asked: Asked) -> Answer:
        drive = drive_of(tenant, asked)
        return handler(tenant, asked, drive, item_of(drive, asked))

    return handled


def author(asked: Asked) -> str:
    """Who a change is by, as SharePoint shows it."""
    return asked.app.client_id if asked.app else ""


def check_match(asked: Asked, item: Item) -> None:
    """Refuse when the item has changed since the caller saw it."""
    wanted = asked.headers.get("if-match", "*")
    if wanted not in {"*", item.etag, item.ctag}:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "resourceModified")


def check_lock(item: Item) -> None:
    """Refuse to replace what somebody has open."""
    if item.open_by:
        raise Refused(HTTPStatus.LOCKED, "resourceLocked")


def checked_name(name: object) -> str:
    """The name, when SharePoint allows it."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not FORBIDDEN.isdisjoint(name):
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="invalidName")
    is_edged = name != name.strip() or name.endswith(".") or name.startswith("~$")
    if is_edged or name.casefold() in RESERVED or not name.isprintable():
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="invalidName")
    return name


def behaviour(asked: str | None, default: str) -> str:
    """What to do where the name is taken."""
    if (asked or default) not in BEHAVIOURS:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="invalidConflictBehavior")
    return asked or default


def free_name(drive: Drive, parent: Item, name: str) -> str:
    """The name with the first number that makes it free, as "letter 1.pdf"."""
    stem, dot, ending = name.rpartition(".")
    number = 1
    while drive.child(parent, f"{stem or ending} {number}{dot if stem else ''}{ending if stem else ''}"):
        number += 1
    return f"{stem or ending} {number}{dot if stem else ''}{ending if stem else ''}"


def chosen(body: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The members asked for with $select; nothing is expanded here."""
    if "$expand" in asked.query:
        raise Refused(HTTPStatus.BAD_REQUEST, "notSupported")
    names = asked.query.get("$select", "").split(",")
    return body if names == [""] else {name: body[name] for name in names if name in body}


def page(asked: Asked, path: str, bodies: list[dict[str, Any]]) -> Answer:
    """One page of a list, with a link to the next."""
    unknown = set(asked.query) - {"$top", "$skip", "$select"}
    if unknown:
        raise Refused(HTTPStatus.BAD_REQUEST, "notSupported")
    size, start = int(asked.query.get("$top", PAGE)), int(asked.query.get("$skip", 0))
    here = {"value": [chosen(body, asked) for body in bodies[start : start + size]]}
    if start + size < len(bodies):
        kept = f"&$select={asked.query['$select']}" if "$select" in asked.query else ""
        here["@odata.nextLink"] = f"{asked.url}/v1.0{path}?$top={size}&$skip={start + size}{kept}"  # type: ignore[assignment]
    return Answer(body=here)


def _drive(tenant: Tenant, asked: Asked) -> Answer:
    return Answer(body=chosen(drive_json(drive_of(tenant, asked)), asked))


def _root(tenant: Tenant, asked: Asked) -> Answer:
    drive = drive_of(tenant, asked)
    return Answer(body=chosen(item_json(drive, drive.root), asked))


def _item(tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    if asked.headers.get("if-none-match") in {item.etag, item.ctag}:
        return Answer(HTTPStatus.NOT_MODIFIED)
    body = item_json(drive, item)
    if DOWNLOAD_URL in asked.query.get("$select", "").split(",") and item.content is not None:
        body[DOWNLOAD_URL] = address_of_content(tenant, asked, partial(content_now, tenant, item))
    return Answer(body=chosen(body, asked), headers={"ETag": item.etag})


def content_now(tenant: Tenant, item: Item) -> bytes:
    """What a file holds at this moment, as far as a download can know. Raises Refused for a folder."""
    settle(tenant, item)
    if item.content is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    return item.content


def address_of_content(tenant: Tenant, asked: Asked, content: Callable[[], bytes]) -> str:
    """An address that needs no token, and gives this when it is asked."""
    token = secrets.token_urlsafe(24)
    tenant.downloads[token] = content
    return f"{asked.url}{DOWNLOAD}{token}"


def _children(tenant: Tenant, asked: Asked, drive: Drive, folder: Item) -> Answer:
    now = tenant.clock()
    shown = [item for item in drive.children(folder) if now - item.created_at >= drive.lag]
    return page(asked, f"/drives/{drive.id}/items/{folder.id}/children", [item_json(drive, item) for item in shown])


def _make_folder(tenant: Tenant, asked: Asked, drive: Drive, parent: Item) -> Answer:
    name, how = checked_name(asked.json.get("name")), behaviour(asked.json.get(CONFLICT), "fail")
    if "folder" not in asked.json or parent.content is not None:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    before = drive.child(parent, name)
    if before and (how == "fail" or before.content is not None):
        raise Refused(HTTPStatus.CONFLICT, "nameAlreadyExists")
    if before and how == "replace":
        return Answer(HTTPStatus.CREATED, item_json(drive, before))
    made = drive.add(parent, free_name(drive, parent, name) if before else name, None, tenant.clock(), author(asked))
    return Answer(HTTPStatus.CREATED, item_json(drive, made))


def _change(tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    """Rename or move."""
    check_match(asked, item)
    check_lock(item)
    parent_id = (asked.json.get("parentReference") or {}).get("id")
    parent = drive.items.get(parent_id) if parent_id else item.parent
    if parent is None or set(asked.json) - {"name", "parentReference"}:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    name = checked_name(asked.json.get("name", item.name))
    other = drive.child(parent, name)
    if other and other is not item:
        raise Refused(HTTPStatus.CONFLICT, "nameAlreadyExists")
    item.name, item.parent = name, parent
    item.touch(tenant.clock(), author(asked))
    return Answer(body=item_json(drive, item))


def _delete(_tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    check_match(asked, item)
    check_lock(item)
    if item is drive.root:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    drive.remove(item)
    return Answer(HTTPStatus.NO_CONTENT)


def _versions(_tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    now = {
        "id": f"{item.content_version}.0",
        "lastModifiedDateTime": stamp(item.modified_at),
        "size": size_of(drive, item),
    }
    before = [
        {"id": f"{old.number}.0", "lastModifiedDateTime": stamp(old.at), "size": len(old.content)}
        for old in reversed(item.history)
    ]
    return page(asked, f"/drives/{drive.id}/items/{item.id}/versions", [now, *before])


def _delta(tenant: Tenant, asked: Asked) -> Answer:
    """What changed since the token; everything without one. Deleted items are told by their id alone."""
    drive = drive_of(tenant, asked)
    now = {item.id: item.version for item in drive.all_items}
    token = asked.query.get("token")
    before = {} if token is None else now if token == "latest" else _mark(drive, token)  # noqa: S105 - Graph's own word
    changed = [item_json(drive, drive.items[each]) for each, version in now.items() if before.get(each) != version]
    gone = [
        {"id": each, "deleted": {"state": "deleted"}, "parentReference": reference(drive, drive.root)}
        for each in before
        if each not in now
    ]
    drive.marks.append(now)
    link = f"{asked.url}/v1.0/drives/{drive.id}/root/delta?token={len(drive.marks)}"
    return Answer(body={"value": changed + gone, "@odata.deltaLink": link})


def _mark(drive: Drive, token: str) -> dict[str, int]:
    if not token.isdigit() or not 0 < int(token) <= len(drive.marks):
        raise Refused(HTTPStatus.GONE, "resyncRequired")
    return drive.marks[int(token) - 1]


ITEM = "/drives/{drive-id}/items/{driveItem-id}"
BY_PATH = "/drives/{drive-id}/root:/{item-path}"
ROUTES = (
    Route("GET", "/drives/{drive-id}", _drive),
    Route("GET", "/drives/{drive-id}/root", _root),
    Route("GET", BY_PATH, on_item(_item)),
    Route("GET", "/drives/{drive-id}/items/root:/{item-path}", on_item(_item)),
    Route("GET", ITEM, on_item(_item)),
    Route("GET", f"{ITEM}/children", on_item(_children)),
    Route("GET", f"{BY_PATH}:/children", on_item(_children)),
    Route("POST", f"{ITEM}/children", on_item(_make_folder)),
    Route("PATCH", ITEM, on_item(_change)),
    Route("DELETE", ITEM, on_item(_delete)),
    Route("GET", f"{ITEM}/versions", on_item(_versions)),
    *(Route("GET", f"/drives/{{drive-id}}/root/delta{mark}", _delta) for mark in ("", "()")),
)
