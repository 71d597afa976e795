"""What a made-up server says: the same text a real one would, figures from a mood."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from probes.catalogue import questions
from probes.check import Check, kind_of, subject_of
from probes.server import Kind, Server
from probes.transcript import Outcome, Section, Transcript

_GIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How a made-up server is at one moment; the defaults are a good day."""

    at: datetime
    booted: datetime
    load: float = 0.6
    memory_percent: int = 58
    data_percent: int = 46
    outcome: Outcome = Outcome.ANSWERED
    detail: str = ""
    failed_unit: str = ""
    zombies: int = 0
    accounts: str = "a"
    behind_seconds: float = 0.0
    failed_logins: int = 0
    backup_hours: float = 7.5
    kernel: str = ""
    lost_percent: float = 0.0
    port_closed: bool = False


def transcript(server: Server, mood: Mood) -> Transcript:
    """Return what one visit would have brought home."""
    took = 280 + _noise(server.name, mood.at.isoformat()) % 420
    nonce = hashlib.sha256(f"{server.name}{mood.at}".encode()).hexdigest()[:16]
    said = mood.outcome is Outcome.ANSWERED
    shell = server.has_shell and said
    names = tuple(probe.name for probe in questions(server, weekly=False))
    return Transcript(
        server=server.name,
        began=mood.at,
        sent=mood.at + timedelta(milliseconds=90),
        took_ms=took if said else 10_000,
        outcome=mood.outcome,
        detail=mood.detail,
        stage="read" if said else "connect",
        raw=_raw(server, mood, names, nonce) if shell else b"",
        nonce=nonce,
        asked=names if shell else (),
        answers=tuple(_check(check, server, mood) for check in server.checks)
        if said
        else (),
        notes=("demo",),
    )


def _noise(*parts: str) -> int:
    """Return a number that looks like chance and is the same every time."""
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:4], "big")


def _raw(server: Server, mood: Mood, names: tuple[str, ...], nonce: str) -> bytes:
    texts = dict(_sections(server, mood))
    parts = []
    for name in names:
        text, status = texts.get(name, ("", 69))
        ms = 3 + _noise(server.name, name, str(mood.at)) % 40
        parts.append(
            f"{nonce} BEGIN {name}\n\n{nonce} OUT\n{text}\n{nonce} OVER {name} {status} {ms}\n"
        )
    return ("".join(parts) + f"{nonce} END {len(names)}\n").encode()


def _sections(server: Server, mood: Mood) -> Iterator[tuple[str, tuple[str, int]]]:
    jitter = _noise(server.name, str(mood.at))
    total = 32 * _GIB
    free = total * (100 - mood.memory_percent) // 100 + jitter % 90_000
    yield "clock", (_clock(mood), 0)
    yield "identity", (_identity(server, mood), 0)
    yield "load", (_load(mood, jitter), 0)
    yield "memory", (_memory(total, free), 0)
    yield "filesystems", (_filesystems(mood, jitter), 0)
    yield "network", (_network(mood, jitter), 0)
    yield "ports", (_ports(server), 0)
    yield "connections", ("state LISTEN 9\nstate ESTAB 41\nTCP: inuse 50", 0)
    yield "services", (_services(server, mood), 0)
    yield "processes", (_processes(mood), 0)
    yield "kernel", (f"[journal]\n{mood.kernel}".rstrip(), 0)
    yield "logins", (_logins(mood), 0)
    yield "drift", (_drift(mood), 0)
    yield "backups", (_backups(server, mood), 0)
    yield "cpu", (_cpu(mood, jitter), 0)
    yield "disks", (_disks(jitter), 0)


def _clock(mood: Mood) -> str:
    moment = (
        mood.at + timedelta(milliseconds=93) - timedelta(seconds=mood.behind_seconds)
    )
    kept = "Not synchronised" if mood.behind_seconds else "Normal"
    return (
        f"epoch {moment.timestamp():.6f}\n[chrony]\nStratum         : 3\n"
        f"System time     : 0.000041 seconds fast of NTP time\nLeap status     : {kept}"
    )


