"""The state of document libraries: drives of items, each with its versions, who may open it, and who has it open."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from firstbell.testing.microsoft.grants import Grant

ROOT = "root"


@dataclass(frozen=True, slots=True)
class Version:
    """What a file held before: its number, its content, since when and by whom."""

    number: int
    content: bytes
    at: dt.datetime
    by: str


@dataclass
class Item:
    """A file, or a folder where `content` is None. `version` grows with each save and makes the eTag; `content_version`
    only with the content, and makes the cTag. `open_by`: the people who have it open in Excel, by address.
    `grants`: who may open it; None where it inherits its parent's.
    """

    id: str
    name: str
    parent: "Item | None"
    content: bytes | None
    modified_at: dt.datetime
    modified_by: str
    created_at: dt.datetime
    version: int = 1
    content_version: int = 1
    open_by: set[str] = field(default_factory=set)
    grants: list[Grant] | None = None
    history: list[Version] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f'"{{{self.id}}},{self.version}"'

    @property
    def ctag(self) -> str:
        return f'"c:{{{self.id}}},{self.content_version}"'

    @property
    def path(self) -> str:
        """Its path below the root, without a slash at either end; empty for the root."""
        return f"{self.parent.path}/{self.name}".lstrip("/") if self.parent else ""

    @property
    def who(self) -> list[Grant]:
        """Who may open it, its own grants or those of the nearest folder above that has some."""
        if self.grants is not None or self.parent is None:
            return self.grants or []
        return self.parent.who

    @property
    def roles(self) -> dict[str, str] | None:
        """Its own grants as a page shows them: to whom, in what role; None where it inherits its parent's."""
        return None if self.grants is None else {name: grant.role for grant in self.grants for name in grant.names}

    def save(self, content: bytes, at: dt.datetime, by: str) -> None:
        """Other content, and so another version."""
        if self.content is not None:
            self.history.append(Version(self.content_version, self.content, self.modified_at, self.modified_by))
        self.content = content
        self.content_version += 1
        self.touch(at, by)

    def touch(self, at: dt.datetime, by: str) -> None:
        """Something about it changed: another eTag."""
        self.modified_at, self.modified_by = at, by
        self.version += 1


@dataclass(frozen=True, slots=True)
class Site:
    """A site at `https://{HOST}/{path}`."""

    id: str
    path: str
    name: str


@dataclass
class Drive:
    """One document library, in a site. `items` by id, the root among them under its own id and as "root".

    `lag`: how long a new item is missing from lists. `marks`: the versions of all items at each delta that was asked.
    """

    id: str
    site_id: str
    name: str = "Documents"
    items: dict[str, Item] = field(default_factory=dict)
    made: int = 0
    lag: dt.timedelta = dt.timedelta()
    marks: list[dict[str, int]] = field(default_factory=list)

    @classmethod
    def empty(cls, drive_id: str, site_id: str, at: dt.datetime, owners: dict[str, str], name: str = "") -> "Drive":
        """A library with nothing in it. `owners`: an address, or a group's name, to "read", "write" or "owner"."""
        drive = cls(drive_id, site_id, name or drive_id)
        grants = [
            Grant.to_person(who, role) if "@" in who else Grant.to_group(who, role) for who, role in owners.items()
        ]
        drive.items[ROOT] = Item(f"01{drive_id}ROOT", ROOT, None, None, at, "", at, grants=grants)
        drive.items[drive.root.id] = drive.root
        return drive

    @property
    def root(self) -> Item:
        return self.items[ROOT]

    @property
    def all_items(self) -> list[Item]:
        """Every item once, the root first."""
        return list({item.id: item for item in self.items.values()}.values())

    def children(self, folder: Item) -> list[Item]:
        """What lies in a folder, by name."""
        return sorted((item for item in self.all_items if item.parent is folder), key=lambda item: item.name)

    def child(self, folder: Item, name: str) -> Item | None:
        """What has this name in a folder; names are the same in any case, as SharePoint has it."""
        return next((item for item in self.children(folder) if item.name.casefold() == name.casefold()), None)

    def at(self, path: str) -> Item | None:
        """What lies at a path below the root."""
        here: Item | None = self.root
        for part in path.split("/"):
            here = self.child(here, part) if here else None
        return here

    def add(self, parent: Item, name: str, content: bytes | None, at: dt.datetime, by: str) -> Item:
        """A new file or folder."""
        self.made += 1
        item = Item(f"01{self.id}{self.made:06}", name, parent, content, at, by, at)
        self.items[item.id] = item
        return item

    def folder(self, path: Iterable[str], at: dt.datetime, by: str) -> Item:
        """The folder at a path, made with those above it where they are missing."""
        here = self.root
        for part in path:
            here = self.child(here, part) or self.add(here, part, None, at, by)
        return here

    def remove(self, item: Item) -> None:
        """Take an item away, with all that lies in it."""
        for child in self.children(item):
            self.remove(child)
        del self.items[item.id]
