"""How Firstbell signs in as itself: a managed identity in Azure, a certificate or a secret elsewhere.

The credential is named and never guessed: a chain of guesses costs seconds, and may find somebody's own account.
azure-identity keeps the token until it is nearly over, so one credential serves a whole run.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

MICROSOFTS_OWN = "https://login.microsoftonline.com"


def credential_of(settings: Microsoft365Settings, secrets: Secrets) -> "TokenCredential":
    """The credential the settings name. Asks nobody yet. Raises Misconfigured."""
    from azure.identity import (  # noqa: PLC0415 - loads slowly
        CertificateCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
    )

    try:
        if settings.sign_in == "managed-identity":
            return ManagedIdentityCredential(client_id=settings.client_id or None)
        who = {"tenant_id": settings.tenant_id, "client_id": settings.client_id, **_where(settings)}
        if settings.sign_in == "secret":
            return ClientSecretCredential(client_secret=secrets.secret(settings.secret), **who)
        password = secrets.secret(settings.secret) if settings.secret else None
        return CertificateCredential(certificate_data=_content(settings.certificate), password=password, **who)
    except ValueError as error:
        raise Misconfigured(
            "microsoft365.certificate holds no certificate with its key, or its password is wrong"
        ) from error


def _where(settings: Microsoft365Settings) -> dict[str, Any]:
    """Another sign-in service than Microsoft's is one of pretence: it is asked without asking Microsoft about it."""
    is_pretence = settings.sign_in_url != MICROSOFTS_OWN
    trust = {"connection_verify": str(settings.certificate_authority)} if settings.certificate_authority else {}
    return {"authority": settings.sign_in_url, "disable_instance_discovery": is_pretence, **trust}


def _content(certificate: Path | None) -> bytes:
    try:
        return certificate.read_bytes() if certificate else b""
    except OSError as error:
        raise Misconfigured("the file in microsoft365.certificate can't be read") from error
