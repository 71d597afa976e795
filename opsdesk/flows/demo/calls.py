"""The made-up faults and requests of a month: what was reported, and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from opsdesk.flows.demo.reported import FAULTS, REGIONS, REQUESTS, Call
from opsdesk.flows.demo.stage import CUSTOMER, DUTY, Cast, Scene, Stage, Story, minutes
from opsdesk.tickets.models import Kind

LATE, OVER_A_DAY, COMPLEX, HELD = 11, 23, 31, 37
"""Which faults of the month were answered late, took over a day, and so on."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One fault: what, when, who, and how many minutes each step took."""

    call: Call
    number: int
    at: datetime
    by: Cast
    answer: float
    fixed: float
    needs_release: bool


def month(stage: Stage, days: list[date]) -> Iterator[Story]:
    """Return the stories of every day: one or two faults, a request every other day."""
    number = 0
    for index, day in enumerate(days):
        for turn in range(1 + index % 2):
            hour = 8 + (index * 5 + turn * 4) % 11
            yield fault(stage, _plot(number, stage.clock(day, hour, number * 7 % 60)))
            number += 1
        if index % 2:
            at = stage.clock(day, 9 + index % 7, index * 11 % 60)
            yield request(stage, REQUESTS[index // 2 % len(REQUESTS)], index, at)


def just_now(stage: Stage, at: datetime) -> Iterator[Story]:
    """Return what is in work as one looks: not answered yet, and in the making."""
    begun = replace(_plot(2, at - minutes(14)), answer=10_000)
    yield fault(stage, begun)
    yield fault(stage, replace(_plot(7, at - minutes(95)), answer=6, fixed=10_000))


def _plot(number: int, at: datetime) -> Plot:
    call = FAULTS[number % len(FAULTS)]
    return Plot(
        call,
        number,
        at,
        DUTY[number % len(DUTY)],
        answer=_answered(call, number),
        fixed=40 + number * 23 % 190,
        needs_release=call.cause_class == "defect",
    )


def _answered(call: Call, number: int) -> float:
    """Return the minutes to the answer: soon where it is urgent, too late once."""
    if number == LATE:
        return 72
    return 3 + number % 6 if call.urgency == "high" else 3 + number * 7 % 29


def fault(stage: Stage, plot: Plot) -> Story:
    """Tell one fault from the call to its end."""
    by, at = plot.by, plot.at
    session = yield at
    number = stage.open(session, Kind.INCIDENT, _reported(plot), by, at)
    at += minutes(plot.answer)
    session = yield at
    stage.move(session, number, "respond", by, at)
    if plot.number == LATE:
        stage.note(session, number, _WHY_LATE, by, at)
    at += minutes(6)
    session = yield at
    stage.move(session, number, "start", by, at, owner=by.username)
    if plot.number == COMPLEX:
        at = yield from _complex(stage, number, by, at)
    elif plot.number == HELD:
        at = yield from _held(stage, number, by, at)
    elif plot.number == OVER_A_DAY:
        at = yield from _over_a_day(stage, number, by, at)
    else:
        at += minutes(plot.fixed)
    yield from _ended(stage, plot, number, at)


def _reported(plot: Plot) -> dict[str, Any]:
    region = REGIONS[plot.number % len(REGIONS)]
    return {
        "title": f"{region}：{plot.call.title}",
        "source": plot.call.source,
        "reporter": "环保专员（演示）",
        "reporter_unit": f"{region}某企业（演示）",
        "reporter_role": "authority" if plot.number % 3 else "enterprise",
        "contact": "010-0000-0000",
        "region": region,
        "module": plot.call.module,
        "description": f"{plot.call.title}。报告人提供了截图，重试两次仍然如此。",
        "impact": "high" if plot.call.urgency == "high" else "middle",
        "urgency": plot.call.urgency,
    }


def _ended(stage: Stage, plot: Plot, number: str, at: datetime) -> Story:
    by, call = plot.by, plot.call
    session = yield at
    stage.move(session, number, "restore", by, at)
    if plot.needs_release:
        at += minutes(25)
        session = yield at
        stage.move(session, number, "release", by, at)
    at += minutes(12)
    session = yield at
    found = {"cause": call.cause, "cause_class": call.cause_class}
    if not plot.needs_release:
        stage.edit(session, number, by, at, no_release_why="未改程序，无需发布。")
    stage.move(session, number, "resolve", by, at, solution=call.solution, **found)
    at += minutes(300 + plot.number * 97 % 900)
    session = yield at
    stage.report_owed(session, number, by, at, "已修复；观察一天后书面回复报告人。")
    closer = CUSTOMER if plot.number % 3 == 0 else by
    stage.move(
        session,
        number,
        "close",
        closer,
        at,
        confirmed_by="报告人电话确认",
        close_code="solved",
        satisfaction="fair" if plot.number == OVER_A_DAY else "good",
    )


def _complex(stage: Stage, number: str, by: Cast, at: datetime) -> Scene:
    at += minutes(70)
    session = yield at
    stage.move(
        session,
        number,
        "declare-complex",
        by,
        at,
        complex_why="涉及跨省数据交换的历史口径，需要与两方核对。",
        task_force=[by.username, "lead"],
        customer_informed=True,
    )
    at += timedelta(hours=3)
    session = yield at
    stage.note(
        session, number, "专题小组已定位：口径表缺两个省，正在补齐并复核。", by, at
    )
    at += timedelta(hours=1)
    session = yield at
    plan = "1. 补齐口径表；2. 两省抽样核对；3. 次日 12:00 前完成并书面回复。"
    stage.move(session, number, "report-plan", by, at, modification_plan=plan)
    return at + timedelta(hours=30)


def _held(stage: Stage, number: str, by: Cast, at: datetime) -> Scene:
    at += minutes(50)
    session = yield at
    why = "等待甲方提供加盖公章的数据修改申请（已电话并邮件告知）。"
    stage.move(session, number, "wait", by, at, note=why)
    at += timedelta(hours=22)
    session = yield at
    stage.move(session, number, "go-on", by, at, note="甲方已送达申请原件。")
    return at + minutes(45)


def _over_a_day(stage: Stage, number: str, by: Cast, at: datetime) -> Scene:
    zone = stage.desk.settings.desk.timezone
    at = stage.clock(at.astimezone(zone).date() + timedelta(days=1), 0, 40)
    session = yield at
    plan = "厂商补丁今日 10:00 到位，11:00 前完成验证并发布；期间改走人工审核。"
    stage.move(session, number, "report-plan", by, at, modification_plan=plan)
    stage.note(
        session, number, "当日未解决的原因：厂商驱动缺陷，当日无法取得补丁。", by, at
    )
    return at + timedelta(hours=10)


def request(stage: Stage, call: Call, number: int, at: datetime) -> Story:
    """Tell one request from the asking to its score."""
    by = DUTY[number % len(DUTY)]
    session = yield at
    values = {
        "title": call.title,
        "channel": call.source,
        "category": call.cause_class,
        "reporter": "业务人员（演示）",
        "contact": "010-0000-0000",
        "region": REGIONS[number % len(REGIONS)],
        "module": call.module,
        "description": f"{call.title}。",
    }
    ticket = stage.open(session, Kind.REQUEST, {**values, "owner": by.username}, by, at)
    for name, wait, given in (
        ("assign", 8, {}),
        ("start", 20, {}),
        ("finish", 90 + number * 13 % 200, {"solution": call.solution}),
        ("close", 900, {"satisfaction": "5" if number % 3 else "4"}),
    ):
        at += minutes(wait)
        session = yield at
        stage.move(session, ticket, name, by, at, **given)


_WHY_LATE = "响应超时的原因：交接班时电话无人接听，已在交接班记录中说明并补设备班电话。"
