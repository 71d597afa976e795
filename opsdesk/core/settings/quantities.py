"""Texts that stand for a time, a size, an address: read, or refused with a reason.

Every function takes what the YAML said and raises PydanticCustomError, whose type is a
row in `sentences`.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|KiB|MiB|GiB|KB|MB|GB)")
_SIZES = {
    "B": 1,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
}
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_NAME = re.compile(r"\w[\w.\-]{0,63}")
_REFERENCE = re.compile(r"(?:secret:[\w.\-]{1,64}|env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
KEY_TYPES = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
    }
)


def bad(kind: str, value: Any = None) -> PydanticCustomError:
    """Return the refusal of a value, to raise; `kind` is a row in `sentences`."""
    shown = str(value)[:80] if isinstance(value, (str, int, float)) else "…"
    return PydanticCustomError("opsdesk_" + kind, "{value}", {"value": shown})


def duration(value: Any) -> timedelta:
    """Read `10s`, `2h`, `1h30m`, `500ms`; a bare number has no unit and is refused."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise bad("duration", value)
    try:
        seconds = sum(float(n) * _UNITS[unit] for n, unit in _PART.findall(value))
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise bad("duration", value) from error


def size(value: Any) -> int:
    """Read `4MiB`, `512KiB`, `100 B` as bytes."""
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise bad("size", value)
    amount = float(found[1]) * _SIZES[found[2]]
    if amount > 1 << 50:
        raise bad("size", value)
    return int(amount)


def clock(value: Any) -> time:
    """Read `08:00`."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise bad("clock", value)
    return time(int(found[1]), int(found[2]))


def hours(value: Any) -> tuple[time, time] | None:
    """Read `22:00-07:00`, which may pass midnight; `never` is None."""
    if value == "never":
        return None
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    ends = _CLOCK.fullmatch(first), _CLOCK.fullmatch(last)
    if not dash or not all(ends) or first == last:
        raise bad("hours", value)
    return clock(first), clock(last)


def day(value: Any) -> date:
    """Read `2026-03-01`."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise bad("day", value) from error


def zone(value: Any) -> ZoneInfo:
    """Read an IANA time zone, such as `Asia/Shanghai`."""
    try:
        return ZoneInfo(value)
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise bad("zone", value) from error


def name(value: Any) -> str:
    """Read a name that can stand on a command line and in a file name."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise bad("name", value)
    return value


def host(value: Any) -> str:
    """Read a host name or an IPv4 or IPv6 address."""
    if not isinstance(value, str) or not is_host(value):
        raise bad("host", value)
    return value


def is_host(text: str) -> bool:
    """Say whether a text is an address or could be a host's name."""
    if is_address(text):
        return True
    labels = text.removesuffix(".").split(".")
    digits_only = labels[-1].isdigit()  # 10.1.0.300 is no name
    good = all(_HOST_LABEL.fullmatch(label) for label in labels)
    return good and not digits_only and len(text) <= 253  # noqa: PLR2004 - RFC 1035


def is_address(text: str) -> bool:
    """Say whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def endpoint(value: Any) -> tuple[str, int]:
    """Read `host:port`, IPv6 in square brackets."""
    if not isinstance(value, str):
        raise bad("endpoint", value)
    left, _, right = value.rpartition(":")
    address = left[1:-1] if left.startswith("[") and left.endswith("]") else left
    if not is_host(address) or (":" in address and left == address):
        raise bad("endpoint", value)
    if not _is_port(right):
        raise bad("endpoint", value)
    return address, int(right)


def network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Read an address, or a network such as 10.1.0.0/24."""
    if not isinstance(value, str):
        raise bad("network", value)
    try:
        return ipaddress.ip_network(value)
    except ValueError as error:
        raise bad("network", value) from error


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535  # noqa: PLR2004


def url(value: Any) -> str:
    """Read an http or https address."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        good = good and (parts.port is None or parts.port > 0)
    except (ValueError, TypeError, AttributeError) as error:
        raise bad("url") from error
    if not good or not isinstance(value, str):
        raise bad("url")
    if "@" in parts.netloc:
        raise bad("url_with_secret")
    return value


def host_key(value: Any) -> str:
    """Read `SHA256:…` as ssh-keygen -l prints it, or a public key line."""
    if not isinstance(value, str):
        raise bad("host_key")
    if _FINGERPRINT.fullmatch(value):
        return value.rstrip("=")
    words = value.split()
    if len(words) < 2 or words[0] not in KEY_TYPES:  # noqa: PLR2004 - type and key
        raise bad("host_key")
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad("host_key") from error
    if blob[4 : 4 + len(words[0])] != words[0].encode():
        raise bad("host_key")
    return f"{words[0]} {words[1]}"


def reference(value: Any) -> str:
    """Read `secret:NAME`, `file:PATH` or `env:NAME`; never shows what was there."""
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise bad("reference")
    return value
