"""What the desk knows of a machine before it asks: name, address, expectations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from probes.check import Check
from probes.finding import Words
from probes.secret import Secret


class Kind(StrEnum):
    """The fifteen kinds of device the service contract lists, and `other`."""

    CLASS_1_DATABASE = "class_1_database"
    PUBLISHING_APPLICATION = "publishing_application"
    CACHE = "cache"
    FILING_APPLICATION = "filing_application"
    EXCHANGE = "exchange"
    WEB_APPLICATION = "web_application"
    VIDEO = "video"
    STREAMING = "streaming"
    GRAPHICS_WORKSTATION = "graphics_workstation"
    NETWORK_MANAGEMENT = "network_management"
    AUDIT = "audit"
    INTRUSION_PREVENTION = "intrusion_prevention"
    NAS = "nas"
    SECURITY_ZONE_FIREWALL = "security_zone_firewall"
    DATA_ZONE_FIREWALL = "data_zone_firewall"
    OTHER = "other"

    @property
    def words(self) -> Words:
        return _TITLES[self]


_TITLES = {
    Kind.CLASS_1_DATABASE: Words("I类数据库服务器", "Class-I database server"),
    Kind.PUBLISHING_APPLICATION: Words(
        "信息发布应用服务器", "Information publishing application server"
    ),
    Kind.CACHE: Words("缓存服务器", "Cache server"),
    Kind.FILING_APPLICATION: Words(
        "企业填报应用服务器", "Enterprise filing application server"
    ),
    Kind.EXCHANGE: Words("前置交换服务器", "Front-end exchange server"),
    Kind.WEB_APPLICATION: Words("web应用服务器", "Web application server"),
    Kind.VIDEO: Words("视频服务器", "Video server"),
    Kind.STREAMING: Words("流媒体服务器", "Streaming server"),
    Kind.GRAPHICS_WORKSTATION: Words("视频图形工作站", "Video graphics workstation"),
    Kind.NETWORK_MANAGEMENT: Words("网管服务器", "Network management server"),
    Kind.AUDIT: Words("网络与数据库审计服务器", "Network and database audit server"),
    Kind.INTRUSION_PREVENTION: Words("入侵防御服务器", "Intrusion prevention"),
    Kind.NAS: Words("NAS存储", "NAS storage"),
    Kind.SECURITY_ZONE_FIREWALL: Words("安全区防火墙", "Security-zone firewall"),
    Kind.DATA_ZONE_FIREWALL: Words("数据区防火墙", "Data-zone firewall"),
    Kind.OTHER: Words("其他", "Other"),
}

SHELL_LESS = frozenset(
    {
        Kind.INTRUSION_PREVENTION,
        Kind.NAS,
        Kind.SECURITY_ZONE_FIREWALL,
        Kind.DATA_ZONE_FIREWALL,
    }
)
"""Kinds that are asked by their checks alone unless the server says `transport`."""


class Transport(StrEnum):
    """How the script travels to the machine."""

    SSH = "ssh"  # paramiko
    OPENSSH = "openssh"  # the system's ssh client, for servers that only speak SHA-1
    LOCAL = "local"  # this machine: psutil and a child shell
    NONE = "none"  # no shell: checks only


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who we are on a machine. A key, a password, or both."""

    name: str
    user: str
    key_file: Path | None = None
    passphrase: Secret | None = None
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathExpectation:
    """A connection that must work from this very server, host as it sees it."""

    host: str
    port: int
    label: str  # e.g. "db-1:5432", as written in the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupExpectation:
    """Backup files that must be fresh: newest match of a glob on the server."""

    glob: str
    newer_than: timedelta = timedelta(hours=26)
    at_least_kib: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What must be there. Empty means: nothing particular is expected."""

    services: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    processes: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    paths: tuple[PathExpectation, ...] = ()
    certificates: tuple[str, ...] = ()  # files or globs on the server
    backups: tuple[BackupExpectation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """One limit's numbers; None leaves the default as it is."""

    warning: float | None = None
    critical: float | None = None
    clear: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much a visit may take: the wire's own limits."""

    connect: timedelta = timedelta(seconds=10)
    banner: timedelta = timedelta(seconds=30)
    auth: timedelta = timedelta(seconds=20)
    script: timedelta = timedelta(seconds=60)
    server: timedelta = timedelta(seconds=90)
    output_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One device under contract, as configured; `via`: jump hosts, outermost first."""

    name: str
    kind: Kind
    zone: str
    address: str
    port: int = 22
    transport: Transport = Transport.SSH
    credential: Credential | None = None
    host_keys: tuple[str, ...] = ()  # "ssh-ed25519 AAAA…" lines or "SHA256:…" prints
    via: tuple[Server, ...] = ()
    expect: Expectations = field(default_factory=Expectations)
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    note: str = ""

    @property
    def has_shell(self) -> bool:
        return self.transport is not Transport.NONE
