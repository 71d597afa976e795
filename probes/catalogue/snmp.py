"""A device without a shell: its interfaces, storage, processors and restarts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.answered import Answer, Answered, down, head, load
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section, decode

_STORAGE = Limit(
    name="filesystem_used_percent", warning=80, critical=90, clear=75, unit="percent"
)
_CPU = Limit(name="cpu_used_percent", warning=85, critical=95, clear=80, unit="percent")
_ERRORS = Limit(name="snmp_interface_errors", warning=100, critical=None, unit="count")

_STATES = {  # IF-MIB ifAdminStatus, ifOperStatus
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "notPresent",
    7: "lowerLayerDown",
}
_DISK = "1.3.6.1.2.1.25.2.1.4"  # hrStorageFixedDisk
_PARTS = frozenset({"error", "system", "columns"})
_WRAPS_S = 2**32 / 100  # TimeTicks: 497 days
_NEARLY = 0.95

_FULL = Words(
    "{subject} 已用 {measured}%，达到 {limit}%",
    "{subject} is {measured}% full, limit {limit}%",
)
_BUSY = Words(
    "{subject} 处理器平均占用 {measured}%，达到 {limit}%",
    "{subject}: processors are {measured}% busy on average, limit {limit}%",
)
_LINK_DOWN = Words(
    "接口 {name} 已启用但未连通（{state}）", "Interface {name} is enabled but {state}"
)
_FAULTY = Words(
    "接口 {name} 上次巡检以来出错 {measured} 次，达到 {limit} 次",
    "Interface {name} had {measured} errors since the last round, limit {limit}",
)
_REBOOTED = Words(
    "{subject} 上次巡检以来重启过，已运行 {hours} 小时",
    "{subject} has restarted since the last round, up {hours} h",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One row of ifTable and ifXTable. Counters are None where not counted."""

    name: str
    alias: str
    admin: str
    oper: str
    in_octets: int | None
    out_octets: int | None
    errors: int | None
    speed_mbps: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One row of hrStorageTable. `disk` tells file systems from kinds of memory."""

    name: str
    disk: bool
    size_kib: int
    used_kib: int

    @property
    def used_percent(self) -> float:
        return round(100 * self.used_kib / self.size_kib, 1) if self.size_kib else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpFacts(Answered):
    """What a device says of itself; None and empty where its MIB is silent."""

    descr: str | None
    name: str | None
    uptime_s: int | None
    interfaces: tuple[Interface, ...]
    storage: tuple[Storage, ...]
    cpu_percent: float | None
    processors: int
    capped: bool  # more rows than are kept


def read(section: Section) -> SnmpFacts:
    """Return the facts of one walk."""
    answer = load(section)
    if answer.text("error") is None and not answer.fields.keys() >= _PARTS:
        raise Unreadable("a walk without system or columns")
    system, columns = answer.part("system"), answer.part("columns")
    loads = [
        _int(load, "cpu") for load in _column(columns, "cpu_load_percent").values()
    ]
    return SnmpFacts(
        **head(section, answer),
        descr=_text(system.fields.get("descr")),
        name=_text(system.fields.get("name")),
        uptime_s=_uptime(system),
        interfaces=_interfaces(columns),
        storage=_storage(columns),
        cpu_percent=round(sum(loads) / len(loads), 1) if loads else None,
        processors=len(loads),
        capped=bool(answer.items("capped")),
    )


def _column(columns: Answer, name: str) -> dict[str, object]:
    return columns.part(name).fields


def _text(value: object) -> str | None:
    """Return octets as text, by the same guesses as any answer's."""
    match value:
        case None:
            return None
        case str():
            return value.rstrip("\0")
        case {"hex": str(digits)}:
            try:
                return decode(bytes.fromhex(digits)).rstrip("\0")
            except ValueError as error:
                raise Unreadable(f"not octets: {digits!r}") from error
        case _:
            raise Unreadable(f"not a text of SNMP: {value!r}")


