"""Processes: zombies, uninterruptible sleep, the expected ones, the table's room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# /proc/PID/stat and not ps: ps hangs on the one process whose command line is locked,
# and on a directory server that is away when it looks up owners. Command lines can
# carry passwords, so they are matched here on the server and never sent; they are
# only opened, bounded, for names that no short command name has. A process in D for
# a moment is at work: only one that still is a second later is named. (cat, since
# /proc/sys gives a shell that reads byte by byte nothing but the first digit.)
ASK = r"""
have awk || { absent no awk to count with; return; }
[ -r /proc/self/stat ] || { absent no /proc; return; }
[ -r /proc/1/stat ] || { denied other accounts\' processes are hidden; return; }
look='
  { at = match($0, /\) [A-Za-z] /); while (match(substr($0, at + 1), /\) [A-Za-z] /))
      at += RSTART
    open = index($0, "("); pid = substr($0, 1, open - 2)
    name = substr($0, open + 1, at - open - 1)
    split(substr($0, at + 2), f, " "); state = f[1]; n[state]++; total++; c[name]++
    if ((state == "Z" || state == "D") && shown[state]++ < 20)
      print "stuck", state, pid, f[2], name }
  END { print "total", total + 0; for (i in n) print "state", i, n[i]
    k = split(ENVIRON["OD_PROCESSES"], e, "\n")
    for (i = 1; i <= k; i++) if (e[i] != "")
      print "expected", c[substr(e[i], 1, 15)] + 0, e[i] }'
out=$(cat /proc/[0-9]*/stat 2>/dev/null | OD_PROCESSES="$OD_PROCESSES" awk "$look")
case $out in
  *'stuck D '*) sleep 1
    printf '%s\n' "$out" | while read -r w s p q m; do
      [ "$w $s" = 'stuck D' ] || continue
      { read -r l <"/proc/$p/stat"; } 2>/dev/null || continue
      case $l in *') D '*) printf 'stuck D %s %s %s\n' "$p" "$q" "$m" ;; esac
    done ;;
