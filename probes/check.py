"""The other ways of asking a machine: what to ask it, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from probes.secret import Secret

_FEW_SECONDS = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class IcmpCheck:
    """Echo requests; falls back to a TCP connect where raw sockets are not allowed."""

    count: int = 3
    warn_ms: float | None = None
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCheck:
    """Connect to a port of the server; `banner` must be in what it says first."""

    port: int
    banner: str | None = None
    warn_ms: float | None = None
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck:
    """Get a page: its status, what it must contain, how long it may take."""

    url: str
    status: int = 200
    contains: str | None = None
    warn_ms: float | None = None
    verify: bool = True
    ca_file: str | None = None
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsCheck:
    """Read the whole certificate chain a port presents for `name` (SNI)."""

    port: int = 443
    name: str | None = None
    ca_file: str | None = None
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpCheck:
    """Walk system, interfaces, storage and processors by vendor-neutral MIBs."""

    version: str = "3"  # "2c" or "3"
    port: int = 161
    community: Secret | None = None
    user: str | None = None
    auth_protocol: str = "sha256"  # md5 sha1 sha256
    auth_key: Secret | None = None
    privacy_protocol: str = "aes128"  # des aes128
    privacy_key: Secret | None = None
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheck:
    """Ask a database, read-only: up, connections, size, replication lag."""

    engine: str  # "postgresql", "mysql"
    port: int
    user: str
    password: Secret | None = None
    database: str = ""
    timeout: timedelta = _FEW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCheck:
    """INFO of a Redis server."""

    port: int = 6379
    user: str | None = None
    password: Secret | None = None
    tls: bool = False
    timeout: timedelta = _FEW_SECONDS


Check = IcmpCheck | TcpCheck | HttpCheck | TlsCheck | SnmpCheck | SqlCheck | RedisCheck


def kind_of(check: Check) -> str:
    """Return the name of the probe that reads this check."""
    return type(check).__name__.removesuffix("Check").lower()


def subject_of(check: Check, address: str) -> str:
    """Return what the check looks at, in words that stay the same between rounds."""
    match check:
        case IcmpCheck():
            return address
        case HttpCheck():
            return check.url
        case TlsCheck():
            return f"{check.name or address}:{check.port}"
        case SqlCheck():
            return f"{check.engine}:{check.port}/{check.database}"
        case TcpCheck() | SnmpCheck() | RedisCheck():
            return f"{address}:{check.port}"