def _identity(server: Server, mood: Mood) -> str:
    up = int((mood.at - mood.booted).total_seconds())
    boot = hashlib.sha256(f"{server.name}{mood.booted}".encode()).hexdigest()
    return (
        f"uname Linux 4.19.90-52.22.v2207.ky10.x86_64 x86_64\nhost {server.name}\n"
        f"boot {boot[:8]}-{boot[8:12]}-4{boot[13:16]}-a{boot[17:20]}-{boot[20:32]}\n"
        f'uptime {up}\ncores 8\n[release]\nNAME="Kylin Linux Advanced Server"\n'
        f'VERSION="V10 (Lance)"\nID="kylin"\n'
        f'PRETTY_NAME="Kylin Linux Advanced Server V10 (Lance)"'
    )


def _load(mood: Mood, jitter: int) -> str:
    one = mood.load + jitter % 40 / 100
    return f"{one:.2f} {mood.load:.2f} {mood.load * 0.9:.2f} 2/412 {20_000 + jitter % 9999}\n8"


def _memory(total: int, free: int) -> str:
    return (
        f"MemTotal:       {total} kB\nMemFree:        {free // 3} kB\n"
        f"MemAvailable:   {free} kB\nBuffers:          210344 kB\n"
        f"Cached:          {free // 2} kB\nSwapTotal:       8388604 kB\n"
        "SwapFree:        8301220 kB\noom_kill 0"
    )


def _filesystems(mood: Mood, jitter: int) -> str:
    size, data = 104_806_400, 1_073_217_536
    used, data_used = size * 37 // 100, data * mood.data_percent // 100 + jitter % 9999
    return (
        "[mounts]\n22 1 253:0 / / rw,relatime - xfs /dev/mapper/klas-root rw\n"
        "41 22 253:2 / /data rw,relatime - xfs /dev/mapper/klas-data rw\n"
        "[fstab]\n/dev/mapper/klas-root / xfs defaults 0 0\n"
        "[df]\nFilesystem 1024-blocks Used Available Capacity Mounted on\n"
        f"/dev/mapper/klas-root {size} {used} {size - used} 37% /\n"
        f"/dev/mapper/klas-data {data} {data_used} {data - data_used} "
        f"{mood.data_percent}% /data\n"
        "[inodes]\nFilesystem Inodes IUsed IFree IUse% Mounted on\n"
        "/dev/mapper/klas-root 52428800 218340 52210460 1% /\n"
        "/dev/mapper/klas-data 536870912 1804421 535066491 1% /data\n"
        "[remote]\n[over]"
    )


def _network(mood: Mood, jitter: int) -> str:
    up = int((mood.at - mood.booted).total_seconds())
    seen = up * 91_000 + jitter % 100_000
    return (
        "[counters]\nInter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo "
        "frame compressed multicast|bytes packets errs drop fifo colls carrier compressed\n"
        f"    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\n"
        f"  eth0: {seen} {seen // 700} 0 0 0 0 0 0 {seen // 3} {seen // 2100} 0 0 0 0 0 0"
    )


def _ports(server: Server) -> str:
    wanted = sorted({22, *server.expect.ports})
    rows = "\n".join(f"tcp LISTEN 0 128 0.0.0.0:{port} 0.0.0.0:*" for port in wanted)
    return (
        f"[ss]\nNetid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n{rows}"
    )


def _services(server: Server, mood: Mood) -> str:
    rows = ["manager systemd"]
    if mood.failed_unit:
        rows.append(f"● {mood.failed_unit} loaded failed failed {mood.failed_unit}")
    for name in server.expect.services:
        rows += [
            f"expected {name}",
            *("LoadState=loaded", "ActiveState=active", "SubState=running"),
        ]
    return "\n".join(rows)


