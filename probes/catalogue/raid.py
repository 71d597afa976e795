"""Software RAID and multipath, where there is any: degraded is critical."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Absent, Circumstances, Probe, Unreadable
from probes.transcript import Section

# Anybody may see that there are multipath devices, only root how their paths are: then
# the section is denied, unless there are arrays to tell of.
ASK = r"""
found=
if [ -r /proc/mdstat ] && grep -q '^md' /proc/mdstat; then
  found=1; echo '[md]'; cat /proc/mdstat
fi
if grep -qs '^mpath-' /sys/block/dm-*/dm/uuid; then
  if out=$(elevated multipath -ll); then echo '[multipath]'; printf '%s\n' "$out"
  elif [ -z "$found" ]; then return 77; fi
  found=1
fi
if [ -z "$found" ]; then absent "no RAID array and no multipath device"; return 69; fi
"""

_DEGRADED = Words(
    "软 RAID 阵列 {name} 降级：{state}", "RAID array {name} is degraded: {state}"
)
_REBUILDING = Words("软 RAID 阵列 {name} 正在重建", "RAID array {name} is rebuilding")
_PATHS = Words(
    "多路径设备 {name} 有 {failed} 条路径失效",
    "Multipath device {name} has {failed} failed paths",
)
_REBUILDS = ("recovery", "reshape", "resync")  # `check` is a monthly scrub
_IGNORED = ("Personalities", "unused devices", "read_ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One md array. `state` is mdstat's own, such as "[2/1] [U_]"."""

    name: str
    level: str
    active: bool
    state: str
    degraded: bool
    rebuilding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipath:
    """One multipath device."""

    name: str
    paths: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raid:
    """Everything redundant below the file systems."""

    arrays: tuple[Array, ...]
    multipaths: tuple[Multipath, ...]


def read(section: Section) -> Raid:
    """Return arrays and multipath devices. Raises Absent where there is neither."""
    arrays: list[Array] = []
    paths: list[Multipath] = []
    part = ""
    for line in rows(section):
        if line in {"[md]", "[multipath]"}:
            part = line
        elif part == "[md]":
            _md(line, arrays)
        elif part == "[multipath]":
            _multipath(line, paths)
        else:
            raise Unreadable(f"before any part: {cut(line)!r}")
    if not part:
        raise Absent("no RAID array and no multipath device")
    return Raid(arrays=tuple(arrays), multipaths=tuple(paths))


def _md(line: str, arrays: list[Array]) -> None:
    if not line.strip() or line.startswith(_IGNORED):
        return
    if line.startswith("md") and " : " in line:
        arrays.append(_array(line))
        return
    if not arrays or not line.startswith(" "):
        raise Unreadable(f"not a line of mdstat: {cut(line)!r}")
    last = arrays[-1]
    state = last.state
    if line.rstrip().endswith("]") and "[" in line and "/" in line:
        state = line[line.index("[") :].strip()
    arrays[-1] = Array(
        name=last.name,
        level=last.level,
        active=last.active,
        state=state,
        degraded=last.degraded or "_" in state.rpartition("[")[2],
        rebuilding=last.rebuilding or any(word in line for word in _REBUILDS),
    )


def _array(line: str) -> Array:
    name, _, rest = line.partition(" : ")
    words = rest.split()
    active = words[:1] == ["active"]
    level = next((word for word in words if word.startswith(("raid", "linear"))), "")
    return Array(
        name=name,
        level=level,
        active=active,
        state="" if active else "inactive",
        degraded="(F)" in rest or not active,
        rebuilding=False,
    )


def _multipath(line: str, found: list[Multipath]) -> None:
    if not line.strip() or line.startswith(("size=", "|", "`", " ")):
        if " active " in line or " failed " in line or " faulty " in line:
            last = found[-1] if found else None
            if last is None:
                raise Unreadable(f"a path before its device: {cut(line)!r}")
            if line.lstrip("|`- +").startswith("policy="):
                return
            bad = " failed " in line or " faulty " in line
            found[-1] = Multipath(
                name=last.name, paths=last.paths + 1, failed=last.failed + bad
            )
        return
    if " dm-" not in line:
        raise Unreadable(f"not a multipath device: {cut(line)!r}")
    found.append(Multipath(name=line.split(maxsplit=1)[0], paths=0, failed=0))


def judge(facts: Raid, _here: Circumstances) -> Iterator[Finding]:
    """Yield what has lost its redundancy, and what is winning it back."""
    for array in facts.arrays:
        if array.degraded:
            yield _finding(
                array.name,
                Severity.CRITICAL,
                filled(_DEGRADED, name=array.name, state=array.state),
            )
        elif array.rebuilding:
            yield _finding(
                array.name, Severity.WARNING, filled(_REBUILDING, name=array.name)
            )
    for device in facts.multipaths:
        if device.failed:
            message = filled(_PATHS, name=device.name, failed=device.failed)
            yield _finding(device.name, Severity.CRITICAL, message)


def _finding(subject: str, severity: Severity, message: Words) -> Finding:
    return Finding(probe="raid", subject=subject, severity=severity, message=message)


PROBE = Probe(
    name="raid",
    title=Words("阵列与多路径", "RAID and multipath"),
    facts=Raid,
    ask=ASK,
    read=read,
    judge=judge,
    seconds=8,
)
