"""How risky a change is, from what its writer says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAJOR_FROM = 8
FACTORS = ("risk_scope", "risk_reversible", "risk_experience", "risk_window")
IRREVERSIBLE = 3


@dataclass(frozen=True, slots=True)
class Risk:
    """The score of 4 to 12, None while a factor is missing; whether it must be major."""

    score: int | None
    must_be_major: bool


def of(sheet: Mapping[str, Any]) -> Risk:
    """Add the four factors of 1 to 3; 8 and more, or no way back, is a major change."""
    given = {name: sheet.get(name) for name in FACTORS}
    if any(one is None for one in given.values()):
        return Risk(None, must_be_major=False)
    points = {name: int(str(one)) for name, one in given.items()}
    score = sum(points.values())
    irreversible = points["risk_reversible"] == IRREVERSIBLE
    return Risk(score, must_be_major=score >= MAJOR_FROM or irreversible)
