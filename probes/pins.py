"""Host keys as they are pinned: whole lines or SHA256 fingerprints."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_ECDSA = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")

TYPES = (("ssh-ed25519",), _ECDSA, _RSA)
"""The kinds of host key there are, each with the algorithms that show it."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public key a server showed: its type and its wire form."""

    type: str
    blob: bytes

    @property
    def line(self) -> str:
        """Return it as `ssh-keyscan` would, without the host."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """Return it as `ssh-keygen -l` does: SHA256 and unpadded base64."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode()
        return "SHA256:" + digest.rstrip("=")


def weak(names: Iterable[str]) -> list[str]:
    """Return those algorithms that no longer protect what they should."""
    return [name for name in names if _is_weak(name)]


def _is_weak(name: str) -> bool:
    return (
        name in {"ssh-rsa", "ssh-dss"}
        or name.endswith(("-sha1", "-cbc"))
        or (name.startswith(("hmac-sha1", "hmac-md5", "arcfour")))
    )


def parse(line: str) -> HostKey:
    """Return the key of a line such as `ssh-ed25519 AAAA… comment`.

    Raises ValueError when it is no key, or says one type and holds another.
    """
    kind, _, rest = line.strip().partition(" ")
    if not rest:
        raise ValueError("not a public key line: a type and a base64 text are expected")
    try:
        blob = base64.b64decode(rest.split()[0], validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from error
    size = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + size] != kind.encode():
        raise ValueError("the key's text is not of the type the line names")
    return HostKey(kind, blob)


def matches(host_keys: Iterable[str], key: HostKey) -> bool:
    """Say whether the key is one of those pinned."""
    return any(_same(pin.strip(), key) for pin in host_keys)


def algorithms(host_keys: Iterable[str]) -> tuple[str, ...]:
    """Return the host key algorithms that can show a pinned key.

    Empty when any pin is a bare fingerprint: it does not say its type.
    """
    found: list[str] = []
    for pin in host_keys:
        kind = pin.split(maxsplit=1)[0] if pin.strip() else ""
        if kind.startswith("SHA256:") or not kind:
            return ()
        found += _RSA if kind == "ssh-rsa" else (kind,)
    return tuple(dict.fromkeys(found))


def _same(pin: str, key: HostKey) -> bool:
    if pin.startswith("SHA256:"):
        return pin.split(maxsplit=1)[0].rstrip("=") == key.fingerprint
    return pin.split()[:2] == key.line.split()
