"""Network interfaces: links, speeds, errors; and the connection tracking table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# /proc/sys gives a shell that reads byte by byte only the first digit: hence cat.
# /sys/class/net/*/speed of a port without a link answers EINVAL: that is "?" here.
ASK = r"""
[ -r /proc/net/dev ] || { absent no /proc/net/dev; return; }
echo '[counters]'
cat /proc/net/dev
echo '[links]'
for d in /sys/class/net/*; do
  [ -e "$d/operstate" ] || continue
  o= f= t= c= s= x= k=virtual
  { read -r o <"$d/operstate"; read -r f <"$d/flags"; read -r t <"$d/type"
    read -r c <"$d/carrier"; read -r s <"$d/speed"; read -r x <"$d/duplex"; } 2>/dev/null
  [ -e "$d/device" ] && k=physical
  [ -d "$d/bonding" ] && k=bond
  echo "${d##*/} $k ${o:-?} ${f:-?} ${t:-?} ${c:-?} ${s:-?} ${x:-?}"
done
for p in /proc/sys/net/netfilter/nf_conntrack /proc/sys/net/ipv4/netfilter/ip_conntrack
do
  [ -r "${p}_count" ] && [ -r "${p}_max" ] || continue
  echo '[conntrack]'
  echo $(cat "${p}_count" "${p}_max")
  break
done
return 0
"""

ERROR_PERCENT = Limit(
    name="interface_error_percent", warning=1, critical=5, clear=0.5, unit="percent"
)
CONNTRACK_PERCENT = Limit(
    name="conntrack_used_percent", warning=75, critical=90, clear=70, unit="percent"
)
_ENOUGH_PACKETS = 1000  # fewer say nothing about a ratio
_ADMIN_UP = 1
_COUNTERS = 16
_LINK_FIELDS = 8
_TUNNEL_TYPES = {"512", "65534"}  # ARPHRD_PPP, ARPHRD_NONE (tun, wireguard)

_LOST = Words("网卡 {name} 链路中断，此前一直正常", "Interface {name} lost its link")
_NO_LINK = Words(
    "网卡 {name} 已启用但没有链路，请检查网线和交换机端口",
    "Interface {name} is enabled but has no link: check cable and switch port",
)
_SLOWER = Words(
    "网卡 {name} 速率由 {was} Mbit/s 降为 {now} Mbit/s",
    "Interface {name} fell from {was} to {now} Mbit/s",
)
_HALF = Words(
    "网卡 {name} 工作在半双工，请检查两端的协商设置",
    "Interface {name} runs half duplex: check negotiation on both ends",
)
_ERRORS = Words(
    "网卡 {name} 自上次巡检以来错误包占 {measured}%（{errors} 个）",
    "Interface {name}: {measured}% of packets since the last visit were errors ({errors})",
)
_CONNTRACK = Words(
    "连接跟踪表已用 {measured}%（{count}/{room}），占满后新连接会被丢弃",
    "The connection tracking table is {measured}% full ({count}/{room}); once full, "
    "new connections are dropped",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface. `carrier`, `speed_mbit`, `duplex`: None where it cannot say."""

    name: str
    kind: str = "virtual"  # physical bond tunnel virtual
    enabled: bool | None = None  # switched on by the administrator
    state: str = "unknown"
    carrier: bool | None = None
    speed_mbit: int | None = None
    duplex: str | None = None
    received_bytes: int = 0
    received_packets: int = 0
    received_errors: int = 0
    sent_bytes: int = 0
    sent_packets: int = 0
    sent_errors: int = 0

    @property
    def up(self) -> bool:
        # tunnels and old drivers say "unknown" while they work
        return self.state == "up" or (self.state == "unknown" and self.carrier is True)

    @property
    def errors(self) -> int:
        return self.received_errors + self.sent_errors

    @property
    def packets(self) -> int:
        return self.received_packets + self.sent_packets


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All interfaces, and the connection table where one is loaded."""

    interfaces: tuple[Interface, ...]
    conntrack_count: int | None = None
    conntrack_max: int | None = None

    @property
    def conntrack_percent(self) -> float | None:
        if self.conntrack_count is None or not self.conntrack_max:
            return None
        return round(100 * self.conntrack_count / self.conntrack_max, 1)


def read(section: Section) -> Network:
    """Return the interfaces. Raises Unreadable on a line of no known part."""
    interfaces: dict[str, Interface] = {}
    conntrack: tuple[int | None, int | None] = (None, None)
    part = ""
    for row in rows(section):
        if row.startswith("["):
            part = row
        elif part == "[counters]":
            _read_counters(row, interfaces)
        elif part == "[links]":
            _read_link(row, interfaces)
        elif part == "[conntrack]":
            conntrack = _read_conntrack(row)
        else:
            raise Unreadable(f"a line before any part: {cut(row)!r}")
    if not interfaces:
        raise Unreadable("no interface at all, not even lo")
    return Network(
        interfaces=tuple(interfaces.values()),
        conntrack_count=conntrack[0],
        conntrack_max=conntrack[1],
    )


def _read_counters(row: str, interfaces: dict[str, Interface]) -> None:
    if "|" in row:  # the two heading lines
        return
    name, colon, figures = row.rpartition(":")  # CentOS 6: "eth0:123", no space
    cells = figures.split()
    if not colon or len(cells) != _COUNTERS:
        raise Unreadable(f"not a row of /proc/net/dev: {cut(row)!r}")
    n = [whole(cell, row) for cell in cells]
    name = name.strip()
    interfaces[name] = Interface(
        name=name,
        received_bytes=n[0],
        received_packets=n[1],
        received_errors=n[2],
        sent_bytes=n[8],
        sent_packets=n[9],
        sent_errors=n[10],
    )


def _read_link(row: str, interfaces: dict[str, Interface]) -> None:
    cells = row.split(" ")
    if len(cells) != _LINK_FIELDS:
        raise Unreadable(f"not a link: {cut(row)!r}")
    name, kind, state, flags, number, carrier, speed, duplex = cells
    if name not in interfaces:  # born between the two reads
        return
    mbit = None if speed == "?" else whole(speed, row)
    interfaces[name] = replace(
        interfaces[name],
        kind="tunnel" if kind == "virtual" and number in _TUNNEL_TYPES else kind,
        state=state if state != "?" else "unknown",
        enabled=None if flags == "?" else bool(whole(flags, row, 16) & _ADMIN_UP),
        carrier=None if carrier == "?" else carrier == "1",
        speed_mbit=mbit if mbit is not None and 0 < mbit < 2**31 else None,
        duplex=duplex if duplex in {"full", "half"} else None,
    )


def _read_conntrack(row: str) -> tuple[int, int]:
    used, _, room = row.partition(" ")
    return whole(used, row), whole(room, row)


def judge(facts: Network, here: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong with links, ratios and the connection table."""
    before = _by_name(here.previous)
    now = _by_name(facts)
    for interface in facts.interfaces:
        then = before.get(interface.name)
        if interface.kind != "virtual":
            yield from _judge_link(interface, then, here)
        if then is not None and here.same_boot and interface.name != "lo":
            yield from _judge_errors(interface, then, here)
    for name, gone in before.items():
        if name not in now and gone.up and gone.kind != "virtual":
            yield _found(name, Severity.CRITICAL, _LOST, name=name)
    percent = facts.conntrack_percent
    if percent is not None:
        yield from against(
            percent,
            CONNTRACK_PERCENT,
            here,
            _found("conntrack", Severity.WARNING, _CONNTRACK),
            count=facts.conntrack_count,
            room=facts.conntrack_max,
        )


