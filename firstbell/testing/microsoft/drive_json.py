"""Drives, items and permissions as Graph describes them."""

import datetime as dt
import mimetypes
from typing import Any

from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.grants import MEMBER, Grant
from firstbell.testing.microsoft.quick_xor_hash import quick_xor_hash

HOST = "examplehill.sharepoint.com"
LINKS = {"read": "view", "write": "edit"}


def stamp(at: dt.datetime) -> str:
    """A moment as Graph writes it, in UTC and to the second."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def drive_json(drive: Drive) -> dict[str, Any]:
    """A document library."""
    return {
        "id": drive.id,
        "name": drive.name,
        "driveType": "documentLibrary",
        "webUrl": f"https://{HOST}/sites/{drive.site_id}/{drive.name}",
    }


def item_json(drive: Drive, item: Item) -> dict[str, Any]:
    """A file or folder."""
    person = {"user": {"displayName": item.modified_by}}
    body: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "eTag": item.etag,
        "cTag": item.ctag,
        "size": size_of(drive, item),
        "createdDateTime": stamp(item.created_at),
        "lastModifiedDateTime": stamp(item.modified_at),
        "lastModifiedBy": person,
        "webUrl": f"https://{HOST}/sites/{drive.site_id}/{drive.name}/{item.path}",
    }
    if item.parent is None:
        return body | {"root": {}, "folder": {"childCount": len(drive.children(item))}}
    body["parentReference"] = reference(drive, item.parent)
    if item.content is None:
        return body | {"folder": {"childCount": len(drive.children(item))}}
    kind = mimetypes.guess_type(item.name)[0] or "application/octet-stream"
    return body | {"file": {"mimeType": kind, "hashes": {"quickXorHash": quick_xor_hash(item.content)}}}


def size_of(drive: Drive, item: Item) -> int:
    """Bytes of a file, or of all that lies in a folder."""
    if item.content is not None:
        return len(item.content)
    return sum(size_of(drive, child) for child in drive.children(item))


def reference(drive: Drive, folder: Item) -> dict[str, Any]:
    """Where an item lies."""
    path = f"/drives/{drive.id}/root:" + (f"/{folder.path}" if folder.path else "")
    return {"driveId": drive.id, "driveType": "documentLibrary", "id": folder.id, "path": path, "siteId": drive.site_id}


def permission_json(grant: Grant) -> dict[str, Any]:
    """A permission. SharePoint does not say whether it is inherited."""
    body: dict[str, Any] = {"id": grant.id, "roles": [grant.role]}
    if grant.scope:
        link = {"scope": grant.scope, "type": LINKS[grant.role], "webUrl": f"https://{HOST}/:f:/{grant.id}"}
        return body | {"link": link, "grantedToIdentitiesV2": [_person(address) for address in grant.people]}
    if grant.group:
        return body | {"grantedToV2": {"siteGroup": {"id": "5", "displayName": grant.group, "loginName": grant.group}}}
    if grant.app:
        return body | {"grantedToV2": {"application": {"id": grant.app, "displayName": "A program"}}}
    return body | {"grantedToV2": _person(grant.people[0])}


def _person(address: str) -> dict[str, Any]:
    name = address.partition("@")[0]
    return {
        "user": {"id": f"user-{name}", "displayName": name},
        "siteUser": {"id": "12", "displayName": name, "loginName": f"{MEMBER}{address}"},
    }
