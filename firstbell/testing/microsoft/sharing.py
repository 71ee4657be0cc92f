"""Who may open what in a library: people, groups, programs and links; and what people do about it by hand."""

from dataclasses import replace

from firstbell.testing.microsoft.files import Item
from firstbell.testing.microsoft.grants import Grant


def own_grants(item: Item) -> list[Grant]:
    """The grants of an item, which from now on no longer inherits: sharing it copies what it inherited."""
    if item.grants is None:
        item.grants = list(item.who)
    return item.grants


def let_in(item: Item, address: str, role: str = "read") -> None:
    """Somebody is let in, by a person or by a program; again, and the role is the new one."""
    grants = own_grants(item)
    grants[:] = [grant for grant in grants if grant.scope or grant.people != (address,)]
    grants.append(Grant.to_person(address, role))


def let_group_in(item: Item, name: str, role: str = "read") -> None:
    """A person lets a whole group in."""
    own_grants(item).append(Grant.to_group(name, role))


def make_link(item: Item, scope: str, role: str = "read", people: tuple[str, ...] = ()) -> Grant:
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


def open_in_excel(item: Item, address: str) -> None:
    """A person has the file open, in Excel or in the browser, and so nobody can replace it."""
    item.open_by.add(address)


def close_in_excel(item: Item, address: str) -> None:
    """The person closes it."""
    item.open_by.discard(address)
