"""Upload sessions: a large file in fragments, in order, to an address that is its own permission."""

import datetime as dt
import re
import secrets
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.drive_content import replaced, saved
from firstbell.testing.microsoft.drives import (
    BY_PATH,
    CONFLICT,
    ITEM,
    author,
    behaviour,
    check_lock,
    check_match,
    checked_name,
    drive_of,
    item_of,
    on_item,
)
from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.upload_state import Upload

UPLOAD = "/upload/"
LASTS = dt.timedelta(hours=1)
FRAGMENT, LARGEST = 320 * 1024, 60 * 1024 * 1024
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def _begin(tenant: Tenant, asked: Asked, drive: Drive, place: Item, name: str) -> Answer:
    told = (asked.json or {}).get("item") or {}
    if set(told) - {CONFLICT, "name", "fileSize"} or told.get("name", name) != name:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    before = drive.child(place, checked_name(name)) if name else place
    if before:
        check_match(asked, before)
        check_lock(before)
    token = secrets.token_urlsafe(24)
    upload = Upload(asked, drive, place, name, behaviour(told.get(CONFLICT), "fail"), tenant.clock() + LASTS)
    tenant.uploads[token] = upload
    return Answer(body=upload.status() | {"uploadUrl": f"{asked.url}{UPLOAD}{token}"})


def _begin_on_item(tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    return _begin(tenant, asked, drive, item, "")


def _begin_by_name(tenant: Tenant, asked: Asked) -> Answer:
    drive = drive_of(tenant, asked)
    return _begin(tenant, asked, drive, item_of(drive, asked), asked.params["file-name"])


def _begin_by_path(tenant: Tenant, asked: Asked) -> Answer:
    drive = drive_of(tenant, asked)
    *above, name = asked.params["item-path"].strip("/").split("/")
    parent = drive.folder(map(checked_name, above), tenant.clock(), author(asked))
    return _begin(tenant, asked, drive, parent, name)


def _session(tenant: Tenant, asked: Asked) -> Upload:
    if "authorization" in asked.headers:  # Graph refuses a token here: the address is the permission
        raise Refused(HTTPStatus.UNAUTHORIZED, "unauthenticated")
    upload = tenant.uploads.get(asked.params["rest"])
    if upload is None or tenant.clock() >= upload.until:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    return upload


def _fragment(tenant: Tenant, asked: Asked) -> Answer:
    upload = _session(tenant, asked)
    _take(upload, asked)
    if len(upload.received) != upload.total:
        return Answer(HTTPStatus.ACCEPTED, upload.status())
    try:
        answer = _whole(tenant, upload)
    except Refused:
        del upload.received[-len(asked.content) :]  # so that the last fragment can be sent again
        raise
    del tenant.uploads[asked.params["rest"]]
    return answer


def _take(upload: Upload, asked: Asked) -> None:
    """Add a fragment: the next one, whole, and of the right size unless it is the last."""
    told = RANGE.fullmatch(asked.headers.get("content-range", ""))
    first, last, total = (int(number) for number in told.groups()) if told else (0, 0, 0)
    if told is None or last - first + 1 != len(asked.content) or upload.total not in {None, total}:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    if len(asked.content) > LARGEST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "invalidRequest", inner="fragmentTooLarge")
    if first != len(upload.received):
        raise Refused(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "invalidRange", inner="fragmentOverlap")
    if last + 1 != total and len(asked.content) % FRAGMENT:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="fragmentSize")
    upload.total = total
    upload.received += asked.content


def _whole(tenant: Tenant, upload: Upload) -> Answer:
    """All has come: only now is it a file, and only now is a taken name found out."""
    content = bytes(upload.received)
    if upload.name:
        return saved(tenant, upload.asked, upload.drive, upload.place, upload.name, content, upload.how)
    return replaced(tenant, upload.asked, upload.drive, upload.place, content)


def _status(tenant: Tenant, asked: Asked) -> Answer:
    return Answer(body=_session(tenant, asked).status())


def _cancel(tenant: Tenant, asked: Asked) -> Answer:
    _session(tenant, asked)
    del tenant.uploads[asked.params["rest"]]
    return Answer(HTTPStatus.NO_CONTENT)


ROUTES = (
    Route("POST", f"{ITEM}/createUploadSession", on_item(_begin_on_item)),
    Route("POST", f"{ITEM}:/{{file-name}}:/createUploadSession", _begin_by_name),
    Route("POST", f"{BY_PATH}:/createUploadSession", _begin_by_path),
    Route("PUT", UPLOAD, _fragment, is_open=True),
    Route("GET", UPLOAD, _status, is_open=True),
    Route("DELETE", UPLOAD, _cancel, is_open=True),
)