def _by_name(facts: Network | None) -> dict[str, Interface]:
    return {one.name: one for one in facts.interfaces} if facts else {}


def _found(subject: str, level: Severity, words: Words, /, **values: object) -> Finding:
    return Finding(
        probe="network",
        subject=subject,
        severity=level,
        message=filled(words, **values) if values else words,
    )


def _judge_link(
    now: Interface, then: Interface | None, here: Circumstances
) -> Iterator[Finding]:
    name = now.name
    if not now.up:
        standing = here.standing.get(name) is Severity.CRITICAL
        if standing or (then is not None and then.up):
            yield _found(name, Severity.CRITICAL, _LOST, name=name)
        elif now.kind == "physical" and now.enabled and now.carrier is False:
            yield _found(name, Severity.WARNING, _NO_LINK, name=name)
        return
    was = then.speed_mbit if then else None
    if was and now.speed_mbit and now.speed_mbit < was:
        slow = _found(
            f"{name} speed",
            Severity.WARNING,
            _SLOWER,
            name=name,
            was=was,
            now=now.speed_mbit,
        )
        yield replace(slow, measured=now.speed_mbit, limit=was)
    if now.duplex == "half" and now.kind == "physical":
        yield _found(f"{name} duplex", Severity.WARNING, _HALF, name=name)


def _judge_errors(
    now: Interface, then: Interface, here: Circumstances
) -> Iterator[Finding]:
    errors = now.errors - then.errors
    packets = now.packets - then.packets
    if errors < 0 or packets < 0 or packets + errors < _ENOUGH_PACKETS:
        return  # counters were reset, or the sample says too little
    percent = round(100 * errors / (packets + errors), 2)
    yield from against(
        percent,
        ERROR_PERCENT,
        here,
        _found(f"{now.name} errors", Severity.WARNING, _ERRORS),
        name=now.name,
        errors=errors,
    )


def readings(facts: Network) -> Iterator[Reading]:
    """Yield counters and speeds of lasting interfaces, and the table's fill."""
    for one in facts.interfaces:
        if one.kind == "virtual":
            continue
        yield Reading("interface_received_bytes", one.name, one.received_bytes)
        yield Reading("interface_sent_bytes", one.name, one.sent_bytes)
        yield Reading("interface_errors_count", one.name, one.errors)
        if one.speed_mbit is not None:
            yield Reading("interface_speed_mbit", one.name, one.speed_mbit)
    percent = facts.conntrack_percent
    if percent is not None:
        yield Reading("conntrack_used_percent", "", percent)


PROBE = Probe(
    name="network",
    title=Words("网络接口", "Network interfaces"),
    facts=Network,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(ERROR_PERCENT, CONNTRACK_PERCENT),
    seconds=5,
)
