"""What an import is given, and what it says of every row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from opsdesk.assets.models import REFERENCE, CauseKind, Kind, Type
from opsdesk.assets.operations.revisions import Cause
from probes.finding import Words


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RelationResult:
    """One relation a row asks for: made, there already, or why not."""

    kind: Kind
    other: str
    made: bool
    why: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One row: where it stands in the file, what became of it, and why not."""

    row: int
    outcome: Outcome
    code: str
    name: str
    type: Type | None = None
    changes: tuple[tuple[str, object, object], ...] = ()
    why: Words | None = None
    relations: tuple[RelationResult, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everything the row asks for was done or was there."""
        failed = any(relation.why for relation in self.relations)
        return self.outcome is not Outcome.REFUSED and not failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole import. `unknown`: heads that stand for no field, not taken over."""

    rows: tuple[RowResult, ...]
    unknown: tuple[str, ...]

    def count(self, outcome: Outcome | str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def relations_made(self) -> int:
        return sum(one.made for row in self.rows for one in row.relations)

    @property
    def relations_refused(self) -> int:
        return sum(bool(one.why) for row in self.rows for one in row.relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What somebody sent, and where its dates are local."""

    name: str
    content: bytes
    zone: ZoneInfo

    @property
    def cause(self) -> Cause:
        """Return why items change by it: its name, and its bytes' hash as the batch."""
        sha256 = hashlib.sha256(self.content).hexdigest()
        reference = self.name[-REFERENCE:]
        return Cause(
            kind=CauseKind.IMPORT, reference=reference, batch=f"import-{sha256[:16]}"
        )