def _processes(mood: Mood) -> str:
    stuck = [f"stuck Z {9000 + n} 8123 java" for n in range(mood.zombies)]
    return "\n".join(
        [
            *stuck,
            "total 214",
            "state R 2",
            "state S 171",
            "state I 41",
            "room 212 32768",
        ]
    )


def _logins(mood: Mood) -> str:
    local = mood.at
    now = local.strftime("%Y %m %d %H %M %S")
    rows = [f"now {now}", "self opsdesk ", "[who]", "[last]", "", "[failed] lastb"]
    for n in range(mood.failed_logins):
        stamp = (local - timedelta(minutes=7 * n + 3)).strftime("%a %b %d %H:%M:%S %Y")
        rows.append(
            f"root     ssh:notty    198.51.100.{7 + n % 3}     {stamp} - {stamp}  (00:00)"
        )
    return "\n".join(rows)


def _drift(mood: Mood) -> str:
    files = (
        "/etc/passwd",
        "/etc/group",
        "/etc/ssh/sshd_config",
        "/etc/hosts",
        "/etc/fstab",
    )
    rows = [
        f"seen {hashlib.sha256((name + mood.accounts).encode()).hexdigest()} {name}"
        if name in {"/etc/passwd", "/etc/group"}
        else f"seen {hashlib.sha256(name.encode()).hexdigest()} {name}"
        for name in files
    ]
    return "\n".join(rows)


def _backups(server: Server, mood: Mood) -> str:
    now = int(mood.at.timestamp())
    rows = [f"now {now}"]
    for backup in server.expect.backups:
        made = now - int(mood.backup_hours * 3600)
        path = backup.glob.replace("*", mood.at.strftime("%Y%m%d"))
        rows += [f"glob {backup.glob}", f"file {made} 44238340096 {path}"]
    return "\n".join(rows)


def _cpu(mood: Mood, jitter: int) -> str:
    busy = min(95, int(mood.load * 10) + jitter % 12)
    return (
        "cpu  100000 0 40000 900000 500 0 300 0 0 0\n"
        f"cpu  {100000 + busy} 0 40002 {900000 + 98 - busy} 500 0 300 0 0 0"
    )


def _disks(jitter: int) -> str:
    done = jitter % 300
    return (
        "span 1012\n   8       0 sda 100 0 800 40 200 0 1600 90 0 110 130\n[after]\n"
        f"   8       0 sda {100 + done} 0 800 {40 + done} 200 0 1600 90 0 {110 + done} 130"
    )


def _check(check: Check, server: Server, mood: Mood) -> Section:
    name = kind_of(check)
    body = _icmp(server, mood) if name == "icmp" else _tcp(mood)
    return Section(
        name=name,
        subject=subject_of(check, server.address),
        stdout=json.dumps(body).encode(),
        status=0 if body["error"] is None else 1,
        took_ms=int(str(body["took_ms"])),
    )


def _icmp(server: Server, mood: Mood) -> dict[str, object]:
    rtt = 0.4 + _noise(server.name, str(mood.at)) % 30 / 10
    heard = 3 if mood.lost_percent == 0 else 2
    return {
        "error": None,
        "reason": "",
        "took_ms": 9,
        "method": "icmp",
        "expected": {"count": 3, "warn_ms": None},
        "rtts_ms": [rtt] * heard,
        "rtt_ms": rtt,
        "sent": 3,
        "loss_percent": mood.lost_percent,
    }


def _tcp(mood: Mood) -> dict[str, object]:
    answer: dict[str, object] = {
        "error": None,
        "reason": "",
        "took_ms": 4,
        "connect_ms": 3,
        "banner": None,
        "expected": {"banner": None, "warn_ms": None},
    }
    if mood.port_closed:
        answer.update(error="refused", reason="Connection refused", connect_ms=None)
    return answer


LARGEST = {Kind.VIDEO: 78, Kind.STREAMING: 71, Kind.NAS: 66}
"""How full the data of some kinds is on a good day."""
