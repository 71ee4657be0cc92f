"""When the app's certificate ends, as its file says."""

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from connectors.microsoft365.signing_in import with_file_password
from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate


def certificate_ends(settings: Microsoft365Settings, secrets: Secrets) -> dt.datetime:
    """The end of the certificate in microsoft365.certificate, PEM or PFX. Raises Misconfigured."""
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - heavy

    if settings.certificate is None:
        raise Misconfigured("microsoft365.certificate must name the file of the certificate")
    try:
        content = settings.certificate.read_bytes()
        if b"-----BEGIN" in content:
            return load_pem_x509_certificate(content).not_valid_after_utc
        held = with_file_password(settings, secrets, partial(_held, content))
    except OSError as error:
        raise Misconfigured("the file in microsoft365.certificate can't be read") from error
    except ValueError as error:
        raise Misconfigured("microsoft365.certificate holds no certificate, or its password is wrong") from error
    if held is None:
        raise Misconfigured("microsoft365.certificate holds no certificate")
    return held.certificate.not_valid_after_utc


def _held(content: bytes, password: str | None) -> "PKCS12Certificate | None":
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12  # noqa: PLC0415 - heavy

    return load_pkcs12(content, None if password is None else password.encode()).cert
