"""What `opsdesk inspect` does once it knows what is asked of it."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from sqlalchemy.exc import OperationalError

from opsdesk.cli.group import spoken
from opsdesk.cli.opened import console_user, use_audit_key
from opsdesk.cli.progress import Progress, live, table
from opsdesk.cli.session import fail
from opsdesk.core import clock, log
from opsdesk.core.desk import Desk, is_demo, open_desk
from opsdesk.core.files import Unwritable
from opsdesk.core.language import pick
from opsdesk.core.runner import me
from opsdesk.core.settings import Settings
from opsdesk.flows import inspect_estate
from opsdesk.inspections.models import Slot
from opsdesk.inspections.operations.rounds import Plan
from opsdesk.inspections.queries.rounds import (
    FindingView,
    RoundView,
    VisitView,
    by_number,
    facts_of_round,
)
from probes.server import Server
from probes.transcript import Outcome

NORMAL, FINDINGS, NO_FULL_ANSWER = 0, 1, 3
"""Exit statuses; 2 is bad usage."""


@dataclass(frozen=True, slots=True)
class Result:
    """A round that has been run, and every visit's facts if they were asked for."""

    round: RoundView
    facts: Mapping[int, Mapping[str, Any]]
    language: str


def perform(
    settings: Settings,
    servers: Sequence[Server],
    *,
    slot: str,
    weekly: bool,
    show: bool,
    facts: bool = False,
) -> Result:
    """Run a round in this process and return it, with its facts where they are asked."""
    if is_demo(settings):
        fail(
            "这是演示台，设备都是虚构的，没有去连接。要巡检真实的服务器，请用自己的 config.yaml。",
            "This is a demonstration with made-up devices; nothing was connected to. To "
            "inspect real servers, use a config.yaml of your own.",
        )
    desk = open_ready(settings)
    at = clock.now()
    plan = Plan(
        day=clock.local_day(at, settings.desk.timezone),
        slot=Slot(slot),
        servers=servers,
        by=console_user(),
        due_at=at,
    )
    number = _run(desk, plan, at, weekly=weekly, show=show)
    with desk.database.reading() as session:
        view = by_number(session, number)
        known = facts_of_round(session, view.id) if facts else {}
    result = Result(round=view, facts=known, language=settings.desk.language)
    if show:
        table(result.round, spoken())
    return result


def open_ready(settings: Settings) -> Desk:
    """Open the desk, or say what must be done first."""
    log.to_stderr()
    use_audit_key(settings)
    return open_desk(settings)


def _run(desk: Desk, plan: Plan, at: datetime, *, weekly: bool, show: bool) -> str:
    requested = inspect_estate.request(desk, plan, at=at)
    if requested is None:
        fail(
            f"{plan.day} 的这一次巡检（{plan.slot}）已经有记录，不会重复进行。",
            f"The {plan.slot} round of {plan.day} has its record already; "
            "it is not run twice.",
        )
    round_id, number = requested
    stop = threading.Event()
    _on_interrupt(stop)
    inspect_estate.claim(desk, round_id, runner=me())
    with _progress(plan, spoken(), show=show) as on:
        order = inspect_estate.Order(
            round_id=round_id,
            runner=me(),
            weekly=weekly,
            on=on.note if on is not None else None,
        )
        _finish(desk, order, number, stop)
    return number


def _on_interrupt(stop: threading.Event) -> None:
    """Let Ctrl-C end a round between two servers, not in the middle of one."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())


def _finish(
    desk: Desk, order: inspect_estate.Order, number: str, stop: threading.Event
) -> None:
    try:
        done = inspect_estate.run(desk, order, stop=stop)
    except Unwritable as trouble:
        sentence = pick(trouble.words, spoken())
        fail(f"{number}: {sentence}", f"{number}: {sentence}", status=NO_FULL_ANSWER)
    except OperationalError as trouble:
        fail(
            f"巡检 {number} 中途不能写数据库（{trouble.orig}）。已记下的服务器都保留，"
            "其余由调度进程补问。请检查磁盘空间，以及是否有别的程序占用数据库。",
            f"Round {number} could not write to the database ({trouble.orig}). The "
            "servers recorded so far are kept; the scheduler asks the rest. Check the "
            "disk's space, and whether another program holds the database.",
            status=NO_FULL_ANSWER,
        )
    if not done:
        fail(
            f"巡检 {number} 已中断。已得到的应答都已保存，其余由调度进程补问。",
            f"Round {number} was interrupted. Every answer so far is kept; the "
            "scheduler asks the rest.",
            status=NO_FULL_ANSWER,
        )


def _progress(
    plan: Plan, language: str, *, show: bool
) -> AbstractContextManager[Progress | None]:
    if not show or not sys.stderr.isatty():
        return nullcontext()
    return live(len(plan.servers), language)


def status(result: Result) -> int:
    """Return the exit status: no full answer outweighs findings."""
    outcomes = {visit.outcome for visit in result.round.visits}
    if outcomes - {Outcome.ANSWERED.value}:
        return NO_FULL_ANSWER
    found = any(visit.findings for visit in result.round.visits)
    return FINDINGS if found else NORMAL


def as_json(result: Result) -> str:
    """Return the round as one JSON object, one server a line.

    Indented any further it would be written by Python itself, ten times as slowly.
    """
    view = result.round
    head = {
        "round": view.number,
        "slot": view.slot,
        "started": _zulu(view.started_at),
        "took_ms": view.took_ms,
    }
    visits = ",\n".join(
        _dumped(_visit(visit, result.facts.get(visit.id, {}), result.language))
        for visit in view.visits
    )
    return f'{_dumped(head)[:-1]}, "visits": [\n{visits}\n]}}'


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _visit(visit: VisitView, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "server": visit.server,
        "outcome": visit.outcome,
        "detail": visit.detail,
        "took_ms": visit.took_ms,
        "state": visit.state,
        "transcript_sha256": visit.transcript_sha256,
        "boot_id": visit.boot_id,
        "clock_offset_ms": visit.clock_offset_ms,
        "facts": facts.get("facts", {}),
        "gaps": facts.get("gaps", {}),
        "findings": [_finding(finding, language) for finding in visit.findings],
    }


def _finding(finding: FindingView, language: str) -> dict[str, Any]:
    return {
        "probe": finding.probe,
        "subject": finding.subject,
        "severity": finding.severity,
        "message": finding.message_zh
        if language.startswith("zh")
        else finding.message_en,
        "measured": _number(finding.measured),
        "limit": _number(finding.limit),
        "unit": finding.unit,
        "fingerprint": finding.fingerprint,
        "muted": finding.muted,
    }


def _number(text: str | None) -> float | int | str | None:
    """Return a stored figure as the number it was, where it was one."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return text
    if not isfinite(value):  # "nan" is somebody's name, and no JSON
        return text
    return int(value) if value.is_integer() and "e" not in text else value


def _zulu(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
