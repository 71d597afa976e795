"""The archive is read again: by hand, and by itself once a week, by night."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk import tables
from opsdesk.archive import checking, checks
from opsdesk.archive.checking import Checked, Fault
from opsdesk.archive.checks import CheckView, Outcome
from opsdesk.core import clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.flows import telling_of_runs
from opsdesk.flows.itself import SELF
from opsdesk.people.models import Role
from probes.finding import Words

WEEK, LATE = timedelta(days=7), timedelta(days=8)
NIGHT = range(1, 5)
"""The local hours in which a check is begun; one that is late is begun in any."""
SETTLED = timedelta(hours=1)
"""A file may be older than the row that names it, but not by so much."""
_HASH = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A file in the store that no row and no audit entry names: it harms nothing."""

    sha256: str
    path: str
    size: int

    @property
    def words(self) -> Words:
        """Say what it is and what may be done with it."""
        return _STRAY.fill(path=self.path, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a whole check found."""

    outcome: Outcome
    strays: tuple[Stray, ...]


def verify(
    desk: Desk,
    *,
    at: datetime,
    heard: Callable[[Checked], None] = lambda _one: None,
    stop: threading.Event | None = None,
) -> Found | None:
    """Read everything again; None where it was stopped half-way. Nothing is written."""
    faults: list[Fault] = []
    versions = size = 0
    with desk.database.reading() as session:
        for one in checking.verify(session, desk.store):
            if stop is not None and stop.is_set():
                return None
            versions, size = versions + 1, size + one.size
            faults += one.faults
            heard(one)
        found = tuple(strays(session, desk, at=at))
    outcome = Outcome(
        began_at=at,
        ended_at=clock.now(),
        versions=versions,
        size=size,
        faults=faults,
        strays=len(found),
    )
    return Found(outcome=outcome, strays=found)


def keep(session: Session, outcome: Outcome, *, by: str) -> int:
    """Keep what a check came to, and tell the leads where something is wrong."""
    row = checks.record(session, outcome, by=by)
    if not outcome.faults:
        return 0
    first = outcome.faults[0]
    n = len(outcome.faults)
    said = _WRONG.fill(n=n, number=first.number, version=first.version)
    return tell(
        session,
        to=telling_of_runs.everyone(session, Role.LEAD),
        kind=Kind.FINDING_CRITICAL,
        subject_ref="archive",
        words=said,
        link="/archive",
        at=outcome.ended_at,
        urgency=Urgency.NOW,
        once=f"archive-check:{row.id}",
    )


def sweep(desk: Desk, *, at: datetime, stop: threading.Event | None = None) -> int:
    """Read the archive again where a week has passed; return how many versions."""
    with desk.database.reading() as session:
        if not is_due(desk, checks.last(session), at=at):
            return 0
    found = verify(desk, at=at, stop=stop)
    if found is None:
        return 0
    with desk.database.unit() as session:
        keep(session, found.outcome, by=SELF.username)
    return found.outcome.versions


def is_due(desk: Desk, last: CheckView | None, *, at: datetime) -> bool:
    """Tell whether the archive is to be read again now."""
    if last is None or is_late(last, at=at):
        return True
    hour = at.astimezone(desk.settings.desk.timezone).hour
    return at - last.ended_at >= WEEK - timedelta(hours=len(NIGHT)) and hour in NIGHT


def is_late(last: CheckView, *, at: datetime) -> bool:
    """Tell whether the last check lies longer back than a weekly one should."""
    return at - last.ended_at > LATE


def strays(session: Session, desk: Desk, *, at: datetime) -> Iterator[Stray]:
    """Yield what lies in the store and is named nowhere; what is fresh may be yet."""
    unnamed = dict.fromkeys(desk.store.hashes())
    for sha256 in _named(session):
        unnamed.pop(sha256, None)
    if unnamed:
        for body in session.scalars(_BODIES):
            for sha256 in _HASH.findall(body):
                unnamed.pop(sha256.decode(), None)
    for sha256 in unnamed:
        path = desk.store.path(sha256)
        with suppress(OSError):  # somebody moves it away meanwhile
            seen = path.stat()
            if seen.st_mtime < (at - SETTLED).timestamp():
                yield Stray(sha256=sha256, path=str(path), size=seen.st_size)


def _named(session: Session) -> Iterator[str]:
    """Yield every hash that a row of any table holds."""
    for table in tables.metadata.tables.values():
        for column in table.columns:
            if column.name.endswith("sha256"):
                query = select(column).where(column.is_not(None))
                yield from session.scalars(query.execution_options(yield_per=1000))


_BODIES = select(AuditEntry.body).execution_options(yield_per=1000)
_STRAY = Words(
    "{path}（{size} 字节）在文件库里，但没有任何记录提到它：多半是没有做完的上传或导入留下的。"
    "不影响档案，没有改动它；确认无用后可由机器管理员移走。",
    "{path} ({size} bytes) lies in the store and nothing names it: most likely an upload "
    "or import that was not finished. It harms nothing and was left; the machine's "
    "administrator may move it away.",
)
_WRONG = Words(
    "档案核验发现 {n} 处与归档时不符，第一处是 {number} 第 {version} 版。文件保留原样；"
    "请在档案页查看，从备份恢复，再运行 opsdesk archive verify。",
    "Verifying the archive found {n} faults, the first in {number} version {version}. "
    "Nothing was changed; see the archive's page, restore from a backup, then run opsdesk "
    "archive verify.",
)
