"""Folders that only the people named may open: closed and read back before anything about a pupil lies in them."""

from collections.abc import Iterable

from firstbell.errors import NeedsHuman
from firstbell.ports import Folders
from firstbell.settings import Settings


def close_folder(folders: Folders, folder: str, people: frozenset[str]) -> None:
    """Let exactly these people, by e-mail address, open a folder. Raises NeedsHuman when it can be opened otherwise."""
    folders.set_access(folder, people)
    if folders.access(folder) != people:
        raise NeedsHuman("the folder can't be kept to the people named, so nothing was put in it", f"folder {folder}")


def put_closed(folders: Folders, folder: str, people: frozenset[str], document: str, page: str) -> None:
    """Close the folder, and only then put a page in it. Raises NeedsHuman, also for nobody."""
    if not people:
        raise NeedsHuman("the folder can't be kept to the people named, for nobody is", f"folder {folder}")
    close_folder(folders, folder, people)
    folders.put(folder, document, page.encode())


def addresses_of(settings: Settings, readers: Iterable[str]) -> frozenset[str]:
    """The addresses of the staff with these initials."""
    named = frozenset(readers)
    return frozenset(person.email for person in settings.staff if person.initials in named)
