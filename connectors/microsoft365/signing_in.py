"""How Firstbell signs in as itself: a managed identity in Azure, a certificate or a secret elsewhere.

While the app's secret is being changed, Entra takes the new one, the old one or both. A certificate is changed without
that: Entra knows as many as were uploaded, so the new one is uploaded before it is used.

The credential is named and never guessed: a chain of guesses costs seconds, and may find somebody's own account.
azure-identity keeps the token until it is nearly over, so one credential serves a whole run.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors._rotation import signed_in
from connectors.microsoft365.trust import distrust, is_distrusted
from firstbell.errors import FirstbellError, Misconfigured, RetryLater
from firstbell.ports import Secrets
from firstbell.records import Secret
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import CertificateCredential, ClientSecretCredential, ManagedIdentityCredential

    type Credential = CertificateCredential | ManagedIdentityCredential | AppSecretCredential

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
SECRET_REFUSED = frozenset({"AADSTS7000215", "AADSTS7000222"})
PASSING = frozenset({"AADSTS50196", "AADSTS90033", "AADSTS90036", "AADSTS90055"})


class AppSecretCredential:
    """The app's secret as a credential of azure-identity's kind: the current value, or the one before it."""

    def __init__(self, secret: Secret, made: "Callable[[str], ClientSecretCredential]") -> None:
        self._secret = secret
        self._credentials = {value: made(value) for value in secret.values}

    def get_token(self, *scopes: str, **options: Any) -> "AccessToken":  # noqa: ANN401 - azure-identity's own options
        """A token, kept by the credential that got it. Raises as ClientSecretCredential does."""
        from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415 - loaded with the SDK

        return signed_in(
            self._secret,
            lambda value: self._credentials[value].get_token(*scopes, **options),
            ClientAuthenticationError,
            lambda error: _number_in(error) in SECRET_REFUSED,
        )

    def close(self) -> None:
        """Close the connections."""
        with contextlib.ExitStack() as each:
            for credential in self._credentials.values():
                each.callback(credential.close)


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
            secret = secrets.secret(settings.secret)
            return AppSecretCredential(secret, lambda value: ClientSecretCredential(client_secret=value, **who))
        content = _content(settings.certificate)

        def from_file(password: str | None) -> CertificateCredential:
            return CertificateCredential(certificate_data=content, password=password, **who)

        return with_file_password(settings, secrets, from_file)
    except ValueError as error:
        raise Misconfigured(
            "microsoft365.certificate holds no certificate with its key, or its password is wrong"
        ) from error


def with_file_password[T](settings: Microsoft365Settings, secrets: Secrets, read: Callable[[str | None], T]) -> T:
    """What `read` makes of the certificate's file with its password: the current one, or the one before it, since the
    file and the vault are changed one after the other. `read` raises ValueError for a wrong one.
    """
    if not settings.secret:
        return read(None)
    return signed_in(secrets.secret(settings.secret), read, ValueError)


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
    number = _number_in(error)
    if not number or number in PASSING:
        return RetryLater(TRY_AGAIN_AFTER)  # no answer of Entra's, or one that says "not now"
    meaning = MEANINGS.get(number, "docs/microsoft-365.md says how to sign in")
    return Misconfigured(f"Microsoft 365 does not let Firstbell sign in ({number}): {meaning}")


def _number_in(error: Exception) -> str:
    """Entra's number for why it refused; empty where the answer was not Entra's."""
    found = re.search(r"AADSTS\d+", str(error))
    return found[0] if found else ""


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
