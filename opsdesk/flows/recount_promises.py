"""Deadlines counted anew: a table of holidays or an agreement may have changed since.

What a list shows of a clock is remembered when something happens to its ticket. A new
table, or another policy or cut-off in the configuration, happens to none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind as Notice
from opsdesk.core.outbox.models import Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.core.settings import Settings
from opsdesk.flows import keep_promises, telling_of_runs
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Role
from opsdesk.tickets import watching
from opsdesk.tickets.models import Kind
from opsdesk.tickets.watching import Watched
from probes.finding import Words


def sweep(desk: Desk, *, at: datetime) -> int:
    """Count every open clock anew; returns how many deadlines have moved.

    A ticket that reads otherwise now is looked at next, which tells of what its clocks
    have reached. The leads hear how many deadlines have moved.
    """
    moved: list[str] = []
    for kind, register in BY_KIND.items():
        if register.promises:
            moved += _of(desk, kind, at)
    if moved:
        with desk.database.unit() as session:
            _say(session, moved, at)
    return len(moved)


def _of(desk: Desk, kind: Kind, at: datetime) -> Iterator[str]:
    """Yield the numbers of a register's tickets whose deadline has moved."""
    after = 0
    while True:
        with desk.database.unit() as session:
            rows = watching.rest(
                session, kind, after=after, at=at, most=keep_promises.BATCH
            )
            if not rows:
                return
            moved = _counted(session, desk.settings, rows, at)
        yield from moved
        after = rows[-1].id


def _counted(
    session: Session, settings: Settings, rows: Sequence[Watched], at: datetime
) -> list[str]:
    moved = []
    for row, _found in list(keep_promises.counted(session, settings, rows, at)):
        due_at, look_at, _sheet = row.as_read
        if (row.due_at, row.look_at) != (due_at, look_at):
            row.look_at = at
        if row.due_at != due_at:
            moved.append(row.number)
    watching.keep(session, rows)
    return moved


def _say(session: Session, moved: Sequence[str], at: datetime) -> None:
    tell(
        session,
        to=telling_of_runs.everyone(session, Role.LEAD),
        kind=Notice.DUTY_DUE,
        subject_ref="deadlines",
        words=_MOVED.fill(n=len(moved), number=moved[0]),
        link="/incidents",
        at=at,
        urgency=Urgency.NORMAL,
        once=f"recounted:{at.isoformat()}",
    )


_MOVED = Words(
    "节假日表或时限约定有变，{n} 张未关闭单的时限已重算（如 {number}）；单上的「为什么是这个时限」"
    "写着依据。",
    "A table of holidays or the agreement on deadlines has changed: {n} open records "
    "have another deadline now ({number} for one); each says why on its page.",
)
