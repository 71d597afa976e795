"""Who must sign a run, by what it was for."""

from __future__ import annotations

from opsdesk.responses.models import Run
from opsdesk.responses.states import Purpose
from opsdesk.responses.wording import Signing

NEEDED: dict[Purpose, tuple[str, ...]] = {
    Purpose.DRILL: ("conclusion", "problems", "lessons"),
    Purpose.EMERGENCY: ("conclusion", "causes", "impact", "lessons"),
    Purpose.RESTORE: ("conclusion",),
    Purpose.PATCHING: ("conclusion",),
}
"""The fields of the summary that must be filled before anybody signs."""


def wanted(run: Run) -> tuple[Signing, ...]:
    """Return the signatures a run wants, in the order they stand on paper."""
    signings = [Signing.SCRIBE]
    if run.purpose is not Purpose.EMERGENCY:
        signings.append(Signing.EVALUATOR)
    signings.append(Signing.COMMANDER)
    if run.joint or run.purpose is Purpose.EMERGENCY:
        signings.append(Signing.CUSTOMER)
    return tuple(signings)
