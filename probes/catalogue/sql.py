"""A database: its role, connections, replication, oldest transaction and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answered, down
from probes.catalogue.sql_rows import read_rows
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading
from probes.transcript import Section

_CONNECTIONS = Limit(
    name="sql_connections_percent", warning=80, critical=95, clear=75, unit="percent"
)
_LAG = Limit(
    name="sql_replication_lag_seconds", warning=60, critical=600, clear=30, unit="s"
)
_OLD = Limit(name="sql_transaction_seconds", warning=3600, critical=None, unit="s")

_CROWDED = Words(
    "{subject} 已用连接 {used}/{most}（{measured}%），达到 {limit}%",
    "{subject} uses {used} of {most} connections ({measured}%), limit {limit}%",
)
_LATE = Words(
    "{subject} 复制延迟 {measured} 秒，达到 {limit} 秒",
    "{subject} replicates {measured} s late, limit {limit} s",
)
_BROKEN = Words("{subject} 的复制已中断{why}", "{subject} has stopped replicating{why}")
_LONG = Words(
    "{subject} 有事务已持续 {measured} 秒，达到 {limit} 秒",
    "{subject} has a transaction open for {measured} s, limit {limit} s",
)
_ROLE = Words(
    "{subject} 由 {before} 变为 {now}", "{subject} changed from {before} to {now}"
)
_READ_ONLY = Words(
    "{subject} 由可写变为只读", "{subject} became read-only since the last round"
)
_RESTARTED = Words(
    "{subject} 上次巡检以来重启过，已运行 {seconds} 秒",
    "{subject} has restarted since the last round, up {seconds} s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One database and the bytes it takes."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One server that copies this one."""

    name: str
    state: str
    lag_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFacts(Answered):
    """What a database says of itself; None: it did not say, or we may not ask.

    `replication` is "none" on a server that copies nobody, "running" or "broken" on
    one that does, None where the account may not see it.
    """

    engine: str
    version: str | None = None
    role: str | None = None  # primary, replica
    read_only: bool | None = None
    uptime_s: int | None = None
    connections: int | None = None
    max_connections: int | None = None
    replication: str | None = None
    replication_error: str = ""
    lag_seconds: float | None = None
    replicas: tuple[Replica, ...] = ()
    longest_transaction_s: float | None = None
    sizes: tuple[Size, ...] = ()
    denied: tuple[str, ...] = ()  # questions the account may not ask

    @property
    def connections_percent(self) -> float | None:
        if self.connections is None or not self.max_connections:
            return None
        return round(100 * self.connections / self.max_connections, 1)


def read(section: Section) -> SqlFacts:
    """Return the facts of one look at a database."""
    fields = read_rows(section)
    sizes = tuple(Size(name=name, bytes=size) for name, size in fields.pop("sizes", ()))
    replicas = tuple(
        Replica(name=name, state=state, lag_seconds=lag)
        for name, state, lag in fields.pop("replicas", ())
    )
    return SqlFacts(**fields, sizes=sizes, replicas=replicas)


def judge(facts: SqlFacts, here: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong, one subject for each kind of trouble."""
    if facts.error is not None:
        yield from down("sql", facts)
        return
    yield from _crowded(facts, here)
    yield from _replicating(facts, here)
    if facts.longest_transaction_s is not None:
        draft = _draft(facts, "transaction", _LONG)
        oldest = round(facts.longest_transaction_s)
        yield from against(oldest, _OLD, here, draft, subject=facts.subject)
    before = here.previous
    if isinstance(before, SqlFacts) and before.subject == facts.subject:
        yield from _since(facts, before)


def _draft(
    facts: SqlFacts,
    aspect: str,
    message: Words,
    grade: Severity = Severity.WARNING,
) -> Finding:
    subject = f"{facts.subject} {aspect}"
    return Finding(probe="sql", subject=subject, severity=grade, message=message)


def _crowded(facts: SqlFacts, here: Circumstances) -> Iterator[Finding]:
    percent = facts.connections_percent
    if percent is None:
        return
    yield from against(
        percent,
        _CONNECTIONS,
        here,
        _draft(facts, "connections", _CROWDED),
        subject=facts.subject,
        used=facts.connections,
        most=facts.max_connections,
    )


def _replicating(facts: SqlFacts, here: Circumstances) -> Iterator[Finding]:
    if facts.replication == "broken":
        why = f": {facts.replication_error}" if facts.replication_error else ""
        words = filled(_BROKEN, subject=facts.subject, why=why)
        yield _draft(facts, "replication", words, Severity.CRITICAL)
    elif facts.lag_seconds is not None:
        draft = _draft(facts, "replication", _LATE)
        lag = round(facts.lag_seconds)
        yield from against(lag, _LAG, here, draft, subject=facts.subject)
    for replica in facts.replicas:
        if replica.lag_seconds is not None:
            name = f"{facts.subject} → {replica.name}"
            draft = _draft(facts, f"→ {replica.name}", _LATE)
            lag = round(replica.lag_seconds)
            yield from against(lag, _LAG, here, draft, subject=name)


def _since(facts: SqlFacts, before: SqlFacts) -> Iterator[Finding]:
    if before.role and facts.role and facts.role != before.role:
        roles = {"before": before.role, "now": facts.role}
        yield _draft(facts, "role", filled(_ROLE, subject=facts.subject, **roles))
    elif facts.read_only and before.read_only is False:
        words = filled(_READ_ONLY, subject=facts.subject)
        yield _draft(facts, "read-only", words, Severity.CRITICAL)
    now, then = facts.uptime_s, before.uptime_s
    if now is not None and then is not None and now < then:
        words = filled(_RESTARTED, subject=facts.subject, seconds=now)
        yield _draft(facts, "restart", words)


def readings(facts: SqlFacts) -> Iterator[Reading]:
    """Yield connections, lag and the sizes of the databases."""
    values = {
        "sql_connections": facts.connections,
        "sql_connections_percent": facts.connections_percent,
        "sql_replication_lag_seconds": facts.lag_seconds,
    }
    for name, value in values.items():
        if value is not None:
            yield Reading(name, facts.subject, value)
    for size in facts.sizes:
        yield Reading("sql_database_bytes", f"{facts.subject} {size.name}", size.bytes)


PROBE = Probe(
    name="sql",
    title=Words("数据库", "Database"),
    facts=SqlFacts,
    read=read,
    judge=judge,
    readings=readings,
    limits=(_CONNECTIONS, _LAG, _OLD),
)
PROBES = (PROBE,)
