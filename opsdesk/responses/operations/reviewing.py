"""After the run: who took part, the quiz, the evaluation, the summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import Attendance, Evaluation, Run
from opsdesk.tickets.register import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who took part; `username` empty for people without an account."""

    name: str
    unit: str = ""
    username: str = ""


def attend(
    session: Session, number: str, attendee: Attendee, *, by: Actor, at: datetime
) -> Attendance:
    """Put somebody on the list of those who took part, once."""
    raise NotImplementedError


def quiz(
    session: Session,
    number: str,
    attendance_id: int,
    answers: Mapping[int, int],
    *,
    by: Actor,
    at: datetime,
) -> Attendance:
    """Grade answers (question → answer, both from 0) by the plan; the first stands."""
    raise NotImplementedError


def evaluate(  # noqa: PLR0913 - item, score, words
    session: Session,
    number: str,
    item: str,
    score: int,
    *,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Evaluation:
    """Judge one item: of wording.EVALUATION, or the plan's "point-1"…; 1, 3 or 5."""
    raise NotImplementedError


def summarise(
    session: Session,
    number: str,
    values: Mapping[str, str],
    *,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> Run:
    """Write fields of the summary (wording.SUMMARY); signatures given become void."""
    raise NotImplementedError
