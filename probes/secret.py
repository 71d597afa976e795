"""A secret that is fetched when it is used and never shows itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference such as `secret:NAME`, `file:PATH` or `env:NAME`, and how to get it.

    Equality and repr go by the reference alone; `reveal()` is called only by the
    transport that needs the value, and raises whatever sentence the store has.
    """

    reference: str
    fetch: Callable[[], str] = field(repr=False, compare=False)

    def reveal(self) -> str:
        """Return the value. Never log it, never put it on a command line."""
        return self.fetch()
