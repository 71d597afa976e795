"""Backup files: the newest of each, how old and how large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

# The stat of coreutils 5.3.0 does not end its line; a blank one is no harm.
ASK = r"""
printf 'now %s\n' "$(date +%s)"
IFS='
'
set -f
for glob in $OD_BACKUPS; do
  printf 'glob %s\n' "$glob"
  newest=
  set +f
  for file in $glob; do
    if [ -f "$file" ] && { [ -z "$newest" ] || [ "$file" -nt "$newest" ]; }; then newest=$file; fi
  done
  if [ -z "$newest" ]; then
    if [ -d "${glob%/*}" ] && [ ! -r "${glob%/*}" ]; then echo denied; else echo none; fi
    continue
  fi
  if stat -c 'file %Y %s %n' "$newest" 2>/dev/null; then echo; else echo denied; fi
done
"""

_NONE = Words("没有找到备份文件 {glob}", "No backup file matches {glob}")
_DENIED = Words("无权查看备份文件 {glob}", "May not look at backup file {glob}")
_OLD = Words(
    "最近的备份 {path} 已有 {measured} 小时，应在 {limit} 小时之内",
    "The newest backup {path} is {measured} h old; it should be under {limit} h",
)
_SMALL = Words(
    "最近的备份 {path} 只有 {measured} KiB，应不少于 {limit} KiB",
    "The newest backup {path} has only {measured} KiB; at least {limit} are expected",
)
_SHRUNK = Words(
    "最近的备份 {path} 比上次小了一半以上（{measured} KiB，上次 {limit} KiB）",
    "The newest backup {path} is less than half of the last one ({measured} of {limit} KiB)",
)
_HOUR = 3600
_KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The newest file of one glob. `path` is "" where none matches."""

    glob: str
    path: str
    age_hours: float | None
    size_kib: int | None
    denied: bool = False


def read(section: Section) -> tuple[Backup, ...]:
    """Return the newest file of every glob asked for."""
    found: list[Backup] = []
    now, glob = 0, ""
    for line in rows(section):
        word, _, rest = line.partition(" ")
        if word == "now":
            now = whole(rest, line)
        elif word == "glob":
            glob = rest
        elif word == "file":
            found.append(_file(glob, rest, now, line))
        elif word in {"none", "denied"}:
            found.append(
                Backup(
                    glob=glob,
                    path="",
                    age_hours=None,
                    size_kib=None,
                    denied=word == "denied",
                )
            )
        elif line.strip():
            raise Unreadable(f"not a backup: {cut(line)!r}")
    if not now:
        raise Unreadable("no moment to measure ages from")
    return tuple(found)


def _file(glob: str, rest: str, now: int, line: str) -> Backup:
    words = rest.split(" ", 2)
    if len(words) != 3:  # noqa: PLR2004 - moment, bytes, path
        raise Unreadable(f"not a file: {cut(line)!r}")
    age = now - whole(words[0], line)
    return Backup(
        glob=glob,
        path=words[2],
        age_hours=round(age / _HOUR, 1),
        size_kib=whole(words[1], line) // _KIB,
    )


def judge(facts: tuple[Backup, ...], here: Circumstances) -> Iterator[Finding]:
    """Yield backups that are missing, old, empty, or suddenly small."""
    expected = {backup.glob: backup for backup in here.server.expect.backups}
    before = {row.glob: row for row in here.previous or ()}
    for row in facts:
        want = expected.get(row.glob)
        if row.age_hours is None or row.size_kib is None:
            words = _DENIED if row.denied else _NONE
            message = filled(words, glob=row.glob)
            yield _finding(row, Severity.CRITICAL, message)
            continue
        if want is None:
            continue
        hours = want.newer_than.total_seconds() / _HOUR
        if row.age_hours > hours:
            yield _measured(row, _OLD, row.age_hours, hours, "h")
        elif row.size_kib < want.at_least_kib:
            yield _measured(row, _SMALL, row.size_kib, want.at_least_kib, "KiB")
        else:
            yield from _shrunk(row, before.get(row.glob))


def _shrunk(row: Backup, before: Backup | None) -> Iterator[Finding]:
    if before is None or before.size_kib is None or row.path == before.path:
        return
    if row.size_kib is not None and row.size_kib * 2 < before.size_kib:
        finding = _measured(row, _SHRUNK, row.size_kib, before.size_kib, "KiB")
        yield Finding(
            probe=finding.probe,
            subject=finding.subject,
            severity=Severity.WARNING,
            message=finding.message,
            measured=finding.measured,
            limit=finding.limit,
            unit="KiB",
        )


def _measured(
    row: Backup, words: Words, measured: float, limit: float, unit: str
) -> Finding:
    return Finding(
        probe="backups",
        subject=row.glob,
        severity=Severity.CRITICAL,
        message=filled(words, path=row.path, measured=measured, limit=limit),
        measured=measured,
        limit=limit,
        unit=unit,
    )


def _finding(row: Backup, severity: Severity, message: Words) -> Finding:
    return Finding(
        probe="backups", subject=row.glob, severity=severity, message=message
    )


def readings(facts: tuple[Backup, ...]) -> Iterator[Reading]:
    """Yield age and size of each newest file."""
    for row in facts:
        if row.age_hours is not None:
            yield Reading("backup_age_hours", row.glob, row.age_hours)
        if row.size_kib is not None:
            yield Reading("backup_size_kib", row.glob, row.size_kib)


PROBE = Probe(
    name="backups",
    title=Words("备份文件", "Backup files"),
    facts=tuple[Backup, ...],
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=8,
)
