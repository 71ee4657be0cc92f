"""Put a document into a folder of SharePoint: a small one at once, a large one in fragments that are taken up again."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import TRY_AGAIN_AFTER, Reply
from firstbell.errors import NeedsHuman, RetryLater

if TYPE_CHECKING:
    from msgraph.generated.drives.item.items.item.drive_item_item_request_builder import DriveItemItemRequestBuilder
    from msgraph.generated.drives.item.items.items_request_builder import ItemsRequestBuilder

SMALL = 4 * 1024 * 1024
# A multiple of 320 KiB, as fragments must be, and a good deal below the 60 MiB they may have.
FRAGMENT = 16 * 320 * 1024
SESSIONS = 2
DOING = "put a document into a restricted folder"
REPLACE = {"item": {"@microsoft.graph.conflictBehavior": "replace"}}


def put_document(graph: Graph, items: "ItemsRequestBuilder", folder_id: str, name: str, content: bytes) -> None:
    """Put it there, replacing one of the same name, so that a second time changes nothing. Raises NeedsHuman while
    somebody has it open, RetryLater; what else `Graph.ask` raises.
    """
    place = items.by_drive_item_id(f"{folder_id}:/{name}:")
    if len(content) > SMALL:
        _put_large(graph, place, content)
        return
    _not_locked(graph.ask("PUT", place.content, doing=DOING, content=content, may_be={HTTPStatus.LOCKED}))


def _put_large(graph: Graph, place: "DriveItemItemRequestBuilder", content: bytes) -> None:
    for _ in range(SESSIONS):
        asked = graph.ask("POST", place.create_upload_session, doing=DOING, json=REPLACE, may_be={HTTPStatus.LOCKED})
        if _sent(graph, _not_locked(asked).json()["uploadUrl"], content):
            return
    raise RetryLater(TRY_AGAIN_AFTER)


def _sent(graph: Graph, url: str, content: bytes) -> bool:
    """Whether all of it was taken; False when the session is over, after a while or after an answer that was lost."""
    start = 0
    for _ in range(2 * (len(content) // FRAGMENT + 1)):
        reply = _send(graph, url, content, start)
        if reply.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # it has come, and its answer was lost
            reply = graph.ask_unsigned("GET", url, doing=DOING, may_be={HTTPStatus.NOT_FOUND})
        if reply.status == HTTPStatus.NOT_FOUND:
            return False
        expected = reply.json().get("nextExpectedRanges")
        if not expected:
            return True
        start = int(expected[0].partition("-")[0])
    raise RetryLater(TRY_AGAIN_AFTER)


def _send(graph: Graph, url: str, content: bytes, start: int) -> Reply:
    part = content[start : start + FRAGMENT]
    which = f"bytes {start}-{start + len(part) - 1}/{len(content)}"
    usual = {HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, HTTPStatus.LOCKED}
    reply = graph.ask_unsigned("PUT", url, doing=DOING, content=part, headers={"Content-Range": which}, may_be=usual)
    return _not_locked(reply)


def _not_locked(reply: Reply) -> Reply:
    if reply.status == HTTPStatus.LOCKED:
        raise NeedsHuman("somebody has a document open that Firstbell would replace: close it", "the restricted folder")
    return reply
