"""Which machine answered: system, kernel, boot, cores. A reboot is news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

ASK = r"""
printf 'uname %s\n' "$(uname -srm 2>/dev/null)"
printf 'host %s\n' "$(uname -n 2>/dev/null)"
if [ -r /proc/sys/kernel/random/boot_id ]; then
  printf 'boot %s\n' "$(cat /proc/sys/kernel/random/boot_id)"
fi
if [ -r /proc/uptime ]; then read -r up rest </proc/uptime; printf 'uptime %s\n' "${up%.*}"; fi
printf 'cores %s\n' "$(grep -c '^processor' /proc/cpuinfo 2>/dev/null)"
if [ -f /.dockerenv ] || [ -f /run/.containerenv ]; then echo 'container yes'; fi
echo '[release]'
for file in /etc/os-release /usr/lib/os-release /etc/kylin-release /etc/redhat-release; do
  if [ -r "$file" ]; then cat "$file"; break; fi
done
"""

_REBOOTED = Words(
    "上次巡检后重启过，现已运行 {hours} 小时",
    "Rebooted since the last round; up for {hours} h",
)
_KEYS = frozenset({"uname", "host", "boot", "uptime", "cores", "container"})
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A machine and its present boot. `boot_id` is "" where the kernel has none."""

    hostname: str
    kernel: str
    machine: str
    os: str  # as people call it: PRETTY_NAME, or the release file's line
    os_id: str  # lower case: debian, kylin, openeuler, uos …
    boot_id: str
    uptime_seconds: int | None
    cores: int | None
    container: bool


def read(section: Section) -> Identity:
    """Return who answered."""
    lines = rows(section)
    said, release = _split(lines)
    words = said.get("uname", "").split()
    if len(words) < 3:  # noqa: PLR2004 - system, release, machine
        raise Unreadable(f"not uname: {cut(said.get('uname', ''))!r}")
    pretty = release.get("PRETTY_NAME") or " ".join(
        part for part in (release.get("NAME", ""), release.get("VERSION", "")) if part
    )
    return Identity(
        hostname=said.get("host", ""),
        kernel=words[1],
        machine=words[-1],
        os=pretty or words[0],
        os_id=release.get("ID", "").lower(),
        boot_id=said.get("boot", ""),
        uptime_seconds=_optional(said.get("uptime", "")),
        cores=_optional(said.get("cores", "")) or None,
        container=said.get("container") == "yes",
    )


def _split(lines: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    said: dict[str, str] = {}
    release: dict[str, str] = {}
    in_release = False
    for line in lines:
        if line == "[release]":
            in_release = True
        elif in_release:
            key, equals, value = line.partition("=")
            if equals:
                release[key.strip()] = value.strip().strip("\"'")
            elif line.strip() and not line.startswith("#"):
                release.setdefault("PRETTY_NAME", line.strip())
        else:
            key, _, value = line.partition(" ")
            if key not in _KEYS:
                raise Unreadable(f"no such fact: {cut(line)!r}")
            said[key] = value
    return said, release


def _optional(text: str) -> int | None:
    return whole(text, text) if text else None


def judge(facts: Identity, here: Circumstances) -> Iterator[Finding]:
    """Yield a reboot since the last answer."""
    before = here.previous
    if not isinstance(before, Identity) or not before.boot_id or not facts.boot_id:
        return
    if before.boot_id != facts.boot_id:
        hours = (facts.uptime_seconds or 0) / _HOUR
        yield Finding(
            probe="identity",
            subject="boot",
            severity=Severity.WARNING,
            message=filled(_REBOOTED, hours=round(hours, 1)),
            measured=facts.uptime_seconds,
            unit="s",
        )


def readings(facts: Identity) -> Iterator[Reading]:
    """Yield how long the machine has been up."""
    if facts.uptime_seconds is not None:
        yield Reading("uptime_seconds", "", facts.uptime_seconds)


PROBE = Probe(
    name="identity",
    title=Words("主机与系统", "Host and system"),
    facts=Identity,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=4,
)
