"""Why a deadline is what it is, for anybody who asks, without a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.clock import clock, literal_of
from opsdesk.tickets.promises.promise import Occurrence, Promise, What
from opsdesk.tickets.promises.terms import Terms, fixes, response
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A fault as somebody describes it; `opened` is aware."""

    opened: datetime
    is_complex: bool
    policy: str
    cutoff: time | None
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Its deadlines, in the zone asked for; 24:00 is the next day's 00:00."""

    response_due: datetime
    due: datetime
    literal_due: datetime
    explanation: tuple[Words, ...]


def explain(asked: Asked) -> Answer:
    """Return a fault's deadlines and why. Raises NoTable."""
    calendar = Calendar(Policy(asked.policy), asked.zone)
    terms = Terms(same_day_cutoff=asked.cutoff)
    fix, _release = fixes(terms, is_complex=asked.is_complex)
    answer, why_answer = _due(response(), calendar, asked.opened)
    due, why_due = _due(fix, calendar, asked.opened)
    literal = literal_of(fix.target, calendar, asked.opened)
    return Answer(
        response_due=answer.astimezone(asked.zone),
        due=due.astimezone(asked.zone),
        literal_due=literal.astimezone(asked.zone),
        explanation=(
            *(_named(response(), one) for one in why_answer[:-1]),
            *(_named(fix, one) for one in why_due[:-1]),
            why_due[-1],
        ),
    )


def _due(
    promise: Promise, calendar: Calendar, opened: datetime
) -> tuple[datetime, tuple[Words, ...]]:
    started = [Occurrence(opened, What.STARTED)]
    reading = clock(started, promise, calendar, opened)
    assert reading is not None  # it has started
    return reading.deadline, reading.explanation


def _named(promise: Promise, why: Words) -> Words:
    label = promise.label
    return Words(f"{label.zh}：{why.zh}", f"{label.en}: {why.en}")
