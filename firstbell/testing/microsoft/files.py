"""The state of document libraries: drives of items, each with its versions, who may open it, and who has it open."""

import datetime as dt
from dataclasses import dataclass, field

ROOT = "root"


@dataclass
class Item:
    """A file, or a folder where `content` is None. `version` grows with each save and makes the eTag; `content_version`
    only with the content, and makes the cTag. `open_by`: the people who have it open in Excel, by address.
    `roles`: address to "read", "write" or "owner"; None where it inherits its parent's.
    """

    id: str
    name: str
    parent: "Item | None"
    content: bytes | None
    modified_at: dt.datetime
    modified_by: str
    version: int = 1
    content_version: int = 1
    open_by: set[str] = field(default_factory=set)
    roles: dict[str, str] | None = None

    @property
    def etag(self) -> str:
        return f'"{{{self.id}}},{self.version}"'

    @property
    def ctag(self) -> str:
        return f'"c:{{{self.id}}},{self.content_version}"'

    def save(self, content: bytes, at: dt.datetime, by: str) -> None:
        """Other content, and so another version."""
        self.content, self.modified_at, self.modified_by = content, at, by
        self.version += 1
        self.content_version += 1


@dataclass
class Drive:
    """One document library, in a site. `items` by id, the root among them under its own id and as "root"."""

    id: str
    site_id: str
    items: dict[str, Item] = field(default_factory=dict)
    made: int = 0

    @classmethod
    def empty(cls, drive_id: str, site_id: str, at: dt.datetime, owners: dict[str, str]) -> "Drive":
        """A library with nothing in it, which these people may open."""
        drive = cls(drive_id, site_id)
        drive.items[ROOT] = Item(f"01{drive_id}ROOT", ROOT, None, None, at, "", roles=dict(owners))
        drive.items[drive.items[ROOT].id] = drive.items[ROOT]
        return drive

    @property
    def root(self) -> Item:
        return self.items[ROOT]

    def children(self, folder: Item) -> list[Item]:
        """What lies in a folder, by name."""
        return sorted({i.id: i for i in self.items.values() if i.parent is folder}.values(), key=lambda i: i.name)

    def at(self, path: str) -> Item | None:
        """What lies at a path below the root; names are the same in any case, as SharePoint has it."""
        here: Item | None = self.root
        for part in path.split("/"):
            found = (i for i in (self.children(here) if here else []) if i.name.casefold() == part.casefold())
            here = next(found, None)
        return here

    def add(self, parent: Item, name: str, content: bytes | None, at: dt.datetime, by: str) -> Item:
        """A new file or folder."""
        self.made += 1
        item = Item(f"01{self.id}{self.made:06}", name, parent, content, at, by)
        self.items[item.id] = item
        return item
