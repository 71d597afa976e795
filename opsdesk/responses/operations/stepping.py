"""Steps that people do: begun, done, confirmed, failed, skipped, taken again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import RunStep
from opsdesk.tickets.register import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What somebody does to a step. Keys are unique within a run, over all sections.

    `version` is the step's as it was seen, None for what needs none. `token` is made
    by the page: the same one again gives the first outcome. `text` is what was seen,
    or the reason.
    """

    key: str
    version: int | None = None
    token: str | None = None
    claimed_at: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What came of it; `repeated`: this token had been counted before."""

    step: RunStep
    event_id: int
    repeated: bool = False


def begin(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Begin a step.

    A manual one runs; an automatic one waits for a worker; an approval is asked for,
    and expires after its time to live.
    """
    raise NotImplementedError


def done(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """End a manual step, begun or not. Evidence must be there; `after` must be over.

    Where two people are wanted the first leaves it RUNNING (`by` set), and the second
    ends it with `confirm`.
    """
    raise NotImplementedError


def confirm(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Confirm as the second of two people what another did."""
    raise NotImplementedError


def fail(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Say that a step failed, and why; the plan's policy follows: pause, go on, back."""
    raise NotImplementedError


def skip(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Leave a step out, with a reason."""
    raise NotImplementedError


def again(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Put a failed, expired or unknown step back to PENDING.

    An automatic step only where its plan calls it idempotent.
    """
    raise NotImplementedError


def resolve(
    session: Session,
    number: str,
    tick: Tick,
    *,
    happened: bool,
    by: Actor,
    at: datetime,
) -> Ticked:
    """Say what came of an UNKNOWN step: done (`happened`) or failed; `text` says how.

    To have it run again: `again`.
    """
    raise NotImplementedError
