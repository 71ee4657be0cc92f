"""The workbook as a file in a library: found, downloaded, put there, and replaced only if nobody saved since."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from connectors._xlsx.fitness import refuse_unfit
from connectors.microsoft365.batches import Asking, ask_all
from connectors.microsoft365.found import whole_answers
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy, Reply
from connectors.microsoft365.workbook_session import WorkbookSession
from firstbell.errors import NeedsHuman

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A download may show the file as it was some seconds ago, after work in it through Excel; about twenty were seen.
AT_REST = dt.timedelta(minutes=1)
SHOWN = "id,eTag,lastModifiedDateTime,@microsoft.graph.downloadUrl"
DOWNLOADING = "download the workbook"
# What is said of an address that was good for a while only.
OVER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
CHANGED = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT})


@dataclass(frozen=True, slots=True)
class Version:
    """The file as it stands: the item's id, its eTag, and when anybody changed it last.

    `download_url` gives whatever the file holds when it is asked, for an hour or so, to anybody: it is never told.
    """

    item_id: str
    etag: str
    changed_at: dt.datetime
    download_url: str = field(default="", repr=False)

    def is_at_rest(self, now: dt.datetime) -> bool:
        """Whether a download is sure to be this version."""
        return now - self.changed_at >= AT_REST


class WorkbookInLibrary:
    """One .xlsx file at a path of a drive."""

    def __init__(self, graph: Graph, drive_id: str, path: str) -> None:
        self._graph, self._drive_id = graph, drive_id
        self._drive = f"/drives/{quote(drive_id, safe='')}"
        self._path = path
        self.name = path.rpartition("/")[2]

    def version(self) -> Version | None:
        """The file as it stands now; None when it is not there."""
        return version_in(ask_all(self._graph, [self.asking()])[0].reply())

    def asking(self) -> Asking:
        """Asks for the version."""
        where = f"{self._drive}/root:/{quote(self._path)}?$select={SHOWN}"
        return Asking("GET", where, "find the workbook", may_be={HTTPStatus.NOT_FOUND})

    def session(self, version: Version) -> WorkbookSession:
        """A session with it, which has not begun."""
        return WorkbookSession(self._graph, self._drive_id, version.item_id, self.name)

    def content(self, version: Version) -> bytes:
        """What is downloaded now. Raises NeedsHuman for what is no workbook of ours."""
        reply = self._from(version.download_url, may_be=OVER) if version.download_url else None
        if reply is None or reply.status in OVER:
            reply = self._graph.ask("GET", self._content_of(version), doing=DOWNLOADING, may_be={HTTPStatus.FOUND})
        if reply.status == HTTPStatus.FOUND:
            reply = self._from(reply.headers["location"])
        refuse_unfit(reply.content, self.name)
        return reply.content

    def _from(self, url: str, may_be: Collection[int] = ()) -> Reply:
        return self._graph.ask_unsigned("GET", url, doing=DOWNLOADING, may_be=may_be)

    def create(self, content: bytes) -> bool:
        """Put the file there; False when there is one by now."""
        reply = self._put(
            f"{self._drive}/root:/{quote(self._path)}:/content?@microsoft.graph.conflictBehavior=fail", content, {}
        )
        return reply.status not in CHANGED

    def replace(self, version: Version, content: bytes) -> bool:
        """Put other content in the place of this version; False when somebody saved since.

        Raises NeedsHuman while somebody has it open.
        """
        reply = self._put(self._content_of(version), content, {"If-Match": version.etag})
        return reply.status not in CHANGED

    def _put(self, where: str, content: bytes, headers: dict[str, str]) -> Reply:
        reply = self._graph.ask(
            "PUT",
            where,
            doing="save the workbook",
            policy=Policy.ONCE,
            content=content,
            content_type=KIND,
            headers=headers,
            may_be=CHANGED | {HTTPStatus.LOCKED},
        )
        if reply.status == HTTPStatus.LOCKED:
            raise OpenElsewhere(f"close {self.name}: someone has it open, and nothing was changed", self.name)
        return reply

    def _content_of(self, version: Version) -> str:
        return f"{self._drive}/items/{quote(version.item_id, safe='')}/content"


def version_in(reply: Reply) -> Version | None:
    """What an answer tells of the file; None when it is not there. Raises RetryLater for half an answer."""
    if reply.status == HTTPStatus.NOT_FOUND:
        return None
    found = reply.json()
    with whole_answers():
        changed_at = dt.datetime.fromisoformat(found["lastModifiedDateTime"])
        return Version(found["id"], found["eTag"], changed_at, found.get("@microsoft.graph.downloadUrl", ""))


class OpenElsewhere(NeedsHuman):
    """Somebody has the workbook open, so that the file can't be replaced."""
