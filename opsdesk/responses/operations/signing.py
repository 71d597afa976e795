"""Signing a run: by several, each as a part, over the hash of what it says then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import RunSignature
from opsdesk.responses.wording import Signing
from opsdesk.tickets.register import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """As what somebody signs, and the hash of what he saw (RunView.sha256)."""

    part: Signing
    sha256: str
    opinion: str = ""


def sign(
    session: Session, number: str, signature: Signature, *, by: Actor, at: datetime
) -> RunSignature:
    """Sign a run that is up for review; the password was asked again.

    The last signature wanted makes the run SIGNED, its result and `deviated` frozen.
    Whoever commanded signs as the commander only. Raises NotYours, RefusedInWords
    where the summary, evaluation or notes are still wanting, Stale where the content
    changed since it was seen.
    """
    raise NotImplementedError
