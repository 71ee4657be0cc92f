"""The workbooks that Excel has open in the tenant of pretence: sessions, live books behind files, and their lag.

While a workbook is open, what is written stands in Excel at once, raises the file's version at once, and reaches the
file that is downloaded some seconds later. So it is in SharePoint, and a program that takes the download for the truth
loses what people typed in between.
"""

import datetime as dt
import io
from http import HTTPStatus

from openpyxl import load_workbook

from firstbell.testing.microsoft.asked import Refused
from firstbell.testing.microsoft.files import Item
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_state import LiveBook, Session

IDLE = {True: dt.timedelta(minutes=5), False: dt.timedelta(minutes=7)}
LAG = dt.timedelta(seconds=20)


def begin(tenant: Tenant, item: Item, *, persists: bool) -> str:
    """Open a session; the file counts as open while it lasts. Raises Refused."""
    refuse_unopenable(tenant, item)
    tenant.workbooks.made += 1
    key = f"cluster=UK1&session={tenant.workbooks.made:08}"
    tenant.workbooks.sessions[key] = Session(item.id, persists, tenant.clock())
    item.open_by.add(key)
    return key


def refuse_unopenable(tenant: Tenant, item: Item) -> None:
    """Raise Refused for a file that the service does not open."""
    if tenant.workbooks.refuses_apps:
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", inner="accessDeniedUncategorized")
    if item.id in tenant.workbooks.labelled:
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", inner="OpenWorkbookAccessDenied")
    if item.id in tenant.workbooks.held:
        raise Refused(HTTPStatus.CONFLICT, "conflict", inner="accessConflict")


def session_of(tenant: Tenant, item: Item, key: str) -> Session:
    """A session that is still good, and its time begins anew. Raises Refused for one that is over."""
    end_idle_sessions(tenant)
    session = tenant.workbooks.sessions.get(key)
    if session is None or session.item_id != item.id:
        raise Refused(HTTPStatus.NOT_FOUND, "ItemNotFound", inner="invalidSessionReCreatable")
    session.used_at = tenant.clock()
    return session


def end(tenant: Tenant, key: str) -> None:
    """Close a session."""
    session = tenant.workbooks.sessions.pop(key)
    for drive in tenant.drives.values():
        if session.item_id in drive.items:
            drive.items[session.item_id].open_by.discard(key)


def end_idle_sessions(tenant: Tenant) -> None:
    """Close the sessions that nobody has used for too long; then the file is no longer open for their sake."""
    now = tenant.clock()
    sessions = tenant.workbooks.sessions
    for key in [key for key, each in sessions.items() if now - each.used_at > IDLE[each.persists]]:
        end(tenant, key)


def live_book(tenant: Tenant, item: Item) -> LiveBook:
    """The workbook as Excel has it now; a file that was uploaded meanwhile is opened afresh. Raises Refused."""
    live = tenant.workbooks.live.get(item.id)
    if live is None or live.loaded is not item.content:
        if item.content is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "unsupportedWorkbook")
        live = LiveBook(load_workbook(io.BytesIO(item.content)), item.content)
        tenant.workbooks.live[item.id] = live
    return live


def changed(tenant: Tenant, item: Item, by: str) -> None:
    """Somebody changed the live book: another version of the file, at once."""
    item.content_version += 1
    item.touch(tenant.clock(), by)
    tenant.workbooks.live[item.id].changed_at = item.modified_at


def settle(tenant: Tenant, item: Item) -> None:
    """Before a download: the file takes in what Excel was told, once the lag is over."""
    end_idle_sessions(tenant)
    live = tenant.workbooks.live.get(item.id)
    if live is None or live.loaded is not item.content or live.changed_at is None:
        return
    if tenant.clock() - live.changed_at >= LAG:
        raw = io.BytesIO()
        live.book.save(raw)
        item.content = live.loaded = raw.getvalue()
        live.changed_at = None
