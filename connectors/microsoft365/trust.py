"""Whose certificates are believed. In a school, a web filter may open all encrypted traffic with one of its own."""

import ssl
from pathlib import Path

from firstbell.errors import Misconfigured

NOT_VERIFIED = "CERTIFICATE_VERIFY_FAILED"  # as OpenSSL names it


def trust_in(authority: Path | None) -> ssl.SSLContext:
    """What the computer trusts, or the authorities in this file alone. Raises Misconfigured."""
    try:
        return ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise Misconfigured(
            "the file in microsoft365.certificate_authority is not there or is no certificate"
        ) from error


def is_distrusted(error: BaseException) -> bool:
    """Whether an error came of a certificate that nobody we trust has signed. Some libraries keep its words alone."""
    chain = [error]
    while following := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(following)
    return any(isinstance(each, ssl.SSLCertVerificationError) or NOT_VERIFIED in str(each) for each in chain)


def distrust() -> Misconfigured:
    """What to do about it."""
    return Misconfigured(
        "the certificate shown for Microsoft 365 can't be trusted. Where a web filter opens encrypted traffic, "
        "name the file of its certificate in microsoft365.certificate_authority"
    )
