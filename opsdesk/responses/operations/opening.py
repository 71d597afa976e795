"""A run begins: planned as a drill, or declared as an emergency that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.settings import Settings
from opsdesk.responses.models import Run
from opsdesk.responses.states import Purpose
from opsdesk.tickets.register import Actor
from runbooks.plan import Level, Mode, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What is to be rehearsed. `confirmed` holds what was typed a second time."""

    plan: Plan
    mode: Mode
    planned_for: datetime
    title: str = ""  # "": the plan's
    level: Level = Level.THREE
    joint: bool = False
    purpose: Purpose = Purpose.DRILL  # or RESTORE, PATCHING
    parameters: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    slot_id: int | None = None  # of the drill year


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What has happened. Parameters may be filled in later: two clicks declare."""

    plan: Plan
    level: Level
    title: str = ""  # "": the incident's, or the plan's
    incident: str = ""  # its number
    fault_at: datetime | None = None  # as claimed; None: the incident's beginning, now
    parameters: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)


def plan_drill(
    session: Session, settings: Settings, drill: Drill, *, by: Actor, at: datetime
) -> Run:
    """Open a drill as PLANNED: DRL-… (RST-… restore, PAT-… patching)."""
    raise NotImplementedError


def declare(
    session: Session,
    settings: Settings,
    emergency: Emergency,
    *,
    by: Actor,
    at: datetime,
) -> Run:
    """Open an emergency, RUNNING at once: T0 and T1 marked, the ladder set, roles taken.

    Declared twice from the same incident under the same plan, or by the same person
    under the same plan within a minute: the first one is returned.
    """
    raise NotImplementedError


def fill_parameters(  # noqa: PLR0913 - what is typed, twice, by whom and when
    session: Session,
    settings: Settings,
    number: str,
    values: Mapping[str, str],
    confirmed: Mapping[str, str],
    *,
    by: Actor,
    at: datetime,
) -> Run:
    """Give a run parameters it lacks or had wrong, until a step has used them."""
    raise NotImplementedError
