"""How strict sign-in is: 等保三级 身份鉴别 (GB/T 22239 level 3) unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from opsdesk.core.settings import Security
from opsdesk.people.models import Role


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number sign-in depends on."""

    min_length: int = 12
    min_classes: int = 3  # of lower, upper, digit, other
    history: int = 5  # former passwords that may not come back
    max_age: timedelta | None = timedelta(days=90)  # None: no forced change
    lock_after: int = 5  # failures in a row
    lock_for: timedelta = timedelta(minutes=15)
    address_failures: int = 20  # from one address within `lock_for`
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)
    sessions: int = 5  # open at once; the oldest ends
    second_factor: frozenset[Role] = frozenset()  # roles that may not do without


DENGBAO3 = Policy()
ASVS = Policy(min_classes=1, history=0, max_age=None)
"""NIST SP 800-63B and OWASP ASVS: length and a list of common ones, nothing forced."""

PROFILES = {"dengbao3": DENGBAO3, "asvs": ASVS}


def policy_of(security: Security) -> Policy:
    """Return the policy that config.yaml chose."""
    needed = frozenset(Role(name) for name in security.second_factor)
    return replace(PROFILES[security.password_policy], second_factor=needed)
