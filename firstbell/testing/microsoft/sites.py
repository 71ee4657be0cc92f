"""SharePoint sites: found by id or by address, their libraries, and which programs were given them."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.drive_json import HOST, drive_json
from firstbell.testing.microsoft.drives import chosen, may_use, page
from firstbell.testing.microsoft.files import Site
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Tenant

GIVES_SITES = "Sites.FullControl.All"


def _json(site: Site) -> dict[str, Any]:
    return {"id": site.id, "name": site.name, "displayName": site.name, "webUrl": f"https://{HOST}/{site.path}"}


def _site(tenant: Tenant, asked: Asked) -> Site:
    """The site the address names, when the program may use it."""
    by_id = asked.params.get("site-id")
    path, host = asked.params.get("site-path", "").strip("/"), asked.params.get("hostname", HOST)
    found = next((s for s in tenant.sites if by_id in {s.id, None} and path in {s.path, ""} and host == HOST), None)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    may_use(asked, found.id)
    return found


def _get(tenant: Tenant, asked: Asked) -> Answer:
    return Answer(body=chosen(_json(_site(tenant, asked)), asked))


def _drives(tenant: Tenant, asked: Asked) -> Answer:
    site = _site(tenant, asked)
    found = [drive_json(drive) for drive in tenant.drives.values() if drive.site_id == site.id]
    return page(asked, f"/sites/{site.id}/drives", found)


def _drive(tenant: Tenant, asked: Asked) -> Answer:
    """The site's own library, the first it had."""
    site = _site(tenant, asked)
    found = next((drive for drive in tenant.drives.values() if drive.site_id == site.id), None)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "itemNotFound")
    return Answer(body=chosen(drive_json(found), asked))


def _permissions(tenant: Tenant, asked: Asked) -> Answer:
    site = _given_by(tenant, asked)
    found = [_permission(app) for app in tenant.apps.values() if site.id in app.sites]
    return page(asked, f"/sites/{site.id}/permissions", found)


def _permission(app: App) -> dict[str, Any]:
    program = {"application": {"id": app.client_id, "displayName": app.client_id}}
    return {"id": f"site-{app.client_id}", "roles": ["write"], "grantedToIdentitiesV2": [program]}


def _give(tenant: Tenant, asked: Asked) -> Answer:
    """Give the site to a program, to write; other roles are not of this school."""
    site = _given_by(tenant, asked)
    told = asked.json.get("grantedToIdentities") or asked.json.get("grantedToIdentitiesV2") or [{}]
    app = tenant.apps.get((told[0].get("application") or {}).get("id", ""))
    if app is None or asked.json.get("roles") != ["write"]:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    tenant.apps[app.client_id] = given = replace(app, sites=app.sites | {site.id})
    return Answer(HTTPStatus.CREATED, _permission(given))


def _given_by(tenant: Tenant, asked: Asked) -> Site:
    """The site, when the program is one that gives sites to others."""
    if asked.app is None or GIVES_SITES not in asked.app.roles:
        raise Refused(HTTPStatus.FORBIDDEN, "accessDenied")
    return _site(tenant, asked)


ROUTES = (
    Route("GET", "/sites/{site-id}", _get),
    Route("GET", "/sites/{hostname}:/{site-path}", _get),
    Route("GET", "/sites/{site-id}/drive", _drive),
    Route("GET", "/sites/{site-id}/drives", _drives),
    Route("GET", "/sites/{site-id}/permissions", _permissions),
    Route("POST", "/sites/{site-id}/permissions", _give),
)
