"""A plan as bytes under its hash, and back; parsing the same bytes twice is spared."""

from __future__ import annotations

from functools import lru_cache

from runbooks import loader
from runbooks.plan import Plan


def packed(plan: Plan) -> tuple[bytes, str]:
    """Return a plan's canonical bytes and their SHA-256."""
    return loader.dumps(plan), loader.digest(plan)


@lru_cache(maxsize=64)
def unpacked(content: bytes) -> Plan:
    """Return the plan that was kept as these bytes."""
    return loader.loads(content)
