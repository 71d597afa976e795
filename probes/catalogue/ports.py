"""Listening ports: the expected ones, and what has changed since the last round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

# `-H` is younger than CentOS 7, so the heading comes along and the reader drops it.
# -p names the processes we may see. Without ss (CentOS 6 minimal, BusyBox) the
# kernel's own tables are filtered on the spot: on a busy balancer they are huge.
ASK = r"""
if have ss; then
  echo '[ss]'
  bounded 4 ss -ltnup && return 0
  s=$?
  [ "$s" -eq 124 ] && return 124
fi
[ -e /proc/net/tcp ] || { absent neither ss nor /proc/net/tcp; return; }
[ -r /proc/net/tcp ] || { denied /proc/net/tcp; return; }
for t in tcp tcp6; do
  [ -r "/proc/net/$t" ] || continue
  echo "[$t]"
  bounded 4 grep ' 0A ' "/proc/net/$t"
done
for t in udp udp6; do
  [ -r "/proc/net/$t" ] || continue
  echo "[$t]"
  bounded 4 grep ' 07 ' "/proc/net/$t"
done
return 0
"""

_EPHEMERAL = 32768  # Linux's ip_local_port_range starts here
_LISTEN, _UNCONNECTED = "0A", "07"
_SS_CELLS, _PROC_CELLS = 6, 4
_HEX_V4, _HEX_V6 = 8, 32

_MISSING = Words(
    "应监听的端口 {port} 没有监听", "Expected port {port} is not listening"
)
_APPEARED = Words(
    "新增监听端口 {protocol} {where}:{port}（{process}）",
    "New listening port {protocol} {where}:{port} ({process})",
)
_VANISHED = Words(
    "监听端口 {protocol} {where}:{port} 不再监听（原为 {process}）",
    "Port {protocol} {where}:{port} no longer listens (was {process})",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One socket that waits for others. `process` is "" where we may not see it."""

    protocol: str  # tcp udp
    address: str
    port: int
    process: str = ""

    @property
    def exposed(self) -> bool:
        """Whether others than this machine can reach it."""
        return not self.address.startswith(("127.", "::1", "::ffff:127."))

    @property
    def lasting(self) -> bool:
        """Whether it is worth comparing: clients borrow high ports for moments."""
        return self.port < _EPHEMERAL or (self.protocol == "tcp" and self.exposed)

    @property
    def key(self) -> tuple[str, bool, int]:
        """What stays the same whichever address family listens."""
        return self.protocol, self.exposed, self.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every listening socket, and where that was read: `ss` or `proc`."""

    source: str
    listening: tuple[Listener, ...]


def read(section: Section) -> Ports:
    """Return the listening sockets, without doubles, in order."""
    found: set[Listener] = set()
    part = source = ""
    for row in rows(section):
        if row.startswith("[") and row.endswith("]"):
            part = row[1:-1]
            source = "ss" if part == "ss" else "proc"
        elif part == "ss":
            listener = _from_ss(row)
            if listener:
                found.add(listener)
        elif part in {"tcp", "tcp6", "udp", "udp6"}:
            listener = _from_proc(row, part[:3])
            if listener:
                found.add(listener)
        else:
            raise Unreadable(f"a line of no part: {cut(row)!r}")
    if not source:
        raise Unreadable("no table of ports in the answer")
    order = sorted(found, key=lambda one: (one.protocol, one.port, one.address))
    return Ports(source=source, listening=tuple(order))


def _from_ss(row: str) -> Listener | None:
    cells = row.split()
    if not cells or cells[0] in {"Netid", "State"}:
        return None
    if len(cells) < _SS_CELLS or cells[0] not in {"tcp", "udp"}:
        raise Unreadable(f"not a row of ss: {cut(row)!r}")
    address, _, port = cells[4].rpartition(":")
    return Listener(
        protocol=cells[0],
        address=_plain(address),
        port=whole(port, row),
        process=_process(cells[6:]),
    )


def _plain(address: str) -> str:
    """Return the address as everyone writes it: `[::]` and `*` are 0.0.0.0 to us."""
    address = address.partition("%")[0].strip("[]")
    return "0.0.0.0" if address in {"*", "::", ""} else address  # noqa: S104


def _process(cells: list[str]) -> str:
    """Return nginx from `users:(("nginx",pid=1,fd=6))`, or from older `users:(("nginx",1,6))`."""
    parts = " ".join(cells).split('"', 2)
    return parts[1] if len(parts) > 1 else ""


def _from_proc(row: str, protocol: str) -> Listener | None:
    cells = row.split(None, _PROC_CELLS)
    if len(cells) < _PROC_CELLS or not cells[0].endswith(":"):
        raise Unreadable(f"not a row of /proc/net: {cut(row)!r}")
    if cells[3] != (_LISTEN if protocol == "tcp" else _UNCONNECTED):
        return None
    address, _, port = cells[1].partition(":")
    try:
        return Listener(
            protocol=protocol, address=_unhexed(address), port=int(port, 16)
        )
    except ValueError as error:
        raise Unreadable(f"not a socket: {cut(row)!r}") from error


def _unhexed(text: str) -> str:
    """Return an address from the kernel's hex; v6 is four little-endian words."""
    raw = bytes.fromhex(text)
    if len(text) == _HEX_V4:
        return ".".join(str(byte) for byte in reversed(raw))
    if len(text) != _HEX_V6:
        raise ValueError("neither four nor sixteen bytes")
    if not any(raw):
        return "0.0.0.0"  # noqa: S104
    words = b"".join(raw[at : at + 4][::-1] for at in range(0, 16, 4))
    if words == b"\0" * 15 + b"\1":
        return "::1"
    return ":".join(words[at : at + 2].hex() for at in range(0, 16, 2))


def judge(facts: Ports, here: Circumstances) -> Iterator[Finding]:
    """Yield expected ports that are silent, and every change since the last round."""
    heard = {one.port for one in facts.listening}
    expected = set(here.server.expect.ports)
    for port in sorted(expected - heard):
        yield Finding(
            probe="ports",
            subject=str(port),
            severity=Severity.CRITICAL,
            message=_MISSING.fill(port=port),
        )
    if here.previous is None:
        return
    now, before = _by_key(facts), _by_key(here.previous)
    for key in sorted(now.keys() - before.keys()):
        if key[2] not in expected:
            yield _changed(now[key], _APPEARED)
    for key in sorted(before.keys() - now.keys()):
        if key[2] not in expected:
            yield _changed(before[key], _VANISHED)


def _by_key(facts: Ports) -> dict[tuple[str, bool, int], Listener]:
    return {one.key: one for one in facts.listening if one.lasting}


def _changed(one: Listener, words: Words) -> Finding:
    scope = "" if one.exposed else " loopback"
    return Finding(
        probe="ports",
        subject=f"{one.protocol}:{one.port}{scope}",
        severity=Severity.WARNING,
        message=filled(
            words,
            protocol=one.protocol,
            where=one.address,
            port=one.port,
            process=one.process or "?",
        ),
    )


def readings(facts: Ports) -> Iterator[Reading]:
    """Yield how many ports others can reach."""
    exposed = {one.key for one in facts.listening if one.exposed}
    yield Reading("listening_ports_count", "", len(exposed))


PROBE = Probe(
    name="ports",
    title=Words("监听端口", "Listening ports"),
    facts=Ports,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=6,
)
