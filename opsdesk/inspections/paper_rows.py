"""One row of tables B to F: what a check answered, as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from opsdesk.inspections.facts import dig, number, rows
from opsdesk.inspections.summary import ServerDay
from reports.documents.words import (
    NOT_APPLICABLE,
    NOT_OBTAINED,
    Text,
    Words,
    joined,
)

Facts = Mapping[str, Any]
Row = tuple[Text, ...]
_GIB = 1024**3
_KIB_IN_GIB = 1024**2
_ROLES = {
    "primary": Words("主", "primary"),
    "master": Words("主", "master"),
    "replica": Words("备", "replica"),
    "slave": Words("从", "replica"),
}
_LINKS = {"up": Words("正常", "up"), "down": Words("中断", "down")}


@dataclass(frozen=True, slots=True)
class Source:
    """A server, and its latest answers of the day to a check, one a subject."""

    server: ServerDay
    latest: Callable[[str], list[Facts]]

    def first(self, probe: str) -> Facts | None:
        return next(iter(self.latest(probe)), None)


def device(source: Source) -> Row:
    """Return a device's row of table E."""
    server, icmp, snmp = source.server, source.first("icmp"), source.first("snmp")
    return (
        server.name,
        Words(server.kind.words.zh, server.kind.words.en),
        server.address,
        _of(icmp, "rtt_ms", ".1f"),
        _of(icmp, "loss_percent", ".0f"),
        joined(tuple(map(_milliseconds, source.latest("tcp"))), "、", ", ")
        if source.latest("tcp")
        else NOT_APPLICABLE,
        _of(snmp, "cpu_percent", ".0f"),
        _links(snmp),
        Words("☑ 自动　□ 截图", "☑ automatic  □ picture"),
    )


def _milliseconds(facts: Facts) -> Text:
    port = str(facts.get("subject", "")).rpartition(":")[2]
    return joined((port, _of(facts, "connect_ms", ".0f")), ": ", ": ")


def _links(snmp: Facts | None) -> Text:
    if snmp is None:
        return NOT_APPLICABLE
    links = dig(snmp, "interfaces")
    if not isinstance(links, list):
        return NOT_OBTAINED
    up = sum(1 for link in links if dig(link, "oper") == "up")
    return f"{up}／{len(links)}"


def _of(facts: Facts | None, name: str, style: str) -> Text:
    if facts is None:
        return NOT_APPLICABLE
    value = number(facts, name)
    return NOT_OBTAINED if value is None else format(value, style)


def _text(facts: Facts, name: str) -> Text:
    value = dig(facts, name)
    return NOT_OBTAINED if value is None or value == "" else str(value)


def _ratio(facts: Facts, part: str, whole: str, style: str) -> Text:
    """Return part over whole in percent; 「/」 where there is no limit (0)."""
    used, most = number(facts, part), number(facts, whole)
    if most == 0:
        return NOT_APPLICABLE
    if used is None or most is None:
        return NOT_OBTAINED
    return format(100 * used / most, style)


def database(source: Source, facts: Facts) -> Row:
    """Return a database's row of table B."""
    sizes = [number(size, "bytes") for size in rows(dig(facts, "sizes"))]
    known = [size for size in sizes if size is not None]
    return (
        source.server.name,
        _text(facts, "subject"),
        _word(facts, "role", _ROLES),
        _of(facts, "connections", ".0f"),
        _of(facts, "max_connections", ".0f"),
        f"{sum(known) / _GIB:.2f}" if known else NOT_OBTAINED,
        _lag(facts),
        _of(facts, "longest_transaction_s", ".0f"),
        _of(facts, "took_ms", ".0f"),
    )


def _lag(facts: Facts) -> Text:
    """Return the lag of a replica, or the worst of a primary's replicas."""
    lags = [number(row, "lag_seconds") for row in rows(dig(facts, "replicas"))]
    known = [lag for lag in (*lags, number(facts, "lag_seconds")) if lag is not None]
    if known:
        return f"{max(known):.1f}"
    alone = dig(facts, "replication") == "none" and not lags
    return NOT_APPLICABLE if alone else NOT_OBTAINED


