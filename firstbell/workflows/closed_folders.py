"""Folders that only the people named may open: closed and read back before anything about a pupil lies in them.

Who was named for which folder stands in the ledger, by initials, so that the nightly self-check can look again.
"""

from collections.abc import Iterable, Mapping

from firstbell.errors import NeedsHuman
from firstbell.settings import Settings
from firstbell.workflows.office import Office

CLOSED = "folder.closed"


def keep_to(office: Office, folder: str, readers: Iterable[str]) -> None:
    """Let exactly the staff with these initials open a folder, and write down whom. Raises NeedsHuman."""
    named = tuple(sorted(frozenset(readers)))
    office.folders.set_access(folder, addresses_of(office.settings, named))
    if kept_to(office).get(folder) != named:
        facts = {"folder": folder, "readers": "; ".join(named)}
        office.store.ledger.append(CLOSED, at=office.clock.now(), actor="Firstbell", facts=facts)


def close_folder(office: Office, folder: str, readers: Iterable[str]) -> None:
    """Keep a folder to these staff, and read it back. Raises NeedsHuman when it can be opened otherwise."""
    named = tuple(readers)
    keep_to(office, folder, named)
    if not is_kept_to(office, folder, named):
        raise NeedsHuman("the folder can't be kept to the people named, so nothing was put in it", f"folder {folder}")


def put_closed(office: Office, folder: str, readers: Iterable[str], document: str, page: str) -> None:
    """Close the folder, and only then put a page in it. Raises NeedsHuman, also for nobody."""
    named = tuple(readers)
    if not addresses_of(office.settings, named):
        raise NeedsHuman("the folder can't be kept to the people named, for nobody is", f"folder {folder}")
    close_folder(office, folder, named)
    office.folders.put(folder, document, page.encode())


def is_kept_to(office: Office, folder: str, readers: Iterable[str]) -> bool:
    """Whether exactly these staff may open the folder: the settings or somebody's hand may have changed since."""
    return _lowered(office.folders.access(folder)) == _addresses(office, readers)


def others_in(office: Office, kept: Mapping[str, Iterable[str]]) -> Mapping[str, int | NeedsHuman]:
    """How many may open each folder besides the staff it is kept to; a link or a group that lets many in counts as one.
    For a folder that a person must see to, what to do. Raises RetryLater, Misconfigured.
    """
    return {
        folder: found if isinstance(found, NeedsHuman) else len(_lowered(found) - _addresses(office, kept[folder]))
        for folder, found in office.folders.access_to_each(kept).items()
    }


def kept_to(office: Office) -> Mapping[str, tuple[str, ...]]:
    """Every folder that was closed, with the initials of whom it was kept to last."""
    entries = office.store.ledger.entries(kind=CLOSED)
    return {entry.facts["folder"]: tuple(entry.facts["readers"].split("; ")) for entry in entries}


def addresses_of(settings: Settings, readers: Iterable[str]) -> frozenset[str]:
    """The addresses of the staff with these initials."""
    named = frozenset(readers)
    return frozenset(person.email for person in settings.staff if person.initials in named)


def _addresses(office: Office, readers: Iterable[str]) -> frozenset[str]:
    return _lowered(addresses_of(office.settings, readers))


def _lowered(people: frozenset[str]) -> frozenset[str]:
    """Addresses are the same in capitals, and a service gives them back as it likes."""
    return frozenset(map(str.lower, people))
