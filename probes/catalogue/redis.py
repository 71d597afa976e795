"""A Redis server: memory, clients, replication, persistence, what it threw away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answered, down, head, load
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

_MEMORY = Limit(
    name="redis_memory_percent", warning=80, critical=95, clear=75, unit="percent"
)
_FULL = Words(
    "{subject} 已用内存为上限的 {measured}%，达到 {limit}%",
    "{subject} uses {measured}% of its memory limit, limit {limit}%",
)
_LINK = Words(
    "{subject} 与主节点的复制连接已断开 {seconds} 秒",
    "{subject} has lost its replication link for {seconds} s",
)
_NEVER_LINKED = Words(
    "{subject} 未能连上主节点进行复制",
    "{subject} never reached its master to replicate",
)
_SAVE = Words(
    "{subject} 最近一次持久化失败（{what}）", "{subject} failed to persist ({what})"
)
_LOADING = Words("{subject} 正在载入数据", "{subject} is still loading its data")
_REJECTED = Words(
    "{subject} 上次巡检以来拒绝了 {count} 个连接",
    "{subject} rejected {count} connections since the last round",
)
_EVICTED = Words(
    "{subject} 上次巡检以来因内存不足淘汰了 {count} 个键",
    "{subject} evicted {count} keys for want of memory since the last round",
)
_ROLE = Words(
    "{subject} 的角色由 {before} 变为 {now}", "{subject} changed from {before} to {now}"
)
_RESTARTED = Words(
    "{subject} 上次巡检以来重启过，已运行 {seconds} 秒",
    "{subject} has restarted since the last round, up {seconds} s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFacts(Answered):
    """What INFO says; None where this server does not say it."""

    version: str | None = None
    run_id: str | None = None
    role: str | None = None  # master, slave
    uptime_s: int | None = None
    used_memory_bytes: int | None = None
    maxmemory_bytes: int | None = None  # 0: no limit
    connected_clients: int | None = None
    maxclients: int | None = None
    rejected_connections: int | None = None
    evicted_keys: int | None = None
    keyspace_hits: int | None = None
    keyspace_misses: int | None = None
    connected_replicas: int | None = None
    master_link: str | None = None  # up, down; None on a master
    master_link_down_s: int | None = None
    last_bgsave: str | None = None
    last_aof_write: str | None = None
    loading: bool = False

    @property
    def memory_percent(self) -> float | None:
        if not self.maxmemory_bytes or self.used_memory_bytes is None:
            return None
        return round(100 * self.used_memory_bytes / self.maxmemory_bytes, 1)

    @property
    def hit_percent(self) -> float | None:
        hits, misses = self.keyspace_hits, self.keyspace_misses
        if hits is None or misses is None or hits + misses == 0:
            return None
        return round(100 * hits / (hits + misses), 1)


def read(section: Section) -> RedisFacts:
    """Return the facts of one INFO."""
    answer = load(section)
    top = head(section, answer)
    info = answer.text("info")
    if info is None:
        if top["error"] is None:
            raise Unreadable("an answer without INFO")
        return RedisFacts(**top)
    said = _pairs(info)
    if "redis_version" not in said and "valkey_version" not in said:
        raise Unreadable("INFO without a version")
    return RedisFacts(
        **top,
        version=said.get("valkey_version") or said.get("redis_version"),
        run_id=said.get("run_id"),
        role=said.get("role"),
        uptime_s=_whole(said, "uptime_in_seconds"),
        used_memory_bytes=_whole(said, "used_memory"),
        maxmemory_bytes=_whole(said, "maxmemory"),
        connected_clients=_whole(said, "connected_clients"),
        maxclients=_whole(said, "maxclients"),
        rejected_connections=_whole(said, "rejected_connections"),
        evicted_keys=_whole(said, "evicted_keys"),
        keyspace_hits=_whole(said, "keyspace_hits"),
        keyspace_misses=_whole(said, "keyspace_misses"),
        connected_replicas=_whole(said, "connected_slaves"),
        master_link=said.get("master_link_status"),
        master_link_down_s=_whole(said, "master_link_down_since_seconds"),
        last_bgsave=said.get("rdb_last_bgsave_status"),
        last_aof_write=said.get("aof_last_write_status"),
        loading=said.get("loading") == "1",
    )


def _pairs(info: str) -> dict[str, str]:
    """Return INFO's `name:value` lines. Raises Unreadable for a line of another kind."""
    said = {}
    for line in info.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            said[name] = value
        elif line.strip() and not line.startswith("#"):
            raise Unreadable(f"not a line of INFO: {line!r}")
    return said


