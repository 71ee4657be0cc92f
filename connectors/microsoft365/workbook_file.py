"""The workbook as a file in a library: found, downloaded, put there, and replaced only if nobody saved since."""

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from connectors._xlsx.fitness import refuse_unfit
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy, Reply
from firstbell.errors import NeedsHuman

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A download may show the file as it was some seconds ago, after work in it through Excel; about twenty were seen.
AT_REST = dt.timedelta(minutes=1)
CHANGED = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT})


@dataclass(frozen=True, slots=True)
class Version:
    """The file as it stands: the item's id, its eTag, and when anybody changed it last."""

    item_id: str
    etag: str
    changed_at: dt.datetime

    def is_at_rest(self, now: dt.datetime) -> bool:
        """Whether a download is sure to be this version."""
        return now - self.changed_at >= AT_REST


class WorkbookInLibrary:
    """One .xlsx file at a path of a drive."""

    def __init__(self, graph: Graph, drive_id: str, path: str) -> None:
        self._graph = graph
        self._drive = f"/drives/{quote(drive_id, safe='')}"
        self._path = path
        self.name = path.rpartition("/")[2]

    def version(self) -> Version | None:
        """The file as it stands now; None when it is not there."""
        reply = self._graph.ask(
            "GET",
            f"{self._drive}/root:/{quote(self._path)}?$select=id,eTag,lastModifiedDateTime",
            doing="find the workbook",
            may_be={HTTPStatus.NOT_FOUND},
        )
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        found = reply.json()
        return Version(found["id"], found["eTag"], dt.datetime.fromisoformat(found["lastModifiedDateTime"]))

    def content(self, version: Version) -> bytes:
        """What is downloaded now. Raises NeedsHuman for what is no workbook of ours."""
        reply = self._graph.ask(
            "GET", self._content_of(version), doing="download the workbook", may_be={HTTPStatus.FOUND}
        )
        if reply.status == HTTPStatus.FOUND:
            reply = self._graph.ask_unsigned("GET", reply.headers["location"], doing="download the workbook")
        refuse_unfit(reply.content, self.name)
        return reply.content

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


class OpenElsewhere(NeedsHuman):
    """Somebody has the workbook open, so that the file can't be replaced."""
