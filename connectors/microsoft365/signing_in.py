"""How Firstbell signs in as itself: a managed identity in Azure, a certificate or a secret elsewhere.

The credential is named and never guessed: a chain of guesses costs seconds, and may find somebody's own account.
azure-identity keeps the token until it is nearly over, so one credential serves a whole run.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.microsoft365.trust import distrust, is_distrusted
from firstbell.errors import FirstbellError, Misconfigured, RetryLater
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential

    Credential = CertificateCredential | ClientSecretCredential | ManagedIdentityCredential

MICROSOFTS_OWN = "https://login.microsoftonline.com"
PATIENCE = {"connection_timeout": 30, "read_timeout": 60, "retry_total": 2}
TRY_AGAIN_AFTER = dt.timedelta(minutes=1)
# Entra's own numbers, https://learn.microsoft.com/entra/identity-platform/reference-error-codes
MEANINGS = {
    "AADSTS700016": "it does not know the app in microsoft365.client_id",
    "AADSTS7000215": "the app's secret is wrong: the value is wanted, and not the id of the secret",
    "AADSTS7000222": "the app's secret has expired: make a new one",
    "AADSTS700027": "it does not know the certificate: upload it to the app, and see when it ends",
    "AADSTS90002": "it does not know the tenant in microsoft365.tenant_id",
}
PASSING = frozenset({"AADSTS50196", "AADSTS90033", "AADSTS90036", "AADSTS90055"})


def credential_of(settings: Microsoft365Settings, secrets: Secrets) -> "Credential":
    """The credential the settings name. Asks nobody yet. Raises Misconfigured."""
    from azure.identity import (  # noqa: PLC0415 - loads slowly
        CertificateCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
    )

    try:
        if settings.sign_in == "managed-identity":
            return ManagedIdentityCredential(client_id=settings.client_id)
        who = {"tenant_id": settings.tenant_id, "client_id": settings.client_id, **_where(settings)}
        if settings.sign_in == "secret":
            return ClientSecretCredential(client_secret=secrets.secret(settings.secret), **who)
        password = secrets.secret(settings.secret) if settings.secret else None
        return CertificateCredential(certificate_data=_content(settings.certificate), password=password, **who)
    except ValueError as error:
        raise Misconfigured(
            "microsoft365.certificate holds no certificate with its key, or its password is wrong"
        ) from error


@contextlib.contextmanager
def signing_in_errors() -> Iterator[None]:
    """Turn what azure-identity raises into what the caller should do. Its words are not kept: they name the tenant."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415 - loaded with the SDK
    from azure.identity import CredentialUnavailableError  # noqa: PLC0415

    try:
        yield
    except CredentialUnavailableError as error:
        raise Misconfigured(
            'microsoft365.sign_in is "managed-identity", and there is none here: switch it on for the function app'
        ) from error
    except ClientAuthenticationError as error:
        raise _turned_away(error) from error
    except AzureError as error:
        if is_distrusted(error):
            raise distrust() from error
        raise RetryLater(TRY_AGAIN_AFTER) from error


def _turned_away(error: "ClientAuthenticationError") -> FirstbellError:
    if is_distrusted(error):
        return distrust()
    found = re.search(r"AADSTS\d+", str(error))
    if found is None or found[0] in PASSING:
        return RetryLater(TRY_AGAIN_AFTER)  # no answer of Entra's, or one that says "not now"
    meaning = MEANINGS.get(found[0], "docs/microsoft-365.md says how to sign in")
    return Misconfigured(f"Microsoft 365 does not let Firstbell sign in ({found[0]}): {meaning}")


def _where(settings: Microsoft365Settings) -> dict[str, Any]:
    """Another sign-in service than Microsoft's is one of pretence: it is asked without asking Microsoft about it."""
    is_pretence = settings.sign_in_url != MICROSOFTS_OWN
    trust = {"connection_verify": str(settings.certificate_authority)} if settings.certificate_authority else {}
    return {"authority": settings.sign_in_url, "disable_instance_discovery": is_pretence, **trust, **PATIENCE}


def _content(certificate: Path | None) -> bytes:
    try:
        return certificate.read_bytes() if certificate else b""
    except OSError as error:
        raise Misconfigured("the file in microsoft365.certificate can't be read") from error
