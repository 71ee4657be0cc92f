"""When the app's certificate ends, as its file says."""

import datetime as dt

from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.settings import Microsoft365Settings


def certificate_ends(settings: Microsoft365Settings, secrets: Secrets) -> dt.datetime:
    """The end of the certificate in microsoft365.certificate, PEM or PFX. Raises Misconfigured."""
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12  # noqa: PLC0415 - heavy
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    if settings.certificate is None:
        raise Misconfigured("microsoft365.certificate must name the file of the certificate")
    password = secrets.secret(settings.secret).encode() if settings.secret else None
    try:
        content = settings.certificate.read_bytes()
        if b"-----BEGIN" in content:
            return load_pem_x509_certificate(content).not_valid_after_utc
        held = load_pkcs12(content, password).cert
    except OSError as error:
        raise Misconfigured("the file in microsoft365.certificate can't be read") from error
    except ValueError as error:
        raise Misconfigured("microsoft365.certificate holds no certificate, or its password is wrong") from error
    if held is None:
        raise Misconfigured("microsoft365.certificate holds no certificate")
    return held.certificate.not_valid_after_utc
