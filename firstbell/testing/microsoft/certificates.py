"""A certificate for this computer and the authority that vouches for it: TLS as in the cloud."""

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

LASTS = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files: the authority's certificate, and the server's with its key."""

    authority: Path
    server: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Certificates":
        """New ones, good for a month; those that lie there are replaced."""
        folder.mkdir(parents=True, exist_ok=True)
        authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        authority = _signed("Firstbell sandbox authority", authority_key.public_key(), None, authority_key)
        server = _signed("localhost", key.public_key(), authority, authority_key)
        files = cls(folder / "authority.pem", folder / "server.pem")
        files.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        files.server.write_bytes(_pem(key) + server.public_bytes(serialization.Encoding.PEM))
        files.server.chmod(0o600)
        return files

    def context(self) -> ssl.SSLContext:
        """For a server that shows them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context


def app_certificate() -> tuple[bytes, str]:
    """A certificate for an app to sign in with: with its key, as the app keeps it, and alone, as Entra keeps it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _signed("Firstbell", key.public_key(), None, key)
    alone = certificate.public_bytes(serialization.Encoding.PEM)
    return _pem(key) + alone, alone.decode()


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _signed(
    name: str,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    by: x509.Certificate | None,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - certificates are checked against the computer's own clock
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.subject if by else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_authority=by is None), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
