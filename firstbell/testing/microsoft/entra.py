"""Signing in: the token service of Entra ID and the endpoint of a managed identity, as azure-identity asks them."""

import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Asked
from firstbell.testing.microsoft.routes import Handler, Route
from firstbell.testing.microsoft.tenant import TOKEN_LASTS, Tenant

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SCOPE = "https://graph.microsoft.com/.default"
RESOURCE = "https://graph.microsoft.com"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IDENTITY = "/msi/token"
IDENTITY_HEADER = "sandbox-identity"
# Entra's numbers, which an administrator looks up: AADSTS7000215 and so on.
WRONG_SECRET, EXPIRED_SECRET, WRONG_CERTIFICATE, EXPIRED_ASSERTION = 7000215, 7000222, 700027, 700024


def route_of(tenant_id: str, method: str, path: str) -> Route | None:
    """What answers an address of the sign-in service; None for one that is none of its."""
    whose, _, rest = path.removeprefix("/").partition("/")
    template = path if path == IDENTITY else f"/{{tenant}}/{rest}"
    handler = ENDPOINTS.get((method, template))
    if handler is None:
        return None
    return Route(method, template, handler if path == IDENTITY or whose == tenant_id else _no_such_tenant, is_open=True)


def configuration(tenant: Tenant, asked: Asked) -> Answer:
    """The discovery document, which msal reads before it asks for a token."""
    base = f"{asked.url}/{tenant.tenant_id}"
    return Answer(
        body={
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
        }
    )


def _no_such_tenant(tenant: Tenant, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    return _no("invalid_tenant", 90002, HTTPStatus.BAD_REQUEST)


def token(tenant: Tenant, asked: Asked) -> Answer:
    """A token for an app that proves itself with its secret or its certificate; RFC 6749 section 4.4, RFC 7523."""
    form = dict(parse_qsl(asked.content.decode(errors="replace")))
    app = tenant.apps.get(form.get("client_id", ""))
    if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
        return _no("invalid_scope", 70011, HTTPStatus.BAD_REQUEST)
    if app is None:
        return _no("unauthorized_client", 700016, HTTPStatus.BAD_REQUEST)
    if form.get("client_assertion_type") == ASSERTION:
        error = _error_of_assertion(form.get("client_assertion", ""), app, f"{asked.url}/{tenant.tenant_id}")
    else:
        error = _error_of_secret(form.get("client_secret", ""), app)
    return _no("invalid_client", error) if error else Answer(body={"token_type": "Bearer", **_issued(tenant, app)})


def managed_identity(tenant: Tenant, asked: Asked) -> Answer:
    """A token for the identity of a function app, as App Service hands it to the code inside."""
    query = asked.query
    app = tenant.apps.get(query.get("client_id") or next(iter(tenant.apps), ""))
    is_inside = asked.headers.get("x-identity-header") == IDENTITY_HEADER
    if not is_inside or query.get("resource") != RESOURCE or app is None:
        return Answer(HTTPStatus.BAD_REQUEST, {"statusCode": 400, "message": "No managed identity found"})
    issued = _issued(tenant, app)
    until = int((tenant.clock() + TOKEN_LASTS).timestamp())
    return Answer(body={**issued, "token_type": "Bearer", "expires_on": str(until), "resource": RESOURCE})


def _issued(tenant: Tenant, app: App) -> dict[str, object]:
    made = secrets.token_urlsafe(24)
    tenant.tokens[made] = (app.client_id, tenant.clock() + TOKEN_LASTS)
    return {"access_token": made, "expires_in": int(TOKEN_LASTS.total_seconds())}


def _error_of_secret(secret: str, app: App) -> int | None:
    """Entra's number for what is wrong with a secret; None for the app's own."""
    if app.secret and secrets.compare_digest(secret.encode(), app.secret.encode()):
        return None
    return EXPIRED_SECRET if secret in app.expired_secrets else WRONG_SECRET


def _error_of_assertion(assertion: str, app: App, audience: str) -> int | None:
    """Entra's number for what is wrong with an assertion; None where one of the app's certificates signed it.

    It must be about this app and for this service, and is checked against the computer's own clock, which made it.
    """
    import jwt  # noqa: PLC0415 - comes with azure-identity

    to = f"{audience}/oauth2/v2.0/token"
    for key in _public_keys(app):
        try:
            said = jwt.decode(assertion, key, ["RS256", "PS256"], audience=to, options={"require": ["exp"]})
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            return EXPIRED_ASSERTION
        except jwt.InvalidTokenError:
            return WRONG_CERTIFICATE
        return None if said.get("iss") == said.get("sub") == app.client_id else WRONG_CERTIFICATE
    return WRONG_CERTIFICATE


def _public_keys(app: App) -> Iterator["RSAPublicKey"]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    keys = (load_pem_x509_certificate(certificate.encode()).public_key() for certificate in app.certificates)
    return (key for key in keys if isinstance(key, RSAPublicKey))


def _no(error: str, number: int, status: int = HTTPStatus.UNAUTHORIZED) -> Answer:
    said = {"error": error, "error_description": f"AADSTS{number}: the sandbox says so", "error_codes": [number]}
    return Answer(status, said)


ENDPOINTS: Mapping[tuple[str, str], Handler] = {
    ("GET", "/{tenant}/v2.0/.well-known/openid-configuration"): configuration,
    ("POST", "/{tenant}/oauth2/v2.0/token"): token,
    ("GET", IDENTITY): managed_identity,
}
