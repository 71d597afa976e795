"""What can be said of a certificate chain: whose, until when, how strong."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One certificate of a chain, in the order it was presented."""

    label: str  # its common name; the same from renewal to renewal
    issuer: str
    serial: str
    not_before: str  # ISO 8601, UTC
    not_after: str
    names: tuple[str, ...]  # DNS names and addresses it is good for
    weakness: str  # e.g. "RSA 1024", "sha1"; "" for none
    self_signed: bool

    def days_left(self, at: datetime) -> float:
        """Return the days until it expires, negative afterwards."""
        left = datetime.fromisoformat(self.not_after) - at
        return round(left.total_seconds() / 86400, 1)


def good_for(names: tuple[str, ...], wanted: str) -> bool:
    """Say whether one of a certificate's names covers the one we asked (RFC 6125)."""
    try:
        address = ipaddress.ip_address(wanted)
    except ValueError:
        return any(_covers(name.lower(), wanted.lower()) for name in names)
    return str(address) in names


def _covers(pattern: str, name: str) -> bool:
    first, _, rest = pattern.partition(".")
    if first != "*":
        return pattern.rstrip(".") == name.rstrip(".")
    return bool(rest) and name.partition(".")[2] == rest and name[:1] != "."
