"""What the kernel complained of since the last round: disks, memory, hung tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Denied, Probe, Reading, Unreadable
from probes.transcript import Section

# An account that may not read the kernel's journal is shown an empty one: only when
# there is at least one line of any kind does "no errors" mean that there are none.
ASK = r"""
if have journalctl && [ -d /run/systemd/system ] &&
  [ -n "$(bounded 4 journalctl -k -b 0 --no-pager -q -n 1 2>/dev/null)" ]; then
  out=$(bounded 5 journalctl -k -b 0 -p 3 --no-pager -q -o short-iso -n 200 2>/dev/null) &&
    { echo '[journal]'; printf '%s\n' "$out"; return 0; }
fi
out=$(bounded 4 dmesg 2>&1) || out=$(elevated dmesg 2>&1) || {
  denied "dmesg: $(printf '%s' "$out" | head -n 1)"; return 77; }
echo '[dmesg]'
bad='error|fail|hung_task|blocked for more|out of memory|killed process|mce:|hardware err'
bad="$bad|remount.*read-only|corrupt|segfault|kernel panic|call trace|lockup|link is down"
printf '%s\n' "$out" | grep -iE "$bad" | grep -v 'errors=' | tail -n 200
return 0
"""

MOST = 200
"""How many lines the question brings, the latest ones."""

_GRAVE = (
    ("i/o error", Words("磁盘 I/O 错误", "disk I/O error")),
    ("buffer i/o", Words("磁盘 I/O 错误", "disk I/O error")),
    ("ext4-fs error", Words("文件系统错误", "file system error")),
    ("xfs_error", Words("文件系统错误", "file system error")),
    ("metadata i/o error", Words("文件系统错误", "file system error")),
    (
        "remounting filesystem read-only",
        Words("文件系统转为只读", "remounted read-only"),
    ),
    ("hardware error", Words("硬件错误", "hardware error")),
    ("mce:", Words("硬件错误", "hardware error")),
    ("out of memory", Words("内存不足杀死进程", "killed for want of memory")),
    ("oom-killer", Words("内存不足杀死进程", "killed for want of memory")),
    ("blocked for more than", Words("任务长时间挂起", "hung task")),
    ("hung_task", Words("任务长时间挂起", "hung task")),
    ("soft lockup", Words("CPU 锁死", "CPU lockup")),
    ("kernel panic", Words("内核崩溃", "kernel panic")),
)
_GRAVE_SAID = Words(
    "内核日志：{what}（{count} 条），最近：{line}",
    "Kernel log: {what} ({count}), last: {line}",
)
_OTHER_SAID = Words(
    "内核日志有 {count} 条新的错误，最近：{line}",
    "The kernel log has {count} new errors, last: {line}",
)
_SOURCES = frozenset({"[journal]", "[dmesg]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Error lines of this boot, oldest first, at most `MOST`; stamps are the kernel's."""

    source: str
    errors: tuple[str, ...]


def read(section: Section) -> Kernel:
    """Return the lines. Raises Denied where the account may not read them."""
    lines = rows(section)
    if not lines:
        raise Denied("no kernel log came")
    if lines[0] not in _SOURCES:
        raise Unreadable(f"not a kernel log: {cut(lines[0])!r}")
    errors = tuple(
        line for line in lines[1:] if line.strip() and not line.startswith("-- ")
    )
    return Kernel(source=lines[0].strip("[]"), errors=errors)


def judge(facts: Kernel, here: Circumstances) -> Iterator[Finding]:
    """Yield what is new since the last round of this boot, by kind of trouble."""
    known = here.previous.errors if isinstance(here.previous, Kernel) else ()
    seen = frozenset(known) if here.same_boot else frozenset()
    grave: dict[str, tuple[Words, list[str]]] = {}
    others: list[str] = []
    for line in facts.errors:
        if line in seen:
            continue
        what = _gravity(line)
        if what is None:
            others.append(line)
        else:
            grave.setdefault(what.en, (what, []))[1].append(line)
    for name, (what, lines) in grave.items():
        message = Words(
            filled(_GRAVE_SAID, what=what.zh, count=len(lines), line=lines[-1]).zh,
            filled(_GRAVE_SAID, what=what.en, count=len(lines), line=lines[-1]).en,
        )
        yield _finding(name, Severity.CRITICAL, message, len(lines))
    if others:
        message = filled(_OTHER_SAID, count=len(others), line=cut(others[-1]))
        yield _finding("errors", Severity.WARNING, message, len(others))


def _gravity(line: str) -> Words | None:
    low = line.lower()
    return next((what for mark, what in _GRAVE if mark in low), None)


def _finding(subject: str, severity: Severity, message: Words, count: int) -> Finding:
    return Finding(
        probe="kernel",
        subject=subject,
        severity=severity,
        message=message,
        measured=count,
        unit="count",
    )


def readings(facts: Kernel) -> Iterator[Reading]:
    """Yield how many error lines this boot has."""
    yield Reading("kernel_errors_count", "", len(facts.errors))


PROBE = Probe(
    name="kernel",
    title=Words("内核日志", "Kernel log"),
    facts=Kernel,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=10,
)
