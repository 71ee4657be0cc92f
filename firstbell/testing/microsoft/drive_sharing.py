"""Who may open an item, asked and changed: permissions, invitations and links."""

from dataclasses import replace
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.drive_json import LINKS, permission_json
from firstbell.testing.microsoft.drives import ITEM, on_item, page
from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.grants import Grant
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.sharing import let_in, make_link
from firstbell.testing.microsoft.tenant import Tenant

INVITED_AS = frozenset({"read", "write"})
SCOPES = frozenset({"anonymous", "organization", "users"})


def _list(_tenant: Tenant, asked: Asked, drive: Drive, item: Item) -> Answer:
    return page(asked, f"/drives/{drive.id}/items/{item.id}/permissions", [permission_json(g) for g in item.who])


def _one(_tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    return Answer(body=permission_json(_grant(asked, item)))


def _grant(asked: Asked, item: Item) -> Grant:
    found = next((grant for grant in item.who if grant.id == asked.params["permission-id"]), None)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    return found


def _own(asked: Asked, item: Item) -> tuple[list[Grant], Grant]:
    """The item's own grants and the one asked for; what is inherited can't be changed here."""
    grant = _grant(asked, item)
    if item.grants is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    return item.grants, grant


def _change(_tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    grants, grant = _own(asked, item)
    changed = replace(grant, role=_role(asked.json.get("roles")))
    grants[grants.index(grant)] = changed
    return Answer(body=permission_json(changed))


def _delete(_tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    grants, grant = _own(asked, item)
    grants.remove(grant)
    return Answer(HTTPStatus.NO_CONTENT)


def _role(roles: object) -> str:
    if not isinstance(roles, list) or len(roles) != 1 or roles[0] not in INVITED_AS:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="invalidRole")
    return str(roles[0])


def _invite(tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    """Let people in. Mails of invitation and people who need not sign in are not of this school."""
    body = asked.json
    if body.get("sendInvitation") is not False or body.get("requireSignIn") is not True:
        raise Refused(HTTPStatus.BAD_REQUEST, "notSupported")
    role, people = _role(body.get("roles")), [(each.get("email") or "").lower() for each in body["recipients"]]
    if not people or any("@" not in each or each in tenant.strangers for each in people):
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="noResolvedUsers")
    if body.get("retainInheritedPermissions") is False and item.grants is None:
        item.grants = []
    for person in people:
        let_in(item, person, role)
    granted = [permission_json(Grant.to_person(person, role)) for person in people]
    return Answer(body={"value": granted})


def _link(_tenant: Tenant, asked: Asked, _drive: Drive, item: Item) -> Answer:
    roles = {kind: role for role, kind in LINKS.items()}
    kind, scope = asked.json.get("type"), asked.json.get("scope", "organization")
    if kind not in roles or scope not in SCOPES:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    before = {grant.id for grant in item.who}
    people = tuple((each.get("email") or "").lower() for each in asked.json.get("recipients", ()))
    link = make_link(item, scope, roles[kind], people)
    return Answer(HTTPStatus.OK if link.id in before else HTTPStatus.CREATED, permission_json(link))


ONE = f"{ITEM}/permissions/{{permission-id}}"
ROUTES = (
    Route("GET", f"{ITEM}/permissions", on_item(_list)),
    Route("GET", ONE, on_item(_one)),
    Route("PATCH", ONE, on_item(_change)),
    Route("DELETE", ONE, on_item(_delete)),
    Route("POST", f"{ITEM}/invite", on_item(_invite)),
    Route("POST", f"{ITEM}/createLink", on_item(_link)),
)
