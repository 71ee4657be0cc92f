"""Restricted folders on disk: only the account that runs Firstbell may open them, and a list says who may be let in.

On a system where a folder can't be closed in this way (Windows, most USB sticks) reading back says "everyone": it is
never claimed that a folder is closed when it is not.
"""

import json
import stat
from collections.abc import Collection
from pathlib import Path

from connectors._document_names import check_name
from connectors._folder_access import each_by_itself
from connectors.local.disk import disk_errors, write_file
from firstbell.errors import NeedsHuman

EVERYONE = "everyone"
_ONLY_US = stat.S_IRWXU
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class LocalFolders:
    """Folders below one folder on disk; who may open each is listed in `.access`, which no folder can be called."""

    def __init__(self, folder: Path) -> None:
        self._root = folder

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Write the document whole, into a folder that is closed before anything is in it."""
        document = check_name(name)
        with disk_errors("the restricted folders"):
            path = self._folder(folder)
            if not path.exists():
                self._close(path)
            write_file(path / document, content)

    def set_access(self, folder: str, people: frozenset[str]) -> None:
        """Close the folder, then write down who may be let in."""
        with disk_errors("the restricted folders"):
            self._close(self._folder(folder))
            listed, names = self._list(folder), json.dumps(sorted(people), indent=2).encode()
            if not listed.exists() or listed.read_bytes() != names:
                write_file(listed, names)

    def access(self, folder: str) -> frozenset[str]:
        """The people on the list, and "everyone" when the folder itself is open to other accounts."""
        with disk_errors("the restricted folders"):
            path = self._folder(folder)
            is_open = path.exists() and path.stat().st_mode & _OTHERS != 0
            return self._people(folder) | ({EVERYONE} if is_open else frozenset())

    def access_to_each(self, folders: Collection[str]) -> dict[str, frozenset[str] | NeedsHuman]:
        """One after another."""
        return each_by_itself(self.access, folders)

    def _folder(self, folder: str) -> Path:
        path = self._root / check_name(folder)
        if path.is_symlink():
            raise NeedsHuman("a restricted folder is a link to somewhere else: remove the link", folder)
        return path

    def _list(self, folder: str) -> Path:
        return self._root / ".access" / f"{folder}.json"

    def _close(self, path: Path) -> None:
        path.mkdir(mode=_ONLY_US, parents=True, exist_ok=True)
        path.chmod(_ONLY_US)

    def _people(self, folder: str) -> frozenset[str]:
        try:
            people = json.loads(self._list(folder).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return frozenset()
        except ValueError as error:
            raise _unreadable(folder) from error
        if not isinstance(people, list):
            raise _unreadable(folder)
        return frozenset(map(str, people))


def _unreadable(folder: str) -> NeedsHuman:
    return NeedsHuman("the list of who may open a folder can't be read: set the access again", folder)