def _int(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{what} is not a whole number: {value!r}")
    return value


def _maybe(row: object, what: str) -> int | None:
    return None if row is None else _int(row, what)


def _uptime(system: Answer) -> int | None:
    """Return the host's uptime in seconds, else the SNMP agent's."""
    ticks = system.whole("host_uptime") or system.whole("uptime")
    return None if ticks is None else ticks // 100


def _interfaces(columns: Answer) -> tuple[Interface, ...]:
    names, descrs = _column(columns, "if_name"), _column(columns, "if_descr")
    alias, admin = _column(columns, "if_alias"), _column(columns, "if_admin")
    oper, speed = _column(columns, "if_oper"), _column(columns, "if_speed_mbps")
    came, went = _column(columns, "if_in_octets"), _column(columns, "if_out_octets")
    return tuple(
        Interface(
            name=_text(names.get(row)) or _text(descrs.get(row)) or f"#{row}",
            alias=_text(alias.get(row)) or "",
            admin=_STATES.get(_int(admin.get(row, 4), "ifAdminStatus"), "unknown"),
            oper=_STATES.get(_int(oper.get(row, 4), "ifOperStatus"), "unknown"),
            in_octets=_maybe(came.get(row), "ifHCInOctets"),
            out_octets=_maybe(went.get(row), "ifHCOutOctets"),
            errors=_errors(columns, row),
            speed_mbps=_maybe(speed.get(row), "ifHighSpeed"),
        )
        for row in descrs
    )


def _errors(columns: Answer, row: str) -> int | None:
    both = [
        _maybe(_column(columns, name).get(row), name)
        for name in ("if_in_errors", "if_out_errors")
    ]
    counted = [each for each in both if each is not None]
    return sum(counted) if counted else None


def _storage(columns: Answer) -> tuple[Storage, ...]:
    kinds, names = _column(columns, "storage_type"), _column(columns, "storage_descr")
    units = _column(columns, "storage_unit_bytes")
    sizes = _column(columns, "storage_size_units")
    used = _column(columns, "storage_used_units")
    return tuple(
        Storage(
            name=_text(names[row]) or f"#{row}",
            disk=kinds.get(row) == _DISK,
            size_kib=_kib(sizes[row], units[row]),
            used_kib=_kib(used[row], units[row]),
        )
        for row in names
        if row in units and row in sizes and row in used
    )


def _kib(count: object, unit: object) -> int:
    """Return KiB; the MIB's Integer32 is negative on disks past 2**31 units."""
    units = _int(count, "hrStorage") % 2**32
    return units * _int(unit, "hrStorageAllocationUnits") // 1024


def judge(facts: SnmpFacts, here: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong: a subject per interface and store, one for CPU and boot."""
    if facts.error is not None:
        yield from down("snmp", facts)
        return
    for interface in facts.interfaces:
        yield from _link(facts, interface)
    for store in facts.storage:
        if store.disk:
            subject = f"{facts.subject} {store.name}"
            draft = _draft(subject, _FULL)
            yield from against(
                store.used_percent, _STORAGE, here, draft, subject=subject
            )
    if facts.cpu_percent is not None:
        draft = _draft(f"{facts.subject} cpu", _BUSY)
        yield from against(facts.cpu_percent, _CPU, here, draft, subject=facts.subject)
    before = here.previous
    if isinstance(before, SnmpFacts) and before.subject == facts.subject:
        yield from _since(facts, before, here)


def _draft(subject: str, message: Words) -> Finding:
    return Finding(
        probe="snmp", subject=subject, severity=Severity.WARNING, message=message
    )


def _link(facts: SnmpFacts, interface: Interface) -> Iterator[Finding]:
    if interface.admin == "up" and interface.oper in {"down", "lowerLayerDown"}:
        label = _label(interface)
        words = filled(_LINK_DOWN, name=label, state=interface.oper)
        yield _draft(f"{facts.subject} {interface.name}", words)


def _label(interface: Interface) -> str:
    if interface.alias and interface.alias != interface.name:
        return f"{interface.name} ({interface.alias})"
    return interface.name


def _since(
    facts: SnmpFacts, before: SnmpFacts, here: Circumstances
) -> Iterator[Finding]:
    if _restarted(facts.uptime_s, before.uptime_s):
        hours = round((facts.uptime_s or 0) / 3600, 1)
        words = filled(_REBOOTED, subject=facts.subject, hours=hours)
        yield _draft(f"{facts.subject} uptime", words)
        return  # counters began anew
    earlier = {each.name: each.errors for each in before.interfaces}
    for interface in facts.interfaces:
        was = earlier.get(interface.name)
        if interface.errors is None or was is None or interface.errors < was:
            continue
        draft = _draft(f"{facts.subject} {interface.name} errors", _FAULTY)
        grown = interface.errors - was
        yield from against(grown, _ERRORS, here, draft, name=_label(interface))


def _restarted(now: int | None, before: int | None) -> bool:
    """Say whether an uptime went back, other than by its counter wrapping round."""
    if now is None or before is None or now >= before:
        return False
    return before < _NEARLY * _WRAPS_S


def readings(facts: SnmpFacts) -> Iterator[Reading]:
    """Yield the fill of each disk and the processors' load."""
    for store in facts.storage:
        if store.disk:
            label = f"{facts.subject} {store.name}"
            yield Reading("snmp_storage_used_percent", label, store.used_percent)
    if facts.cpu_percent is not None:
        yield Reading("snmp_cpu_percent", facts.subject, facts.cpu_percent)
    if facts.uptime_s is not None:
        yield Reading("snmp_uptime_s", facts.subject, facts.uptime_s)


PROBE = Probe(
    name="snmp",
    title=Words("SNMP 设备", "SNMP device"),
    facts=SnmpFacts,
    read=read,
    judge=judge,
    readings=readings,
    limits=(_STORAGE, _CPU, _ERRORS),
)
PROBES = (PROBE,)
