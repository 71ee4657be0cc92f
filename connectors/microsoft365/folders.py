"""Restricted folders in a document library of their own in the school's SharePoint.

Graph can't make a folder stop inheriting who may open it, but a first invitation can. So the library itself must be
kept to nobody: README.md says how it is set up. Who may open a folder is written on the folder and read back from it.
"""

from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from connectors._document_names import check_name
from connectors._folder_access import each_by_itself
from connectors.microsoft365.batches import Answer, Asking, ask_all
from connectors.microsoft365.documents import put_document
from connectors.microsoft365.found import whole_answers
from connectors.microsoft365.grantees import is_plain, let_in
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Reply
from firstbell.errors import NeedsHuman

DOING = "keep the restricted folders"
ROOT = "root"
# The people named work in the folder: they add a signed letter, they put a document right.
ROLE = "write"
LIBRARY_IS_OPEN = (
    "the folder is open to more than people named one by one, so nothing was put in it: "
    "keep the library of restricted folders to nobody"
)
NOT_KEPT = "SharePoint does not keep the folder to the people named: look at who has access, and remove the others"
NOT_KNOWN = "the directory does not know one of the people who may open the folder: check the staff in the settings"
# What SharePoint says of a permission that is inherited, or gone already.
NOT_DELETED = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class GraphFolders:
    """Folders at the root of one library; used by one run, which looks each folder up once."""

    def __init__(self, graph: Graph, drive_id: str) -> None:
        """Asks nobody yet."""
        self._graph = graph
        self._items = graph.at.drives.by_drive_id(drive_id).items
        self._ids: dict[str, str] = {}
        self._new: set[str] = set()
        self._looked_at: set[str] = set()

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Put a document, into a folder that is found closed before the run's first one. Raises NeedsHuman for a folder
        that a group, a link or a whole library lets others into, and while somebody has the document open.
        """
        document, folder_id = check_name(name), self._made(check_name(folder))
        if folder not in self._looked_at:
            self._check_closed(folder, folder_id)
        put_document(self._graph, self._items, folder_id, document, content)

    def set_access(self, folder: str, people: frozenset[str]) -> None:
        """Invite these people without a mail, and remove every other permission and every link. Raises NeedsHuman when
        the folder is still not kept to them; each guest among them must be known to the directory already.
        """
        self._looked_at.discard(folder)
        folder_id, wanted = self._made(check_name(folder)), frozenset(map(str.lower, people))
        if folder in self._new or not _is_kept_to(list(self._permissions(folder_id)), wanted):
            self._keep_to(folder, folder_id, wanted)
        self._new.discard(folder)

    def access(self, folder: str) -> frozenset[str]:
        """Who SharePoint says may open it: addresses in lower case, and "anyone", "everyone" or "a group" where a link
        or a group lets more in. Administrators of the site can always open it, and Graph does not name them.
        """
        folder_id = self._found(check_name(folder))
        who = _all_of(self._permissions(folder_id)) if folder_id else frozenset()
        if not _are_named(who):
            self._looked_at.discard(folder)
        return who

    def access_to_each(self, folders: Collection[str]) -> dict[str, frozenset[str] | NeedsHuman]:
        """As `access`, in batches: the folders are looked up, and then it is read who may open them. Each answer is
        judged by itself; what a batch refused or left out is asked for again, alone.
        """
        unknown = {name: self._finding(name) for name in map(check_name, folders) if name not in self._ids}
        looked_up = self._answers(unknown)
        ids = each_by_itself(lambda name: self._ids.get(name) or self._known(name, looked_up[name].reply()), folders)
        pages = self._answers({name: self._listing(each) for name, each in ids.items() if isinstance(each, str)})
        who = each_by_itself(lambda name: _all_of(self._all_pages(pages[name].reply())), pages)
        nobody: frozenset[str] = frozenset()
        needs = {name: each for name, each in ids.items() if isinstance(each, NeedsHuman)}
        return dict.fromkeys(folders, nobody) | needs | who

    def _answers(self, askings: Mapping[str, Asking]) -> dict[str, Answer]:
        return dict(zip(askings, ask_all(self._graph, [*askings.values()]), strict=True))

    def _check_closed(self, folder: str, folder_id: str) -> None:
        who = _all_of(self._permissions(folder_id))
        if (folder in self._new and who) or not _are_named(who):
            raise NeedsHuman(LIBRARY_IS_OPEN, f"folder {folder}")
        self._looked_at.add(folder)

    def _keep_to(self, folder: str, folder_id: str, people: frozenset[str]) -> None:
        if people:
            self._invite(folder, folder_id, people)
        found = list(self._permissions(folder_id))
        if others := [each for each in found if not _lets_in_only(each, people)]:
            for permission in others:
                where = self._items.by_drive_item_id(folder_id).permissions.by_permission_id(permission["id"])
                self._graph.ask("DELETE", where, doing=DOING, may_be=NOT_DELETED)
            found = list(self._permissions(folder_id))
        if not _is_kept_to(found, people):
            raise NeedsHuman(NOT_KEPT, f"folder {folder}")

    def _invite(self, folder: str, folder_id: str, people: frozenset[str]) -> None:
        asked = {
            "recipients": [{"email": person} for person in sorted(people)],
            "roles": [ROLE],
            "requireSignIn": True,
            "sendInvitation": False,
            "retainInheritedPermissions": False,
        }
        where = self._items.by_drive_item_id(folder_id).invite
        reply = self._graph.ask("POST", where, doing=DOING, json=asked, may_be={HTTPStatus.BAD_REQUEST})
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise NeedsHuman(NOT_KNOWN, f"folder {folder}")

    def _permissions(self, folder_id: str) -> Iterator[dict[str, Any]]:
        return self._all_pages(ask_all(self._graph, [self._listing(folder_id)])[0].reply())

    def _listing(self, folder_id: str) -> Asking:
        return Asking("GET", self._items.by_drive_item_id(folder_id).permissions, DOING)

    def _all_pages(self, first: Reply) -> Iterator[dict[str, Any]]:
        page = first.json()
        yield from _value_of(page)
        while where := page.get("@odata.nextLink"):
            page = self._graph.ask("GET", where, doing=DOING).json()
            yield from _value_of(page)

    def _made(self, folder: str) -> str:
        """The folder's id; it is made where it is missing."""
        return self._found(folder) or self._make(folder)

    def _found(self, folder: str) -> str | None:
        return self._ids.get(folder) or self._known(folder, ask_all(self._graph, [self._finding(folder)])[0].reply())

    def _finding(self, folder: str) -> Asking:
        where = self._items.by_drive_item_id(f"{ROOT}:/{folder}")
        return Asking("GET", where, DOING, may_be={HTTPStatus.NOT_FOUND})

    def _known(self, folder: str, reply: Reply) -> str | None:
        """The folder's id by this answer, remembered for the run; None where there is no such folder."""
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        with whole_answers():
            self._ids[folder] = _folder_id(folder, reply.json())
        return self._ids[folder]

    def _make(self, folder: str) -> str:
        asked = {"name": folder, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}
        where = self._items.by_drive_item_id(ROOT).children
        reply = self._graph.ask("POST", where, doing=DOING, json=asked, may_be={HTTPStatus.CONFLICT})
        if reply.status == HTTPStatus.CONFLICT:  # made a moment ago: by our own request whose answer was lost, perhaps
            self._new.add(folder)
            return self._found(folder) or _folder_id(folder, {})
        self._new.add(folder)
        self._ids[folder] = _folder_id(folder, reply.json())
        return self._ids[folder]


def _value_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """What a page lists; half an answer must never read as a folder that nobody may open."""
    with whole_answers():
        return list(page["value"])


def _lets_in_only(permission: dict[str, Any], people: frozenset[str]) -> bool:
    return is_plain(permission) and let_in(permission) <= people


def _is_kept_to(permissions: list[dict[str, Any]], people: frozenset[str]) -> bool:
    return all(_lets_in_only(each, people) for each in permissions) and _all_of(permissions) == people


def _are_named(who: frozenset[str]) -> bool:
    """Whether these are people named one by one."""
    return all("@" in each for each in who)


def _all_of(permissions: "Iterator[dict[str, Any]] | list[dict[str, Any]]") -> frozenset[str]:
    return frozenset().union(*map(let_in, permissions))


def _folder_id(folder: str, item: dict[str, Any]) -> str:
    if "folder" not in item:
        raise NeedsHuman("there is something else where a restricted folder should be: rename it", f"folder {folder}")
    return str(item["id"])
