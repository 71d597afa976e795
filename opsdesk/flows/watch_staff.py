"""Nobody on post: the desk proposes the plan for it, and leaves declaring to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind, Notice, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.flows import telling_of_runs as runs
from opsdesk.people.models import Role
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.queries import DutyRow, absences, on_duty
from opsdesk.responses.models import PlanVersion, Run
from probes.finding import Words
from runbooks.plan import Level, Scenario

MANY = 3
"""From so many absent people on it is level III."""
BOTH = {Post.PRIMARY, Post.BACKUP}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the board offers: to start the plan 运维人员不在岗, at a level."""

    level: Level
    absent: tuple[DutyRow, ...]
    words: Words

    @property
    def once(self) -> str:
        """Return the key it is said under: again where it gets worse, or the next shift."""
        first = min(self.absent, key=lambda row: row.id)
        return f"staff:{first.day}:{first.shift}:{self.level.value}"[:160]


def proposal(session: Session, *, at: datetime) -> Proposal | None:
    """Return what to offer now; None where all are there, or a response is under way."""
    missing = absences(session, at)
    if not missing or _under_way(session):
        return None
    posts: dict[tuple[object, str], set[Post]] = {}
    for row in missing:
        posts.setdefault((row.day, row.shift), set()).add(row.post)
    people = {row.person_id for row in missing}
    grave = len(people) >= MANY or any(found >= BOTH for found in posts.values())
    level = Level.THREE if grave else Level.FOUR
    names = "、".join(sorted({row.name for row in missing}))
    words = _PROPOSED.fill(
        names=names.replace("{", "(").replace("}", ")"),
        zh="较大（Ⅲ级）" if grave else "一般（Ⅳ级）",
        en=level.value,
    )
    return Proposal(level, missing, words)


def sweep(desk: Desk, *, at: datetime) -> int:
    """Tell whoever may declare of a proposal, once; never declare."""
    with desk.database.reading() as session:
        found = proposal(session, at=at)
        if found is None:
            return 0
        told = select(Notice.id).where(Notice.once == found.once).limit(1)
        if session.scalar(told) is not None:
            return 0
    with desk.database.unit() as session:
        crew = {one.username for one in on_duty(session, at)}
        return tell(
            session,
            to=crew | runs.everyone(session, Role.LEAD),
            kind=Kind.DUTY_DUE,
            subject_ref=found.once,
            words=found.words,
            link="/",
            at=at,
            urgency=Urgency.NOW,
            once=found.once,
        )


def _under_way(session: Session) -> bool:
    query = (
        select(Run.id)
        .join(PlanVersion, PlanVersion.id == Run.plan_version_id)
        .where(
            Run.is_open,
            Run.exercise.is_(False),
            PlanVersion.scenario == Scenario.STAFF_ABSENT.value,
        )
        .limit(1)
    )
    return session.scalar(query) is not None


_PROPOSED = Words(
    "运维人员不在岗：{names} 上班 15 分钟未签到。可启动预案，建议级别 {zh}。",
    "Staff absent: {names} not signed in after 15 minutes. The plan may be started, "
    "proposed level {en}.",
)
