"""The content of files: saved by id, by name in a folder or by path; fetched from an address that needs no token."""

import shutil
import subprocess
import tempfile
from http import HTTPStatus
from pathlib import Path

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.drive_json import item_json
from firstbell.testing.microsoft.drives import (
    BY_PATH,
    CONFLICT,
    DOWNLOAD,
    ITEM,
    address_of_content,
    author,
    behaviour,
    check_lock,
    check_match,
    checked_name,
    content_now,
    drive_of,
    free_name,
    item_of,
    on_item,
)
from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_books import settle

# What the service turns into PDF.
CONVERTIBLE = frozenset({"csv", "doc", "docx", "odp", "ods", "odt", "ppt", "pptx", "rtf", "xls", "xlsx"})
CONVERSION_SECONDS = 90


def saved(tenant: Tenant, asked: Asked, drive: Drive, parent: Item, name: str, content: bytes, how: str) -> Answer:
    """Content under a name in a folder: a new file, or what `how` says where there is one."""
    checked_name(name)
    before = drive.child(parent, name)
    if parent.content is not None or (before and before.content is None):
        raise Refused(HTTPStatus.CONFLICT, "nameAlreadyExists")
    if before and how == "fail":
        raise Refused(HTTPStatus.CONFLICT, "nameAlreadyExists")
    if before and how == "replace":
        return replaced(tenant, asked, drive, before, content)
    if "if-match" in asked.headers and not before:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "resourceModified")
    made = drive.add(parent, free_name(drive, parent, name) if before else name, content, tenant.clock(), author(asked))
    return Answer(HTTPStatus.CREATED, item_json(drive, made))


def replaced(tenant: Tenant, asked: Asked, drive: Drive, item: Item, content: bytes) -> Answer:
    """Other content in a file that is there."""
    settle(tenant, item)
    check_match(asked, item)
    check_lock(item)
    if item.content is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    item.save(content, tenant.clock(), author(asked))
    return Answer(HTTPStatus.OK, item_json(drive, item))


def _put(tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    return replaced(tenant, asked, drive, item, asked.content)


def _put_by_name(tenant: Tenant, asked: Asked) -> Answer:
    drive = drive_of(tenant, asked)
    how = behaviour(asked.query.get(CONFLICT), "replace")
    return saved(tenant, asked, drive, item_of(drive, asked), asked.params["file-name"], asked.content, how)


def _put_by_path(tenant: Tenant, asked: Asked) -> Answer:
    """Folders that are missing on the way are made."""
    drive = drive_of(tenant, asked)
    how = behaviour(asked.query.get(CONFLICT), "replace")
    *above, name = asked.params["item-path"].strip("/").split("/")
    parent = drive.folder(map(checked_name, above), tenant.clock(), author(asked))
    return saved(tenant, asked, drive, parent, name, asked.content, how)


def _get(tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    content = content_now(tenant, item)
    wanted = asked.query.get("format") or asked.query.get("$format")
    given = content if wanted is None else converted(item.name, content, wanted)
    return Answer(HTTPStatus.FOUND, headers={"Location": address_of_content(tenant, asked, lambda: given)})


def _download(tenant: Tenant, asked: Asked) -> Answer:
    content = tenant.downloads.get(asked.params["rest"])
    if content is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    return Answer(body=content())


def converted(name: str, content: bytes, wanted: str) -> bytes:
    """A document as PDF, by LibreOffice: 406 for what is none, 501 where this computer has no LibreOffice."""
    ending = name.rpartition(".")[2].casefold()
    if wanted != "pdf" or ending not in CONVERTIBLE:
        raise Refused(HTTPStatus.NOT_ACCEPTABLE, "notSupported")
    soffice = shutil.which("soffice")
    if soffice is None:
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, "notSupported")
    with tempfile.TemporaryDirectory() as folder:
        source, profile = Path(folder, f"document.{ending}"), Path(folder, "profile").as_uri()
        source.write_bytes(content)
        command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", folder]
        subprocess.run([*command, str(source)], check=False, capture_output=True, timeout=CONVERSION_SECONDS)  # noqa: S603
        result = source.with_suffix(".pdf")
        if not result.exists():
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "generalException")
        return result.read_bytes()


ROUTES = (
    Route("PUT", f"{ITEM}/content", on_item(_put)),
    Route("PUT", f"{ITEM}:/{{file-name}}:/content", _put_by_name),
    Route("PUT", f"{BY_PATH}:/content", _put_by_path),
    Route("PUT", "/drives/{drive-id}/items/root:/{item-path}:/content", _put_by_path),
    Route("GET", f"{ITEM}/content", on_item(_get)),
    Route("GET", DOWNLOAD, _download, is_open=True),
)
