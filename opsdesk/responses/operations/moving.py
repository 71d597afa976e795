"""From one state of a run to the next: only what the table in `moves` permits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from opsdesk.responses.models import Run
from opsdesk.tickets.register import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A move somebody asks for, by its name in `moves.MOVES`.

    ready, start, pause, resume, stable, review, roll-back, fail, abort. `version` is
    the run's as it was seen; a repeated `token` is counted once.
    """

    name: str
    reason: str = ""
    version: int | None = None
    token: str | None = None
    claimed_at: datetime | None = None


def move(
    session: Session,
    number: str,
    going: Going,
    *,
    zone: tzinfo,
    by: Actor,
    at: datetime,
) -> Run:
    """Take a run one step on, or say why not; nothing is half done.

    Raises Overtaken, NotYours, RefusedInWords.
    """
    raise NotImplementedError
