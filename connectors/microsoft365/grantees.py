"""Who a permission of SharePoint lets in: their permissions turned into addresses, and into words for whole groups.

Everything that is no plain person shows as something that no list of people holds, so that it is seen as drift.
"""

from collections.abc import Iterator, Mapping
from typing import Any

ANYONE, EVERYONE, GROUP, PROGRAM, SOMEBODY = "anyone", "everyone", "a group", "a program", "somebody unknown"
LINKS = {"anonymous": frozenset({ANYONE}), "organization": frozenset({EVERYONE})}
# Links that let in the people they name, or nobody who could not open it before.
LETS_IN_NOBODY_ELSE = frozenset({"users", "existingAccess"})
# How SharePoint writes "everyone" and "everyone except external users" where a person's sign-in name would stand.
EVERYBODYS = ("c:0(.s|true", "spo-grid-all-users")

Json = Mapping[str, Any]


def let_in(permission: Json) -> frozenset[str]:
    """Addresses in lower case, and a word for each group, program or broad link."""
    scope = (permission.get("link") or {}).get("scope")
    named = frozenset(map(_name, _identities(permission)))
    if scope is None:
        return named or frozenset({SOMEBODY})
    return named | LINKS.get(scope, frozenset() if scope in LETS_IN_NOBODY_ELSE else frozenset({SOMEBODY}))


def is_plain(permission: Json) -> bool:
    """Whether it names people and has no link, which would work for whoever it is sent on to."""
    return not permission.get("link")


def _identities(permission: Json) -> Iterator[Json]:
    granted = permission.get("grantedToV2") or permission.get("grantedTo")
    if granted:
        yield granted
    yield from permission.get("grantedToIdentitiesV2") or permission.get("grantedToIdentities") or ()
    invited = (permission.get("invitation") or {}).get("email")
    if invited and not granted:  # a guest who has not come yet
        yield {"user": {"email": invited}}


def _name(identity: Json) -> str:
    """The person's address: of the directory, or the end of the sign-in name, "i:0#.f|membership|head@school"."""
    site_user = identity.get("siteUser") or {}
    login = site_user.get("loginName") or ""
    if any(mark in login for mark in EVERYBODYS):
        return EVERYONE
    for found in ((identity.get("user") or {}).get("email"), site_user.get("email"), login.rpartition("|")[2]):
        if found and "@" in found:
            return str(found).lower()
    if any(identity.get(kind) for kind in ("group", "siteGroup", "sharePointGroup")):
        return GROUP
    return PROGRAM if identity.get("application") else SOMEBODY
