"""A certificate authority for tests: root, intermediate, and leaves as wanted."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def issue(
    name: str,
    *,
    by: Paper | None = None,
    at: datetime,
    days: float = 365,
    names: tuple[str, ...] = (),
    authority: bool = False,
    key: Key | None = None,
) -> Paper:
    """Return a certificate that ends `days` after `at`; self-signed without `by`."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = by.key if by else own
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=400))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    if names:
        general = [_name(each) for each in names]
        draft = draft.add_extension(
            x509.SubjectAlternativeName(general), critical=False
        )
    return Paper(draft.sign(signer, hashes.SHA256()), own)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def write(folder: Path, stem: str, chain: list[Paper]) -> tuple[Path, Path]:
    """Write a chain (leaf first) and the leaf's key; return both paths."""
    certificate, key = folder / f"{stem}.pem", folder / f"{stem}.key"
    certificate.write_bytes(b"".join(paper.pem for paper in chain))
    key.write_bytes(chain[0].key_pem)
    return certificate, key
