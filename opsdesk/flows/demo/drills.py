"""The made-up year of drills: two held and signed, and an emergency up for review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.flows import declare_emergency, follow_up, keep_drills
from opsdesk.flows.demo.playing import SUMMARY, Player
from opsdesk.flows.demo.stage import DUTY, LEAD, Stage, Story, minutes
from opsdesk.flows.plans_in_force import by_id
from opsdesk.responses.models import DrillSlot
from opsdesk.responses.operations import (
    escalating,
    noting,
    opening,
)
from runbooks.plan import (
    Clock,
    Kind,
    Level,
    Mode,
    Plan,
    Scenario,
)


def year(desk: Desk, *, first: datetime, now: datetime) -> None:
    """Lay the years that the demonstration touches from the rota, each at new year."""
    zone = desk.settings.desk.timezone
    plans = tuple(by_id(desk.settings).values())
    for number in sorted({local_day(first, zone).year, local_day(now, zone).year}):
        new_year = datetime(number, 1, 1, 9, tzinfo=zone).astimezone(UTC)
        with desk.database.unit() as session:
            keep_drills.fill_year(
                session, desk.settings, number, plans, by=LEAD, at=new_year
            )


def month(stage: Stage, *, first: datetime, now: datetime) -> Iterator[Story]:
    """Yield what happens: last month's drill, another of this month, an emergency."""
    desk = stage.desk
    zone = desk.settings.desk.timezone
    today, begun = local_day(now, zone), local_day(first, zone)
    if (today - begun).days < 20:  # noqa: PLR2004 - too short for three of them
        return
    plans = {plan.scenario: plan for plan in by_id(desk.settings).values()}
    former = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    day, plan = _former(desk, former, begun), _plan_of(desk, former)
    if plan is not None:
        yield _drill(stage, plan, stage.clock(day, 9, 30), former)
    yield _drill(
        stage, plans[Scenario.STAFF_ABSENT], stage.clock(today - timedelta(9), 14), None
    )
    yield _emergency(
        stage, plans[Scenario.WAN_OUTAGE], stage.clock(today - timedelta(3), 10, 12)
    )


def _former(desk: Desk, former: date, begun: date) -> date:
    with desk.database.reading() as session:
        query = select(DrillSlot.planned_on).where(DrillSlot.month == former)
        planned = session.scalar(query) or former
    return max(planned, begun + timedelta(days=1))


def _plan_of(desk: Desk, month: date) -> Plan | None:
    with desk.database.reading() as session:
        query = select(DrillSlot.plan).where(DrillSlot.month == month)
        return by_id(desk.settings).get(session.scalar(query) or "")


def _drill(stage: Stage, plan: Plan, at: datetime, month: date | None) -> Story:
    """Rehearse a plan at a table, from its opening a week before to its signatures."""
    session = yield at - timedelta(hours=4)
    desk, settings = stage.desk, stage.desk.settings
    slot = session.scalar(select(DrillSlot).where(DrillSlot.month == month))
    drill = opening.Drill(
        plan=plan,
        mode=Mode.TABLETOP,
        planned_for=at,
        joint=slot.joint if slot else False,
        slot_id=slot.id if slot else None,
        parameters=_values(desk, plan),
        confirmed=_values(desk, plan),
    )
    run = opening.plan_drill(
        session, settings, drill, by=LEAD, at=at - timedelta(hours=4)
    )
    player = Player(desk, session, run, plan, at)
    player.seat(at - timedelta(hours=3))
    player.move("ready", -30)
    player.move("start", 0)
    end = player.through()
    player.move("review", end + 5)
    player.review(end + 15)
    player.sign(end + 60)


def _emergency(stage: Stage, plan: Plan, at: datetime) -> Story:
    """Let the lines be cut, for real, and leave the run up for review."""
    session = yield at
    desk = stage.desk
    what = opening.Emergency(
        plan=plan,
        level=Level.THREE,
        title="（演示）互联网出口线路中断",
        fault_at=at - minutes(6),
        parameters=_values(desk, plan),
        confirmed=_values(desk, plan),
    )
    run = declare_emergency.declare(session, desk.settings, what, by=DUTY[0], at=at)
    player = Player(desk, session, run, plan, at)
    player.seat(at + minutes(1))
    escalating.acknowledge(session, run.number, by=DUTY[0], at=at + minutes(2))
    noting.mark(session, run.number, Clock.ON_SITE, by=DUTY[0], at=at + minutes(9))
    end = player.through()
    report = noting.Report(
        to="甲方代表（演示）", way="电话", text="线路已恢复，持续观察。"
    )
    noting.report(session, run.number, report, by=DUTY[2], at=at + minutes(end + 2))
    player.move("stable", end + 5)
    player.move("review", end + 65)
    player.write({name: SUMMARY[name] for name in ("causes", "impact")}, end + 90)
    item = follow_up.Item(
        title="（演示）备用线路切换缺少自动告警",
        due_on=local_day(at, desk.settings.desk.timezone) + timedelta(days=14),
        description="切换后十分钟才发现主线恢复。",
        owner=DUTY[2].username,
    )
    follow_up.improve(
        session,
        desk.settings,
        run.number,
        item,
        by=LEAD,
        at=at + minutes(end + 95),
    )


_NAMED = {"absent": "（演示）夜班主班一人"}


def _values(desk: Desk, plan: Plan) -> dict[str, str]:
    """Return what a plan must be told, of the demonstration's devices."""
    known = {
        Kind.SERVER: desk.settings.servers[0].name,
        Kind.SERVICE: "postgresql",
        Kind.NUMBER: "443",
        Kind.TEXT: "https://example.org/",
    }
    return {
        one.name: _NAMED.get(one.name) or known[one.kind]
        for one in plan.parameters
        if one.required and not one.default and one.kind in known
    }