def _whole(said: dict[str, str], name: str) -> int | None:
    if name not in said:
        return None
    try:
        return int(said[name])
    except ValueError as error:
        raise Unreadable(f"{name} is not a number: {said[name]!r}") from error


def judge(facts: RedisFacts, here: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong, one subject for each kind of trouble."""
    if facts.error is not None:
        yield from down("redis", facts)
        return
    if facts.memory_percent is not None:
        draft = _finding(facts, "memory", Severity.WARNING, _FULL)
        yield from against(
            facts.memory_percent, _MEMORY, here, draft, subject=facts.subject
        )
    yield from _now(facts)
    before = here.previous
    if isinstance(before, RedisFacts) and before.subject == facts.subject:
        yield from _since(facts, before)


def _now(facts: RedisFacts) -> Iterator[Finding]:
    if facts.master_link not in {None, "up"}:
        seconds = facts.master_link_down_s
        words = _NEVER_LINKED if seconds is None or seconds < 0 else _LINK
        yield _finding(facts, "replication", Severity.CRITICAL, words, seconds=seconds)
    for what, status in (("RDB", facts.last_bgsave), ("AOF", facts.last_aof_write)):
        if status not in {None, "ok"}:
            yield _finding(facts, what, Severity.CRITICAL, _SAVE, what=what)
    if facts.loading:
        yield _finding(facts, "loading", Severity.WARNING, _LOADING)


def _since(facts: RedisFacts, before: RedisFacts) -> Iterator[Finding]:
    warning = Severity.WARNING
    if before.role and facts.role != before.role:
        roles = {"before": before.role, "now": facts.role or "?"}
        yield _finding(facts, "role", warning, _ROLE, **roles)
    if before.run_id and facts.run_id != before.run_id:
        yield _finding(facts, "restart", warning, _RESTARTED, seconds=facts.uptime_s)
        return  # counters began anew
    grown = _grown(facts.rejected_connections, before.rejected_connections)
    if grown:
        yield _finding(facts, "rejected", warning, _REJECTED, count=grown)
    grown = _grown(facts.evicted_keys, before.evicted_keys)
    if grown:
        yield _finding(facts, "evicted", warning, _EVICTED, count=grown)


def _grown(value: int | None, before: int | None) -> int:
    return 0 if value is None or before is None else max(0, value - before)


def _finding(
    facts: RedisFacts, aspect: str, grade: Severity, words: Words, **values: object
) -> Finding:
    message = (
        words if words is _FULL else filled(words, subject=facts.subject, **values)
    )
    return Finding(
        probe="redis",
        subject=f"{facts.subject} {aspect}",
        severity=grade,
        message=message,
    )


def readings(facts: RedisFacts) -> Iterator[Reading]:
    """Yield memory, clients, hits, and how far replication is apart."""
    values = {
        "redis_used_memory_bytes": facts.used_memory_bytes,
        "redis_memory_percent": facts.memory_percent,
        "redis_connected_clients": facts.connected_clients,
        "redis_hit_percent": facts.hit_percent,
        "redis_connected_replicas": facts.connected_replicas,
    }
    for name, value in values.items():
        if value is not None:
            yield Reading(name, facts.subject, value)


PROBE = Probe(
    name="redis",
    title=Words("Redis 缓存", "Redis"),
    facts=RedisFacts,
    read=read,
    judge=judge,
    readings=readings,
    limits=(_MEMORY,),
)
PROBES = (PROBE,)