esac
printf '%s\n' "$out" | grep -v -e '^expected 0 ' -e '^stuck D '
missing=$(printf '%s\n' "$out" | sed -n 's/^expected 0 //p')
[ -n "$missing" ] && {
  { bounded 4 head -c 4096 /proc/[0-9]*/cmdline 2>/dev/null
    [ $? -eq 124 ] && echo '==> late <=='; } | tr '\0' ' ' |
  OD_PROCESSES="$missing" awk '
    BEGIN { k = split(ENVIRON["OD_PROCESSES"], e, "\n") }
    /^==> \/proc\/[0-9]+\/cmdline <==$/ { first = 1; next }
    /^==> late <==$/ { late = 1; next }
    { if (first) { tool = $1; sub(/.*\//, "", tool); first = 0 }
      if (tool ~ /^(awk|cat|grep|less|man|more|nano|scp|ssh|sudo|tail|vi|vim)$/) next
      for (i = 1; i <= k; i++) if (e[i] != "" && index($0, e[i])) c[i]++ }
    END { for (i = 1; i <= k; i++) if (e[i] != "" && (c[i] || !late))
      print "expected", c[i] + 0, e[i] }'
}
{ read -r a b c d e </proc/loadavg; m=$(cat /proc/sys/kernel/pid_max); } 2>/dev/null
[ -n "$d" ] && [ -n "$m" ] && echo "room ${d#*/} $m"
return 0
"""

ZOMBIES = Limit(
    name="zombie_processes_count", warning=5, critical=50, clear=3, unit="count"
)
BLOCKED = Limit(
    name="blocked_processes_count", warning=3, critical=10, clear=1, unit="count"
)
ROOM = Limit(
    name="process_table_used_percent", warning=70, critical=90, clear=60, unit="percent"
)

_MISSING = Words("应运行的进程 {name} 不存在", "Expected process {name} is not running")
_UNKNOWN = Words(
    "应运行的进程 {name} 未取得结果：读取命令行超时",
    "Nothing was learnt of expected process {name}: reading command lines timed out",
)
_ZOMBIES = Words(
    "有 {measured} 个僵尸进程，多由 {parent} 号进程产生，例如 {example}",
    "{measured} zombie processes, most of them children of {parent}, such as {example}",
)
_BLOCKED = Words(
    "有 {measured} 个进程持续处于不可中断睡眠（D状态），例如 {example}，请检查磁盘和网络存储",
    "{measured} processes stay in uninterruptible sleep (D), such as {example}: check "
    "disks and network storage",
)
_ROOM = Words(
    "进程表已用 {measured}%（{threads}/{most}），占满后无法新建进程",
    "The process table is {measured}% full ({threads}/{most}); once full, nothing new "
    "can start",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A zombie (Z), or a process that stayed in uninterruptible sleep (D)."""

    state: str
    pid: int
    parent: int
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How many processes go by an expected name."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """Counts by state. `stuck` names at most twenty of each kind."""

    total: int
    running: int = 0
    zombies: int = 0
    blocked: int = 0
    threads: int | None = None
    most: int | None = None  # kernel.pid_max
    stuck: tuple[Stuck, ...] = ()
    expected: tuple[Expected, ...] = ()


def read(section: Section) -> Processes:
    """Return the counts. Raises Unreadable on a row that is none of ours."""
    counts: dict[str, int] = {}
    stuck: list[Stuck] = []
    expected: list[Expected] = []
    room: tuple[int | None, int | None] = (None, None)
    for row in rows(section):
        match row.split(" "):
            case ["total", number]:
                counts["total"] = whole(number, row)
            case ["state", letter, number]:
                counts[letter] = whole(number, row)
            case ["stuck", state, pid, parent, *name]:
                stuck.append(_stuck(state, pid, parent, " ".join(name)))
            case ["expected", number, *name]:
                expected.append(Expected(name=" ".join(name), count=whole(number, row)))
            case ["room", threads, most]:
                room = whole(threads, row), whole(most, row)
            case _:
                raise Unreadable(f"not about processes: {cut(row)!r}")
    if not counts.get("total"):
        raise Unreadable("no process at all, not even ours")
    return Processes(
        total=counts["total"],
        running=counts.get("R", 0),
        zombies=counts.get("Z", 0),
        blocked=sum(one.state == "D" for one in stuck),
        threads=room[0],
        most=room[1],
        stuck=tuple(stuck),
        expected=tuple(expected),
    )


def _stuck(state: str, pid: str, parent: str, command: str) -> Stuck:
    return Stuck(
        state=state, pid=whole(pid, pid), parent=whole(parent, parent), command=command
    )


def judge(facts: Processes, here: Circumstances) -> Iterator[Finding]:
    """Yield missing processes, zombies, blocked ones, and a table that fills."""
    found = {one.name: one.count for one in facts.expected}
    for name in here.server.expect.processes:
        if not found.get(name):
            known = name in found
            yield Finding(
                probe="processes",
                subject=name,
                severity=Severity.CRITICAL if known else Severity.WARNING,
                message=filled(_MISSING if known else _UNKNOWN, name=name),
            )
    zombies = [one for one in facts.stuck if one.state == "Z"]
    yield from against(
        facts.zombies,
        ZOMBIES,
        here,
        _found("state:Z", _ZOMBIES),
        parent=_commonest_parent(zombies),
        example=_example(zombies),
    )
    blocked = [one for one in facts.stuck if one.state == "D"]
    yield from against(
        facts.blocked,
        BLOCKED,
        here,
        _found("state:D", _BLOCKED),
        example=_example(blocked),
    )
    percent = _room(facts)
    if percent is not None:
        yield from against(
            percent,
            ROOM,
            here,
            _found("pid_max", _ROOM),
            threads=facts.threads,
            most=facts.most,
        )


def _found(subject: str, words: Words) -> Finding:
    return Finding(
        probe="processes", subject=subject, severity=Severity.WARNING, message=words
    )


def _commonest_parent(zombies: list[Stuck]) -> str:
    parents = [one.parent for one in zombies]
    return str(max(parents, key=parents.count)) if parents else "?"


def _example(stuck: list[Stuck]) -> str:
    return f"{stuck[0].command}[{stuck[0].pid}]" if stuck else "?"


def _room(facts: Processes) -> float | None:
    if facts.threads is None or not facts.most:
        return None
    return round(100 * facts.threads / facts.most, 1)


def readings(facts: Processes) -> Iterator[Reading]:
    """Yield the counts that make a trend."""
    yield Reading("processes_count", "", facts.total)
    yield Reading("zombie_processes_count", "", facts.zombies)
    yield Reading("blocked_processes_count", "", facts.blocked)
    percent = _room(facts)
    if percent is not None:
        yield Reading("process_table_used_percent", "", percent)


PROBE = Probe(
    name="processes",
    title=Words("进程", "Processes"),
    facts=Processes,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(ZOMBIES, BLOCKED, ROOM),
    seconds=8,
)
