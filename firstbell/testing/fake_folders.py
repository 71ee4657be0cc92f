"""Restricted folders in memory."""

from collections.abc import Collection

from connectors._document_names import check_name
from connectors._folder_access import each_by_itself
from firstbell.errors import NeedsHuman


class FakeFolders:
    """Folders for tests. `documents` holds content by folder and name; nobody may open a folder until somebody may."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], bytes] = {}
        self._access: dict[str, frozenset[str]] = {}

    def put(self, folder: str, name: str, content: bytes) -> None:
        self.documents[check_name(folder), check_name(name)] = content

    def set_access(self, folder: str, people: frozenset[str]) -> None:
        self._access[check_name(folder)] = people

    def access(self, folder: str) -> frozenset[str]:
        return self._access.get(check_name(folder), frozenset())

    def access_to_each(self, folders: Collection[str]) -> dict[str, frozenset[str] | NeedsHuman]:
        return each_by_itself(self.access, folders)

    def drift(self, folder: str, *people: str) -> None:
        """Somebody let more people in by hand."""
        self._access[folder] = self.access(folder) | set(people)


class OpenFolders(FakeFolders):
    """A disk on which no folder can be closed."""

    def access(self, folder: str) -> frozenset[str]:
        return super().access(folder) | {"everyone"}
