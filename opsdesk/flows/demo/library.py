"""The made-up configuration library and the roster."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import CauseKind, Item, Kind, Type
from opsdesk.assets.operations.enrolling import enrol
from opsdesk.assets.operations.items import Draft, create, revise
from opsdesk.assets.operations.relations import Edge, relate
from opsdesk.assets.operations.revisions import Cause
from opsdesk.assets.queries.items import of_server
from opsdesk.core.desk import Desk
from opsdesk.flows.demo.stage import DUTY, LEAD, Stage, Story, minutes
from opsdesk.people.models import Person
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Duty
from opsdesk.people.roster.operations.attending import arrive, set_phone
from opsdesk.people.roster.operations.planning import Rota, fill
from opsdesk.people.roster.shifts import turns

AHEAD = 14
"""Days that the roster runs ahead."""

_MADE = Cause(kind=CauseKind.IMPORT, reference="台账.xlsx")
_RUNS, _NEEDS = Kind.RUNS_ON, Kind.DEPENDS_ON
ITEMS: tuple[tuple[Type, str, dict[str, str]], ...] = (
    (Type.DATABASE, "监测主库", {"product": "KingbaseES", "instance": "monitor"}),
    (
        Type.SOFTWARE,
        "企业填报系统",
        {"version": "2.7.3", "purpose": "企业自行监测填报"},
    ),
    (Type.SOFTWARE, "信息发布系统", {"version": "1.4.0", "purpose": "公众查询"}),
    (Type.SOFTWARE, "数据交换前置", {"version": "3.1.2", "purpose": "省级数据交换"}),
    (Type.COMPONENT, "统计分析组件", {"version": "1.9.0", "purpose": "达标率统计"}),
    (
        Type.TASK,
        "夜间全备",
        {"schedule": "每天 02:00", "script": "/data/backup/full.sh"},
    ),
    (Type.LINK, "部—省政务外网", {"carrier": "（演示）运营商"}),
    (Type.DOCUMENT, "应急预案", {"edition": "2026 版"}),
)
EDGES: tuple[tuple[str, Kind, str], ...] = (
    ("监测主库", _RUNS, "db-1"),
    ("监测主库", Kind.BACKED_UP_BY, "夜间全备"),
    ("夜间全备", _RUNS, "db-2"),
    *(("企业填报系统", _RUNS, f"filing-{n}") for n in range(1, 5)),
    *(("信息发布系统", _RUNS, f"publish-{n}") for n in range(1, 5)),
    ("数据交换前置", _RUNS, "exchange-1"),
    ("数据交换前置", Kind.CONNECTS_TO, "部—省政务外网"),
    *((name, _NEEDS, "监测主库") for name in ("企业填报系统", "信息发布系统")),
    ("数据交换前置", _NEEDS, "监测主库"),
    ("统计分析组件", _NEEDS, "企业填报系统"),
    ("企业填报系统", _NEEDS, "cache-1"),
)
WARRANTIES = {"db-1": 21, "cache-1": 400, "nas": 12}
"""Server -> days from now until its warranty ends."""


def enter(desk: Desk, session: Session, *, at: datetime, now: datetime) -> None:
    """Enrol the servers, record what runs on them, and how one hangs on another."""
    by = LEAD.username
    enrol(session, desk.settings.servers, by=by, at=at)
    codes = {}
    for type_, name, fields in ITEMS:
        draft = Draft(type=type_, name=name, fields=dict(fields))
        codes[name] = create(session, draft, cause=_MADE, by=by, at=at).code
    for server in desk.settings.servers:
        item = of_server(session, server.name)
        assert item is not None
        codes[server.name] = item.code
    for start, kind, end in EDGES:
        edge = Edge(codes[start], kind, codes[end])
        relate(session, edge, cause=_MADE, by=by, at=at)
    for name, days in WARRANTIES.items():
        until = (now + timedelta(days=days)).date().isoformat()
        changes = {"warranty_until": until, "vendor": "（演示）维保厂商"}
        revise(session, codes[name], changes, cause=_MADE, by=by, at=at)


def roster(
    desk: Desk, session: Session, first: date, last: date, *, at: datetime
) -> None:
    """Put the engineers on duty in turn under the lead, each with a phone."""
    settings = desk.settings
    every = turns(
        first,
        last + timedelta(days=AHEAD),
        settings.roster.shifts,
        settings.desk.timezone,
    )
    rota = Rota([one.username for one in DUTY], [LEAD.username])
    fill(session, every, rota, by=LEAD.username, at=at)
    for index, one in enumerate((*DUTY, LEAD)):
        person = person_named(session, one.username)
        set_phone(session, person, f"010-0000-000{index}", by=one.username, at=at)


def codes(session: Session, *names: str) -> list[str]:
    """Return the codes of items by name."""
    query = select(Item.code).where(Item.name.in_(names)).order_by(Item.code)
    return list(session.scalars(query))


def attend(stage: Stage) -> Story:
    """Let everybody sign in on post a little before each shift begins."""
    query = select(Duty.id, Duty.starts_at, Person.username).join(
        Person, Person.id == Duty.person_id
    )
    query = query.where(Duty.starts_at > Duty.made_at)
    with stage.desk.database.reading() as session:
        every = session.execute(query.order_by(Duty.starts_at, Duty.id)).all()
    for duty_id, starts_at, username in every:
        at = starts_at - minutes(6)
        session = yield at
        arrive(session, duty_id, by=person_named(session, username), at=at)
