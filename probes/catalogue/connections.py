"""TCP connections by state: programs that never close, queues that fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# Counted on the server: a busy balancer has a hundred thousand rows.
ASK = r"""
have awk || { absent no awk to count with; return; }
if have ss; then
  { bounded 4 ss -tan; echo "ended $?"; } | awk '
    $1 == "ended" { status = $2; next }
    NF > 3 && $1 != "State" { n[$1]++
      if ($1 == "CLOSE-WAIT") { sub(/.*:/, "", $4); p[$4]++ } }
    END { if (status) exit status
      for (i in n) print "state", i, n[i]
      for (i in p) print "unclosed", i, p[i] }'
  s=$?
  [ "$s" -eq 124 ] && return 124
  if [ "$s" -eq 0 ]; then
    while read -r l; do case $l in TCP:*) echo "$l" ;; esac
    done 2>/dev/null </proc/net/sockstat
    return 0
  fi
fi
[ -e /proc/net/tcp ] || { absent neither ss nor /proc/net/tcp; return; }
[ -r /proc/net/tcp ] || { denied /proc/net/tcp; return; }
for t in /proc/net/tcp /proc/net/tcp6; do [ -r "$t" ] && bounded 4 cat "$t"; done |
  awk '$1 ~ /:$/ { n[$4]++ } END { for (i in n) print "state", i, n[i] }'
while read -r l; do case $l in TCP:*) echo "$l" ;; esac
done 2>/dev/null </proc/net/sockstat
return 0
"""

_STATES = {
    "ESTAB": "established",
    "SYN-SENT": "syn_sent",
    "SYN-RECV": "syn_received",
    "FIN-WAIT-1": "fin_wait",
    "FIN-WAIT-2": "fin_wait",
    "TIME-WAIT": "time_wait",
    "CLOSE-WAIT": "close_wait",
    "LAST-ACK": "last_ack",
    "LISTEN": "listening",
    "CLOSING": "closing",
    "UNCONN": "closed",
    "01": "established",
    "02": "syn_sent",
    "03": "syn_received",
    "04": "fin_wait",
    "05": "fin_wait",
    "06": "time_wait",
    "07": "closed",
    "08": "close_wait",
    "09": "last_ack",
    "0A": "listening",
    "0B": "closing",
    "0C": "syn_received",
}
_BUSIEST = 5  # local ports named with their unclosed connections
_ROW = 3

CLOSE_WAIT = Limit(
    name="tcp_close_wait_count", warning=100, critical=1000, clear=50, unit="count"
)
TIME_WAIT = Limit(
    name="tcp_time_wait_count", warning=15000, critical=28000, clear=12000, unit="count"
)
SYN_RECEIVED = Limit(
    name="tcp_syn_received_count", warning=500, critical=2000, clear=300, unit="count"
)
_WORDS = {
    "close_wait": Words(
        "TCP 有 {measured} 个 CLOSE_WAIT 连接未被程序关闭，多在本地端口 {port}",
        "{measured} TCP connections in CLOSE_WAIT were never closed by their program, "
        "most on local port {port}",
    ),
    "time_wait": Words(
        "TCP 有 {measured} 个 TIME_WAIT 连接，可能耗尽本地端口",
        "{measured} TCP connections in TIME_WAIT may use up the local ports",
    ),
    "syn_received": Words(
        "TCP 有 {measured} 个半开连接（SYN_RECV），可能遭受 SYN 洪泛或后端过慢",
        "{measured} half-open TCP connections (SYN_RECV): a SYN flood, or a service "
        "too slow to accept",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclosed:
    """Connections in CLOSE_WAIT on one local port."""

    port: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """TCP sockets by state, IPv4 and IPv6 together; `orphaned`: None if unknown."""

    established: int = 0
    syn_sent: int = 0
    syn_received: int = 0
    fin_wait: int = 0
    time_wait: int = 0
    close_wait: int = 0
    last_ack: int = 0
    closing: int = 0
    closed: int = 0
    listening: int = 0
    orphaned: int | None = None
    unclosed: tuple[Unclosed, ...] = ()


def read(section: Section) -> Connections:
    """Return the counts. Raises Unreadable on a state the kernel does not have."""
    counts: dict[str, int] = {}
    unclosed: list[Unclosed] = []
    orphaned = None
    for row in rows(section):
        cells = row.split()
        if len(cells) == _ROW and cells[0] == "state" and cells[1] in _STATES:
            name = _STATES[cells[1]]
            counts[name] = counts.get(name, 0) + whole(cells[2], row)
        elif len(cells) == _ROW and cells[0] == "unclosed":
            one = Unclosed(port=whole(cells[1], row), count=whole(cells[2], row))
            unclosed.append(one)
        elif cells and cells[0] == "TCP:":
            orphaned = _orphaned(cells[1:], row)
        else:
            raise Unreadable(f"not a count of connections: {cut(row)!r}")
    unclosed.sort(key=lambda one: (-one.count, one.port))
    return Connections(**counts, orphaned=orphaned, unclosed=tuple(unclosed[:_BUSIEST]))


def _orphaned(cells: list[str], row: str) -> int | None:
    """Return `orphan` of `TCP: inuse 2 orphan 0 tw 0 alloc 2 mem 85`."""
    pairs = dict(zip(cells[::2], cells[1::2], strict=False))
    return whole(pairs["orphan"], row) if "orphan" in pairs else None


def judge(facts: Connections, here: Circumstances) -> Iterator[Finding]:
    """Yield the states that pile up."""
    port = facts.unclosed[0].port if facts.unclosed else "?"
    for name, count, limit in (
        ("close_wait", facts.close_wait, CLOSE_WAIT),
        ("time_wait", facts.time_wait, TIME_WAIT),
        ("syn_received", facts.syn_received, SYN_RECEIVED),
    ):
        finding = Finding(
            probe="connections",
            subject=name,
            severity=Severity.WARNING,
            message=_WORDS[name],
        )
        yield from against(count, limit, here, finding, port=port)


def readings(facts: Connections) -> Iterator[Reading]:
    """Yield the counts that make a trend."""
    yield Reading("tcp_established_count", "", facts.established)
    yield Reading("tcp_close_wait_count", "", facts.close_wait)
    yield Reading("tcp_time_wait_count", "", facts.time_wait)
    yield Reading("tcp_syn_received_count", "", facts.syn_received)
    if facts.orphaned is not None:
        yield Reading("tcp_orphaned_count", "", facts.orphaned)


PROBE = Probe(
    name="connections",
    title=Words("TCP连接状态", "TCP connections"),
    facts=Connections,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(CLOSE_WAIT, TIME_WAIT, SYN_RECEIVED),
    seconds=6,
)
