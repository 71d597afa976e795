"""How much evidence there is of what a step must leave behind."""

from __future__ import annotations

from runbooks.plan import Evidence, Proof


def wanted(rule: Evidence) -> int:
    """Return how many pieces, of any of its kinds, a rule asks for."""
    return max(rule.least, 1) if rule.kinds else rule.least


def pieces(rule: Evidence, *, texts: int, files: int, photos: int) -> int:
    """Return how many pieces count. A photo is a file; without kinds all count."""
    kinds = rule.kinds or tuple(Proof)
    count = texts if Proof.TEXT in kinds else 0
    if Proof.FILE in kinds:
        return count + files + photos
    return count + (photos if Proof.PHOTO in kinds else 0)
