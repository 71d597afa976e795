"""What each objective came to: from the clocks, the recovery point and the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from runbooks.plan import Clock, Objectives

GAP = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was marked in a run, for measuring. `late` counts reports past their time."""

    clocks: Mapping[Clock, datetime]
    recovery_point: datetime | None
    reports: Sequence[datetime]
    late: int
    owed: bool  # a report is due by now, or was when it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An objective: promised, measured, kept. `met` None: nothing was measured."""

    name: str
    target: timedelta | None
    actual: timedelta | None
    met: bool | None


def measure(objectives: Objectives, said: Said) -> tuple[Measured, ...]:
    """Return what each objective came to, in the order of wording.OBJECTIVES."""
    start = said.clocks.get(Clock.DETECTED)
    timed = (
        ("acknowledge", objectives.acknowledge, Clock.ACKNOWLEDGED),
        ("on_site", objectives.on_site, Clock.ON_SITE),
        ("contain", objectives.contain, Clock.CONTAINED),
        ("recovery_time", objectives.recovery_time, Clock.RESTORED),
    )
    found = [
        _against(name, target, _between(start, said.clocks.get(clock)))
        for name, target, clock in timed
    ]
    fault = said.clocks.get(Clock.FAULT) or start
    lost = _between(said.recovery_point, fault)
    found.append(_against("recovery_point", objectives.recovery_point, lost))
    return (*found, _reports(objectives, said, start))


def missed(measured: Sequence[Measured]) -> bool:
    """Tell whether any objective was missed: then the run deviated."""
    return any(one.met is False for one in measured)


def as_json(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Return what was measured, as it is frozen into a signed run."""
    return [
        {
            "name": one.name,
            "target": one.target.total_seconds() if one.target is not None else None,
            "actual": one.actual.total_seconds() if one.actual is not None else None,
            "met": one.met,
        }
        for one in measured
    ]


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Measured, ...]:
    """Return what was frozen into a signed run."""
    return tuple(
        Measured(
            name=row["name"],
            target=_span(row["target"]),
            actual=_span(row["actual"]),
            met=row["met"],
        )
        for row in rows
    )


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    if start is None or end is None:
        return None
    return max(end - start, GAP)


def _against(name: str, target: timedelta, actual: timedelta | None) -> Measured:
    met = None if actual is None else actual <= target
    return Measured(name=name, target=target, actual=actual, met=met)


def _reports(objectives: Objectives, said: Said, start: datetime | None) -> Measured:
    """Measure the longest silence; kept means that no report was late or is owed."""
    moments = [one for one in (start, *said.reports) if one is not None]
    gaps = [after - before for before, after in pairwise(moments)]
    met: bool | None = None
    if said.reports or said.owed:
        met = said.late == 0 and not said.owed
    return Measured(
        name="reports",
        target=objectives.report_every,
        actual=max(gaps, default=None),
        met=met,
    )
