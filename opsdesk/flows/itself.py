"""The desk itself as an actor, where no person acts."""

from __future__ import annotations

from dataclasses import dataclass

from opsdesk.people.models import Role


@dataclass(frozen=True, slots=True)
class Automatic:
    """An engineer that is nobody: it may do what needs no signature."""

    username: str = "opsdesk"
    role: Role = Role.ENGINEER


SELF = Automatic()