def _word(facts: Facts, name: str, words: Mapping[str, Words]) -> Text:
    value = dig(facts, name)
    return words.get(str(value), _text(facts, name))


def page(source: Source, facts: Facts) -> Row:
    """Return a page's row of table C."""
    return (
        source.server.name,
        _text(facts, "subject"),
        _of(facts, "status", ".0f"),
        _of(facts, "first_byte_ms", ".0f"),
        _found(facts),
        _certificate_days(source, facts),
    )


def _certificate_days(source: Source, facts: Facts) -> Text:
    """Return the days the server's certificates still hold, the least of them."""
    if not str(dig(facts, "subject")).startswith("https:"):
        return NOT_APPLICABLE
    asked = source.latest("tls")
    if not asked:
        return NOT_APPLICABLE
    left = [days for tls in asked for days in _days_left(tls)]
    return f"{min(left):.0f}" if left else NOT_OBTAINED


def _days_left(tls: Facts) -> Iterator[float]:
    asked_at = dig(tls, "asked_at")
    for member in rows(dig(tls, "chain"))[:1]:
        try:
            end = datetime.fromisoformat(str(member.get("not_after")))
            begin = datetime.fromisoformat(str(asked_at))
        except ValueError:
            continue
        yield (end - begin).total_seconds() / 86_400


def _found(facts: Facts) -> Text:
    if dig(facts, "contains") is None:
        return NOT_APPLICABLE
    found = dig(facts, "contains_found")
    if found is None:
        return NOT_OBTAINED
    return Words("有", "there") if found else Words("没有", "missing")


def cache(source: Source, facts: Facts) -> Row:
    """Return a cache's row of table D."""
    hits, misses = number(facts, "keyspace_hits"), number(facts, "keyspace_misses")
    known = hits is not None and misses is not None
    asked = (hits or 0) + (misses or 0)
    return (
        source.server.name,
        _text(facts, "subject"),
        _word(facts, "role", _ROLES),
        _ratio(facts, "used_memory_bytes", "maxmemory_bytes", ".1f"),
        (f"{100 * (hits or 0) / asked:.1f}" if asked else NOT_APPLICABLE)
        if known
        else NOT_OBTAINED,
        _of(facts, "connected_clients", ".0f"),
        _word(facts, "master_link", _LINKS)
        if dig(facts, "role") == "slave"
        else NOT_APPLICABLE,
    )


class Stored(NamedTuple):
    """A row of table F, and which probe's findings about what conclude it."""

    probe: str
    subject: str
    row: Row


def storage(source: Source) -> Iterator[Stored]:
    """Yield the rows of table F: disks that SNMP names, and backup files."""
    for snmp in source.latest("snmp"):
        for disk in rows(dig(snmp, "storage")):
            if disk.get("disk") is True:
                subject = f"{snmp.get('subject')} {disk.get('name')}"
                yield Stored("snmp", subject, _disk(source, disk))
    for backup in source.latest("backups"):
        yield Stored("backups", str(backup.get("glob")), _backup(source, backup))


def unmeasured(server: ServerDay) -> Row:
    """Return the row of a storage device that says nothing of its disks."""
    return (server.name, NOT_OBTAINED, NOT_OBTAINED, NOT_OBTAINED, NOT_APPLICABLE)


def _disk(source: Source, disk: Facts) -> Row:
    size = number(disk, "size_kib")
    return (
        source.server.name,
        _text(disk, "name"),
        NOT_OBTAINED if size is None else f"{size / _KIB_IN_GIB:,.1f}",
        _ratio(disk, "used_kib", "size_kib", ".1f"),
        NOT_APPLICABLE,
    )


def _backup(source: Source, backup: Facts) -> Row:
    size, age = number(backup, "size_kib"), number(backup, "age_hours")
    newest: Text = Words("没有文件", "no file")
    if backup.get("denied"):
        newest = Words("无权查看", "may not look")
    elif age is not None:
        newest = Words(f"{age:.1f} 小时前", f"{age:.1f} hours ago")
    return (
        source.server.name,
        str(backup.get("path") or backup.get("glob") or "?"),
        NOT_APPLICABLE if size is None else f"{size / _KIB_IN_GIB:,.3f}",
        NOT_APPLICABLE,
        newest,
    )
