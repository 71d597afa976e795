"""Reads the certificates of a chain from their PEM."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID, NameOID

from probes.catalogue.chain import Member
from probes.probe import Unreadable

_RSA_BITS = 2048
_BROKEN = (
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)
_OLD_HASHES = frozenset({"md5", "sha1"})


def members(pems: list[str]) -> tuple[Member, ...]:
    """Return the chain's members, leaf first. Raises Unreadable for no certificate."""
    found: list[Member] = []
    for pem in pems:
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode())
            member = _member(certificate, [each.label for each in found])
        except (ValueError, *_BROKEN) as error:
            raise Unreadable(f"not a certificate: {error}") from error
        found.append(member)
    return tuple(found)


def _member(certificate: x509.Certificate, taken: list[str]) -> Member:
    name = _common_name(certificate.subject) or f"{certificate.serial_number:x}"
    repeats = sum(1 for each in taken if each.partition(" #")[0] == name)
    same = certificate.issuer == certificate.subject
    return Member(
        label=f"{name} #{repeats + 1}" if repeats else name,
        issuer=_common_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
        names=_names(certificate),
        weakness=_weakness(certificate, self_signed=same),
        self_signed=same,
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        )
    except x509.ExtensionNotFound:
        return ()
    names = extension.value
    if not isinstance(names, x509.SubjectAlternativeName):
        return ()
    dns = names.get_values_for_type(x509.DNSName)
    return (*dns, *map(str, names.get_values_for_type(x509.IPAddress)))


def _weakness(certificate: x509.Certificate, *, self_signed: bool) -> str:
    """Name a key or signature too weak. A root's own signature is not relied upon.

    What OpenSSL's wrapper does not know (SM2 with SM3, GB/T 32918) is not called weak.
    """
    try:
        key = certificate.public_key()
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS:
        return f"RSA {key.key_size}"
    if algorithm and algorithm.name in _OLD_HASHES and not self_signed:
        return algorithm.name
    return ""
