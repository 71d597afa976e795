"""The shape of each entry under `checks`, and what it becomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from opsdesk.core.settings.forms import (
    Duration,
    Form,
    Host,
    Milliseconds,
    Port,
    Reference,
    Text,
    Url,
)

SECONDS = timedelta(seconds=10)
KEYS = ("http", "tcp", "tls", "icmp", "snmp", "sql", "redis")
"""The key that says which kind of check an entry is."""

NESTED = frozenset({"icmp", "snmp", "sql", "redis"})
"""Kinds whose details stand in a mapping below the key; `true` takes the defaults."""


class HttpForm(Form):
    """`{http: URL, …}`."""

    http: Url
    status: Annotated[int, Field(ge=100, le=599)] = 200
    contains: Text | None = None
    warn_ms: Milliseconds | None = None
    verify: bool = True
    ca_file: Text | None = None
    timeout: Duration = SECONDS


class TcpForm(Form):
    """`{tcp: PORT, …}`."""

    tcp: Port
    banner: Text | None = None
    warn_ms: Milliseconds | None = None
    timeout: Duration = SECONDS


class TlsForm(Form):
    """`{tls: PORT, …}`."""

    tls: Port
    name: Host | None = None
    ca_file: Text | None = None
    timeout: Duration = SECONDS


class IcmpForm(Form):
    """`{icmp: {…}}`."""

    count: Annotated[int, Field(ge=1, le=20)] = 3
    warn_ms: Milliseconds | None = None
    timeout: Duration = SECONDS


class SnmpForm(Form):
    """`{snmp: {…}}`."""

    version: Literal[2, 3, "2c", "3"] = "3"
    port: Port = 161
    community: Reference | None = None
    user: Text | None = None
    auth_protocol: Literal["md5", "sha1", "sha256"] = "sha256"
    auth_key: Reference | None = None
    privacy_protocol: Literal["des", "aes128"] = "aes128"
    privacy_key: Reference | None = None
    timeout: Duration = SECONDS


class SqlForm(Form):
    """`{sql: {…}}`."""

    engine: Literal["postgresql", "mysql"]
    port: Port | None = None
    user: Text
    password: Reference | None = None
    database: str = ""
    timeout: Duration = SECONDS


class RedisForm(Form):
    """`{redis: {…}}`."""

    port: Port = 6379
    user: Text | None = None
    password: Reference | None = None
    tls: bool = False
    timeout: Duration = SECONDS


FORMS: dict[str, type[Form]] = {
    "http": HttpForm,
    "tcp": TcpForm,
    "tls": TlsForm,
    "icmp": IcmpForm,
    "snmp": SnmpForm,
    "sql": SqlForm,
    "redis": RedisForm,
}


def kind_of(entry: dict[str, Any]) -> str | None:
    """Return which kind of check an entry is; None: none, or more than one."""
    # `tls: true` inside another kind's details is not an entry's own key
    found = [key for key in KEYS if key in entry]
    return found[0] if len(found) == 1 else None


def details(kind: str, entry: dict[str, Any]) -> Any:
    """Return what the kind's form reads: the entry itself, or what is below its key."""
    if kind not in NESTED:
        return entry
    below = entry[kind]
    return {} if below is True or below is None else below
