"""Who may open what in a library: people, groups, programs and links; and what people do about it by hand."""

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.testing.microsoft.files import Item

BROAD = {"anonymous": "anyone with the link", "organization": "everyone with the link"}
MEMBER = "i:0#.f|membership|"


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. `scope` is that of a link ("anonymous", "organization", "users"), and empty for none."""

    id: str
    role: str
    people: tuple[str, ...] = ()
    group: str = ""
    app: str = ""
    scope: str = ""

    @classmethod
    def to_person(cls, address: str, role: str) -> "Grant":
        """The id follows from the person, as SharePoint has it."""
        return cls(base64.urlsafe_b64encode(f"{MEMBER}{address}".encode()).decode().rstrip("="), role, (address,))

    @classmethod
    def to_group(cls, name: str, role: str) -> "Grant":
        return cls(base64.urlsafe_b64encode(name.encode()).decode().rstrip("="), role, group=name)

    @property
    def names(self) -> tuple[str, ...]:
        """Whom it lets in, as a page shows it."""
        if self.scope in BROAD:
            return (BROAD[self.scope],)
        return self.people or (self.group or f"the program {self.app}",)


def own_grants(item: "Item") -> list[Grant]:
    """The grants of an item, which from now on no longer inherits: sharing it copies what it inherited."""
    if item.grants is None:
        item.grants = list(item.who)
    return item.grants


def let_in(item: "Item", address: str, role: str = "read") -> None:
    """Somebody is let in, by a person or by a program; again, and the role is the new one."""
    grants = own_grants(item)
    grants[:] = [grant for grant in grants if grant.scope or grant.people != (address,)]
    grants.append(Grant.to_person(address, role))


def let_group_in(item: "Item", name: str, role: str = "read") -> None:
    """A person lets a whole group in."""
    own_grants(item).append(Grant.to_group(name, role))


def make_link(item: "Item", scope: str, role: str = "read", people: tuple[str, ...] = ()) -> Grant:
    """Somebody makes a link; the same link again is the same one."""
    link = Grant(f"link-{scope}-{role}", role, people, scope=scope)
    grants = own_grants(item)
    before = next((grant for grant in grants if grant.id == link.id), None)
    if before is None:
        grants.append(link)
        return link
    merged = replace(before, people=tuple(dict.fromkeys((*before.people, *people))))
    grants[grants.index(before)] = merged
    return merged


def open_in_excel(item: "Item", address: str) -> None:
    """A person has the file open, in Excel or in the browser, and so nobody can replace it."""
    item.open_by.add(address)


def close_in_excel(item: "Item", address: str) -> None:
    """The person closes it."""
    item.open_by.discard(address)
