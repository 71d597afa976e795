"""What runs need that nobody presses: rungs told, leases ended, reports asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind, Notice, Urgency
from opsdesk.flows import telling_of_runs as runs
from opsdesk.people.models import Role
from opsdesk.responses.operations import deciding, escalating, leasing
from opsdesk.responses.queries import ladder
from opsdesk.responses.states import Rung
from probes.finding import Words
from runbooks.plan import Part

SOON = timedelta(minutes=10)
"""How long before a report to the customer falls due it is asked for."""


REVIEWED_SOON = timedelta(days=1)
"""How long before its review is due a run is reminded of."""


def sweep(desk: Desk, *, at: datetime) -> int:
    """End what ran out, climb the ladders, ask for reports; return how much was done."""
    with desk.database.unit() as session:
        done = deciding.expire(session, at=at) + leasing.lose(session, at=at)
    return done + climb(desk, at=at) + _reports(desk, at=at)


def climb(desk: Desk, *, at: datetime) -> int:
    """Tell every rung that is due; one that has nobody passes it on at once."""
    told = 0
    for _ in Rung:
        with desk.database.reading() as session:
            waiting = ladder.due(session, at=at)
        for rung in waiting:
            with desk.database.unit() as session:
                told += call(session, rung, at=at)
        if not waiting:
            break
    return told


def call(session: Session, rung: ladder.DueRung, *, at: datetime) -> bool:
    """Tell whom a rung means; with nobody there, say so, and the next falls due."""
    names = runs.of_rung(session, rung.rung, at=at)
    if not names:
        return escalating.nobody(session, rung.id, at=at)
    if not escalating.told(session, rung.id, sorted(names), at=at):
        return False
    words = _CALL.fill(
        number=rung.number,
        title=plain(rung.title),
        level=_LEVELS[rung.level.value].zh,
        grade=_LEVELS[rung.level.value].en,
        zh=_RUNGS[rung.rung].zh,
        en=_RUNGS[rung.rung].en,
    )
    runs.say(
        session,
        to=names,
        number=rung.number,
        exercise=rung.exercise,
        words=words,
        at=at,
        once=once_of(rung.id),
    )
    return True


def once_of(rung_id: int) -> str:
    """Return the key a rung is told under."""
    return f"rung:{rung_id}"


def _reports(desk: Desk, *, at: datetime) -> int:
    """Ask for each report to the customer once, a little before it is due."""
    with desk.database.reading() as session:
        owed = _fresh(session, ladder.reports_due(session, at=at + SOON), "report")
    if not owed:
        return 0
    with desk.database.unit() as session:
        for one in owed:
            local = one.due_at.astimezone(desk.settings.desk.timezone)
            runs.say(
                session,
                to=_speakers(session, one.id),
                number=one.number,
                exercise=one.exercise,
                words=_REPORT.fill(
                    number=one.number, title=plain(one.title), at=f"{local:%H:%M}"
                ),
                at=at,
                once=_key("report", one),
                kind=Kind.DUTY_DUE,
            )
    return len(owed)


def reviews(desk: Desk, *, at: datetime) -> int:
    """Remind of reviews due within a day, and daily of those whose time is used up."""
    today = local_day(at, desk.settings.desk.timezone)
    with desk.database.unit() as session:
        return sum(
            runs.say(
                session,
                to=_speakers(session, one.id) | runs.everyone(session, Role.LEAD),
                number=one.number,
                exercise=one.exercise,
                words=(_REVIEW if one.due_at <= at else _REVIEW_SOON).fill(
                    number=one.number, title=plain(one.title)
                ),
                at=at,
                urgency=Urgency.NORMAL,
                once=f"review:{one.id}:{today}",
                kind=Kind.DUTY_DUE,
            )
            for one in ladder.reviews_due(session, at=at + REVIEWED_SOON)
        )


def _speakers(session: Session, run_id: int) -> set[str]:
    found = runs.playing(session, run_id, Part.LIAISON, Part.COMMANDER)
    return found or runs.everyone(session, Role.LEAD)


def _fresh(
    session: Session, owed: Iterable[ladder.Owed], what: str
) -> list[ladder.Owed]:
    by_key = {_key(what, one): one for one in owed}
    told = set(session.scalars(select(Notice.once).where(Notice.once.in_(by_key))))
    return [one for key, one in by_key.items() if key not in told]


def _key(what: str, one: ladder.Owed) -> str:
    return f"{what}:{one.id}:{one.due_at.isoformat()}"


def plain(text: str) -> str:
    """Return a title that a sentence with places to fill can hold."""
    return text.replace("{", "(").replace("}", ")")


_LEVELS = {
    "I": Words("特别重大（Ⅰ级）", "level I"),
    "II": Words("重大（Ⅱ级）", "level II"),
    "III": Words("较大（Ⅲ级）", "level III"),
    "IV": Words("一般（Ⅳ级）", "level IV"),
}
_RUNGS = {
    Rung.PRIMARY: Words("请立即响应", "answer it now"),
    Rung.SECONDARY: Words(
        "主值未应答，请接手", "the primary has not answered, take it"
    ),
    Rung.LEAD: Words("值班人员未应答，请指挥", "nobody on duty has answered, lead it"),
    Rung.CUSTOMER: Words(
        "30 分钟无人应答，特此告知", "nobody has answered for 30 minutes"
    ),
}
_CALL = Words(
    "应急响应 {number}（{level}）{title}：{zh}。",
    "Emergency {number} ({grade}) {title}: {en}.",
)
_REPORT = Words(
    "{number} {title}：{at} 前应向甲方续报，请报告后在页面登记。",
    "{number} {title}: report to the customer by {at}, then note it on the page.",
)
_REVIEW = Words(
    "{number} {title}：总结的期限已过，请完成评估、总结和签字。",
    "{number} {title}: the time for its review is over; evaluate, summarise and sign it.",
)
_REVIEW_SOON = Words(
    "{number} {title}：总结将在一天内到期，请完成评估、总结和签字。",
    "{number} {title}: its review is due within a day; evaluate, summarise and sign it.",
)
