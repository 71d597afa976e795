"""The columns of a round's matrix: every probe belongs to exactly one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from probes.finding import STATES, State, Words


@dataclass(frozen=True, slots=True)
class Group:
    """One column: what it is called and which probes it sums up."""

    key: str
    words: Words
    probes: tuple[str, ...]


SECTIONS = (
    Group("host", Words("主机", "Host"), ("identity", "host", "connection")),
    Group("cpu", Words("CPU 负载", "CPU, load"), ("load", "cpu")),
    Group("memory", Words("内存", "Memory"), ("memory",)),
    Group(
        "storage",
        Words("磁盘", "Storage"),
        ("filesystems", "disks", "raid"),
    ),
    Group(
        "network",
        Words("网络", "Network"),
        ("network", "bonding", "ports", "connections", "paths"),
    ),
    Group("services", Words("服务进程", "Services"), ("services", "processes")),
    Group("clock", Words("时钟", "Clock"), ("clock",)),
    Group("kernel", Words("内核日志", "Kernel log"), ("kernel",)),
    Group(
        "security",
        Words("安全", "Security"),
        ("logins", "drift", "certificates", "packages"),
    ),
    Group("backups", Words("备份", "Backups"), ("backups",)),
    Group(
        "checks",
        Words("拨测", "Checks"),
        ("icmp", "tcp", "http", "tls", "snmp", "sql", "redis"),
    ),
)


def group_of(probe: str) -> Group:
    """Return the column of a probe; what no column names is under the host's."""
    return next((group for group in SECTIONS if probe in group.probes), SECTIONS[0])


def columns(cells: Mapping[str, str]) -> dict[str, State | None]:
    """Return the worst state of each column, None where nothing was asked."""
    found: dict[str, list[State]] = {}
    for probe, state in cells.items():
        found.setdefault(group_of(probe).key, []).append(State(state))
    return {group.key: _worst(found.get(group.key, ())) for group in SECTIONS}


def _worst(states: Iterable[State]) -> State | None:
    return max(states, key=STATES.index, default=None)
