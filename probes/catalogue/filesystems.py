"""File systems: how full, whether written to, whether they answer at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from probes.catalogue import df
from probes.catalogue.forecast import days_to_full
from probes.catalogue.mountinfo import Mount, mounts, unescape
from probes.catalogue.text import cut, rows
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

USED = Limit(
    name="filesystem_used_percent", warning=80, critical=90, clear=75, unit="percent"
)
INODES = Limit(
    name="inodes_used_percent", warning=80, critical=90, clear=75, unit="percent"
)
DAYS = Limit(
    name="days_to_full", warning=14, critical=3, clear=21, unit="days", above=False
)
_USED = Words(
    "{mount} 已用 {measured}%，限值 {limit}%",
    "{mount} is {measured}% full, limit {limit}%",
)
_INODES = Words(
    "{mount} 的 inode 已用 {measured}%，限值 {limit}%",
    "{mount} has used {measured}% of its inodes, limit {limit}%",
)
_DAYS = Words(
    "{mount} 按近期增长约 {measured} 天后写满",
    "{mount} will be full in about {measured} days at its recent growth",
)
_READ_ONLY = Words(
    "{mount} 变为只读（文件系统可能出错）",
    "{mount} has become read-only (the file system may have failed)",
)
_HUNG = Words(
    "{mount} 没有应答（远程挂载失去响应）",
    "{mount} does not answer (hung remote mount)",
)
_UNMOUNTED = Words(
    "应有的挂载点 {mount} 没有挂载", "Expected mount {mount} is not mounted"
)
_SECTIONS = ("mounts", "fstab", "df", "inodes", "remote", "over")
_HALF = 50
_MAY_BE_READ_ONLY = frozenset({"iso9660", "squashfs", "udf", "erofs", "cramfs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filesystem:
    """One mounted file system. Sizes are None where it did not answer.

    `read_only_on_purpose`: /etc/fstab mounts it read-only. `inodes_used_percent` is
    None where the type has none to run out of.
    """

    mount: str
    device: str
    type: str
    size_kib: int | None
    used_percent: int | None
    inodes_used_percent: int | None
    read_only: bool
    hung: bool
    remote: bool = False
    available_kib: int | None = None
    read_only_on_purpose: bool = False
    also: tuple[str, ...] = ()  # where else the same one is mounted (bind mounts)


def read(section: Section) -> tuple[Filesystem, ...]:
    """Return what df answered for, joined with how it is mounted."""
    parts = _parts(rows(section))
    if section.status != 124 and "over" not in parts:  # noqa: PLR2004 - cut off in mid-answer
        raise Unreadable("the answer has no end")
    mounted = {mount.path: mount for mount in mounts(parts.get("mounts", []))}
    on_purpose = frozenset(_read_only_in_fstab(parts.get("fstab", [])))
    inodes = {row.path: row.percent for row in map(df.row, parts.get("inodes", []))}
    local = [
        _filesystem(df.row(line), mounted, inodes, on_purpose)
        for line in parts.get("df", [])
    ]
    remote = list(_remote(parts.get("remote", []), mounted))
    if section.status == 124 and not remote:  # noqa: PLR2004 - what hung is not known
        raise Unreadable("df did not answer in time")
    return tuple(_once([*local, *remote], mounted))


def _parts(lines: list[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("[") and line.strip("[]") in _SECTIONS:
            parts[line.strip("[]")] = []
        elif not parts:
            raise Unreadable(f"before any part: {cut(line)!r}")
        elif line.strip() and not line.startswith("Filesystem "):
            parts[next(reversed(parts))].append(line)
    return parts


def _filesystem(
    row: df.Row,
    mounted: Mapping[str, Mount],
    inodes: Mapping[str, int | None],
    on_purpose: frozenset[str],
) -> Filesystem:
    mount = mounted.get(row.path)
    return Filesystem(
        mount=row.path,
        device=row.device,
        type=mount.type if mount else "",
        size_kib=row.size,
        used_percent=row.percent,
        inodes_used_percent=inodes.get(row.path),
        read_only=mount.read_only if mount else False,
        hung=False,
        available_kib=row.available,
        read_only_on_purpose=row.path in on_purpose,
    )


def _remote(lines: list[str], mounted: Mapping[str, Mount]) -> Iterator[Filesystem]:
    for line in lines:
        word, _, escaped = line.partition(" ")
        if word in {"HUNG", "SKIPPED"}:
            path = unescape(escaped)
            mount = mounted.get(path)
            yield Filesystem(
                mount=path,
                device=mount.device if mount else "",
                type=mount.type if mount else "",
                size_kib=None,
                used_percent=None,
                inodes_used_percent=None,
                read_only=False,
                hung=True,
                remote=True,
            )
        else:
            found = _filesystem(df.row(line), mounted, {}, frozenset())
            yield replace(found, remote=True)


def _read_only_in_fstab(lines: list[str]) -> Iterator[str]:
    for line in lines:
        words = line.split()
        if len(words) >= 4 and "ro" in words[3].split(","):  # noqa: PLR2004 - fstab(5)
            yield unescape(words[1])


def _once(
    found: list[Filesystem], mounted: Mapping[str, Mount]
) -> Iterator[Filesystem]:
    """Yield each file system once: of bind mounts, the one with the shortest path."""
    same: dict[str, list[Filesystem]] = {}
    for row in sorted(found, key=lambda f: (len(f.mount), f.mount)):
        same.setdefault(_key(row, mounted.get(row.mount)), []).append(row)
    for first, *others in same.values():
        elsewhere = {row.mount for row in others} - {first.mount}
        yield replace(first, also=tuple(sorted(elsewhere)))


def _key(row: Filesystem, mount: Mount | None) -> str:
    """Return what two mounts of one file system share; the old list has no numbers."""
    if mount and mount.number:
        return mount.number
    on_disk = row.device.startswith("/dev/")
    return row.device if on_disk else f"{row.device} {row.mount}"


def judge(facts: tuple[Filesystem, ...], here: Circumstances) -> Iterator[Finding]:
    """Yield what is full, filling up, read-only, hung, or not there."""
    for row in facts:
        if row.hung:
            yield _plain(row.mount, row.mount, Severity.CRITICAL, _HUNG)
            continue
        if _lost_write(row):
            yield _plain(row.mount, f"{row.mount} ro", Severity.CRITICAL, _READ_ONLY)
        yield from _fullness(row, here)
    there = {mount for row in facts for mount in (row.mount, *row.also)}
    for mount in here.server.expect.mounts:
        if mount not in there:
            yield _plain(mount, mount, Severity.CRITICAL, _UNMOUNTED)


def _lost_write(row: Filesystem) -> bool:
    return (
        row.read_only
        and not row.remote
        and not row.read_only_on_purpose
        and row.type not in _MAY_BE_READ_ONLY
    )


def _fullness(row: Filesystem, here: Circumstances) -> Iterator[Finding]:
    if row.read_only and not _lost_write(row):
        return  # what nobody writes to cannot fill up
    for value, limit, words, subject in (
        (row.used_percent, USED, _USED, row.mount),
        (row.inodes_used_percent, INODES, _INODES, f"{row.mount} inodes"),
        (_days(row, here), DAYS, _DAYS, f"{row.mount} growth"),
    ):
        if value is not None:
            finding = Finding(
                probe="filesystems",
                subject=subject,
                severity=Severity.WARNING,
                message=words,
            )
            yield from against(value, limit, here, finding, mount=row.mount)


def _days(row: Filesystem, here: Circumstances) -> int | None:
    if row.used_percent is None or row.used_percent < _HALF:
        return None
    history = here.history("filesystem_used_percent", row.mount)
    return days_to_full(history, row.used_percent, at=here.at)


def _plain(mount: str, subject: str, severity: Severity, words: Words) -> Finding:
    return Finding(
        probe="filesystems",
        subject=subject,
        severity=severity,
        message=filled(words, mount=mount),
    )


def readings(facts: tuple[Filesystem, ...]) -> Iterator[Reading]:
    """Yield how full each is."""
    for row in facts:
        if row.used_percent is not None:
            yield Reading("filesystem_used_percent", row.mount, row.used_percent)
        if row.inodes_used_percent is not None:
            yield Reading("inodes_used_percent", row.mount, row.inodes_used_percent)


PROBE = Probe(
    name="filesystems",
    title=Words("文件系统", "File systems"),
    facts=tuple[Filesystem, ...],
    ask=df.ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(USED, INODES, DAYS),
    seconds=12,
)
