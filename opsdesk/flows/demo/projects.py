"""The larger things of the made-up month: a problem, its change and release, a repair."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.flows.demo.library import codes
from opsdesk.flows.demo.sheets import (
    ARTEFACT,
    ARTICLES,
    CAUSE,
    DATABASE,
    FIREWALL,
    PATCH,
    PLAN,
    PROBLEM,
    REPAIR,
    REPAIRED,
    TREND,
    VERIFIED,
    sha256,
)
from opsdesk.flows.demo.stage import (
    CUSTOMER,
    DUTY,
    LEAD,
    Cast,
    Stage,
    Story,
    iso,
    link,
    minutes,
)
from opsdesk.tickets.models import Kind, Relation, Ticket
from opsdesk.tickets.operations import articles

A, B, C, D = DUTY
_SYSTEM = "企业填报系统"
MONTH = 31
"""Days by which a longer history tells the same kind of thing once before."""


def month(stage: Stage, first: date, today: date) -> Iterator[Story]:
    """Return the stories that lie within the days there are."""
    for ago, tell in (
        (16, fixed),
        (20, patched),
        (10, learnt),
        (9, mended),
        (3, proposed),
        (1, asked),
        *(
            (ago + MONTH, tell)
            for ago, tell in ((16, fixed), (20, patched), (9, mended))
        ),
    ):
        day = today - timedelta(days=ago)
        if day > first:
            yield tell(stage, day)


def fixed(stage: Stage, day: date) -> Story:
    """Tell of repeated faults, the problem behind them, its change and its release."""
    at = stage.clock(day, 9, 40)
    session = yield at
    problem = stage.open(session, Kind.PROBLEM, PROBLEM, A, at)
    for number in _alike(session, "登录"):
        link(session, number, Relation.CAUSED_BY, problem, A, at)
    at += minutes(50)
    session = yield at
    stage.move(session, problem, "analyse", A, at, owner=A.username)
    at += timedelta(hours=26)
    session = yield at
    stage.move(session, problem, "fix", A, at, **CAUSE)
    day += timedelta(days=2)
    yield from _shipped(stage, problem, day)
    at = stage.clock(day + timedelta(days=4), 10, 0)
    session = yield at
    verified = "连续两天复测验证码 200 次无误；两台缓存时差小于 20 毫秒。"
    stage.move(session, problem, "solve", A, at, verification=verified)
    at += timedelta(hours=5)
    session = yield at
    stage.move(session, problem, "close", CUSTOMER, at, close_code="solved")


def _shipped(stage: Stage, problem: str, day: date) -> Story:
    """Carry out the change of a problem, with the release that ships it."""
    at = stage.clock(day, 10, 20)
    session = yield at
    items = codes(session, _SYSTEM, "filing-1", "filing-3")
    window = stage.clock(day + timedelta(days=1), 22)
    change = stage.open(session, Kind.CHANGE, _change(items, window, A, "major"), A, at)
    release = stage.open(session, Kind.RELEASE, _release(items), A, at)
    link(session, problem, Relation.FIXED_BY, change, A, at)
    link(session, change, Relation.RELEASED_IN, release, A, at)
    at += minutes(20)
    session = yield at
    stage.move(session, change, "submit", A, at)
    stage.move(session, release, "build", A, at)
    stage.move(session, release, "submit", A, at)
    at += minutes(180)
    session = yield at
    stage.sign(session, change, "同意，按窗口实施。", LEAD, at)
    stage.sign(session, release, "同意发布。", LEAD, at)
    at += minutes(95)
    session = yield at
    stage.sign(session, change, "同意。", CUSTOMER, at)
    stage.move(session, change, "schedule", A, at)
    yield from _carried_out(stage, change, release, window)


def _carried_out(stage: Stage, change: str, release: str, window: datetime) -> Story:
    at = window + minutes(5)
    session = yield at
    stage.move(session, change, "implement", B, at)
    at += minutes(15)
    session = yield at
    stage.move(session, release, "deploy", B, at)
    at += minutes(30)
    session = yield at
    stage.move(session, release, "verify", A, at, **VERIFIED, verified_by=A.username)
    at += minutes(10)
    session = yield at
    stage.move(
        session, change, "observe", B, at, actual_result="success", verified_by="duty1"
    )
    at += timedelta(hours=35)
    session = yield at
    done: dict[str, Any] = {
        "register_updated": True,
        "observation_result": "观察 35 小时，无异常。",
    }
    stage.move(session, change, "close", B, at, **done)
    stage.move(session, release, "close", B, at)


def patched(stage: Stage, day: date) -> Story:
    """Tell of an ordinary change that had to be rolled back."""
    at = stage.clock(day, 14, 10)
    session = yield at
    window = stage.clock(day + timedelta(days=1), 21)
    items = codes(session, "graphics-1")
    values = _change(items, window, D, "normal")
    number = stage.open(session, Kind.CHANGE, {**values, **PATCH}, C, at)
    stage.move(session, number, "submit", C, at)
    at += minutes(60)
    session = yield at
    stage.sign(session, number, "同意。", LEAD, at)
    stage.move(session, number, "schedule", C, at)
    at = window + minutes(10)
    session = yield at
    stage.move(session, number, "implement", D, at)
    at += minutes(40)
    session = yield at
    stage.move(
        session,
        number,
        "roll-back",
        D,
        at,
        note="新驱动下制图软件无法启动，达到回退触发条件。",
        rollback_record="21:50 按步骤还原旧驱动，22:05 制图软件恢复，数据无损。",
    )
    at += timedelta(hours=14)
    session = yield at
    done: dict[str, Any] = {
        "register_updated": True,
        "observation_result": "已恢复原状，业务正常。",
    }
    stage.move(session, number, "close", D, at, **done)


def mended(stage: Stage, day: date) -> Story:
    """Tell of a disk that was replaced on site."""
    at = stage.clock(day, 8, 50)
    session = yield at
    values = {**REPAIR, "items": codes(session, "video"), "found_at": iso(at)}
    number = stage.open(session, Kind.REPAIR, values, C, at)
    stage.move(session, number, "submit", C, at)
    at += minutes(90)
    session = yield at
    stage.sign(session, number, "同意，费用在维保内。", LEAD, at)
    at += minutes(60)
    session = yield at
    stage.sign(session, number, "同意上门更换。", CUSTOMER, at)
    for name, hours, given in REPAIRED:
        at += timedelta(hours=hours)
        session = yield at
        stage.move(session, number, name, C, at, **given)


def proposed(stage: Stage, day: date) -> Story:
    """Tell of a change that the customer has not signed yet."""
    at = stage.clock(day, 15, 30)
    session = yield at
    window = stage.clock(day + timedelta(days=6), 22)
    items = codes(session, "监测主库", "db-1")
    values = _change(items, window, B, "major")
    number = stage.open(session, Kind.CHANGE, {**values, **DATABASE}, B, at)
    stage.move(session, number, "submit", B, at)
    at += timedelta(hours=18)
    session = yield at
    stage.sign(session, number, "方案和回退可行，同意。", LEAD, at)


def asked(stage: Stage, day: date) -> Story:
    """Tell of a repair that the lead has not signed, and a problem being looked into."""
    at = stage.clock(day, 16, 15)
    session = yield at
    values = {**REPAIR, **FIREWALL, "found_at": iso(at)}
    values["items"] = codes(session, "fw-data-2")
    number = stage.open(session, Kind.REPAIR, values, D, at)
    stage.move(session, number, "submit", D, at)
    at += minutes(40)
    session = yield at
    trend = stage.open(session, Kind.PROBLEM, TREND, A, at)
    stage.move(session, trend, "analyse", A, at, owner=A.username)
    link(session, trend, Relation.RELATES_TO, number, A, at)


def learnt(stage: Stage, day: date) -> Story:
    """Tell of what was written down for the next time, and published."""
    at = stage.clock(day, 11, 5)
    session = yield at
    rows = [articles.start(session, one, by=A, at=at) for one in ARTICLES]
    at += minutes(45)
    session = yield at
    articles.publish(session, rows[0].code, rows[0].version, by=LEAD, at=at)


def _alike(session: Session, word: str) -> list[str]:
    query = select(Ticket.number).where(
        Ticket.kind == Kind.INCIDENT, Ticket.title.contains(word)
    )
    return list(session.scalars(query.order_by(Ticket.id).limit(3)))


def _change(items: list[str], window: datetime, by: Cast, kind: str) -> dict[str, Any]:
    end = window + timedelta(hours=2)
    return {
        **PLAN,
        "items": items,
        "change_kind": kind,
        "window_from": iso(window),
        "window_to": iso(end),
        "backout_latest": iso(end - minutes(30)),
        "executors": ["duty2" if by is A else by.username],
        "backout_by": by.name,
    }


def _release(items: list[str]) -> dict[str, Any]:
    return {
        "title": "企业填报系统 2.7.4：修正验证码有效期",
        "release_kind": "delta",
        "environment": "生产",
        "module": "企业填报",
        "version_from": "2.7.3",
        "version_to": "2.7.4",
        "build": "构建 1187",
        "items": items,
        "artefacts": [ARTEFACT],
        "test_result": "回归 132 项全部通过。",
        "plan": "22:20 逐节点替换，22:50 前完成验证。",
        "backout_plan": "还原 2.7.3 制品并重启应用。",
        "backout_artefact": "filing-2.7.3.war",
        "backout_sha256": sha256("filing-2.7.3"),
        "executors": ["duty2"],
    }
