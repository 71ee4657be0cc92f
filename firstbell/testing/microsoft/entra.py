"""Signing in: the token service of Entra ID and the endpoint of a managed identity, as azure-identity asks them."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Answer, Asked
from firstbell.testing.microsoft.tenant import TOKEN_LASTS, App, Tenant

SCOPE = "https://graph.microsoft.com/.default"
RESOURCE = "https://graph.microsoft.com"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IDENTITY_HEADER = "sandbox-identity"


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


def token(tenant: Tenant, form: Mapping[str, str], url: str) -> Answer:
    """A token for an app that proves itself with its secret or its certificate; RFC 6749 section 4.4, RFC 7523."""
    app = tenant.apps.get(form.get("client_id", ""))
    if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
        return _no("invalid_scope", "AADSTS70011")
    if app is None or not _is_proven(app, form, f"{url}/{tenant.tenant_id}"):
        return _no("invalid_client", "AADSTS7000215")
    return Answer(body={"token_type": "Bearer", **_issued(tenant, app)})


def managed_identity(tenant: Tenant, query: Mapping[str, str], header: str) -> Answer:
    """A token for the identity of a function app, as App Service hands it to the code inside."""
    client_id = query.get("client_id") or next(iter(tenant.apps), "")
    app = tenant.apps.get(client_id)
    if header != IDENTITY_HEADER or query.get("resource") != RESOURCE or app is None:
        return Answer(HTTPStatus.BAD_REQUEST, {"statusCode": 400, "message": "No managed identity found"})
    issued = _issued(tenant, app)
    until = int((tenant.clock() + TOKEN_LASTS).timestamp())
    return Answer(body={**issued, "token_type": "Bearer", "expires_on": str(until), "resource": RESOURCE})


def _issued(tenant: Tenant, app: App) -> dict[str, object]:
    made = secrets.token_urlsafe(24)
    tenant.tokens[made] = (app.client_id, tenant.clock() + TOKEN_LASTS)
    return {"access_token": made, "expires_in": int(TOKEN_LASTS.total_seconds())}


def _is_proven(app: App, form: Mapping[str, str], audience: str) -> bool:
    if app.secret and secrets.compare_digest(form.get("client_secret", ""), app.secret):
        return True
    if form.get("client_assertion_type") != ASSERTION:
        return False
    return any(_is_signed(form.get("client_assertion", ""), key, app, audience) for key in app.certificates)


def _is_signed(assertion: str, certificate: str, app: App, audience: str) -> bool:
    """Whether the key of this certificate signed the assertion, which must be about this app and for this service."""
    import jwt  # noqa: PLC0415 - comes with azure-identity
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    key = load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    to = f"{audience}/oauth2/v2.0/token"
    try:
        said = jwt.decode(assertion, key, ["RS256", "PS256"], audience=to, options={"require": ["exp"]})
    except jwt.InvalidTokenError:
        return False
    return said.get("iss") == said.get("sub") == app.client_id


def _no(error: str, code: str) -> Answer:
    return Answer(
        HTTPStatus.UNAUTHORIZED,
        {"error": error, "error_description": f"{code}: sandbox", "error_codes": [int(code[6:])]},
    )
