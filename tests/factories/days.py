"""A day of rounds for tests of paper: the contract's 29 devices, three rounds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.paper import Occasion
from opsdesk.inspections.summary import (
    AbnormalItem,
    AcknowledgementSummary,
    DayChange,
    DaySummary,
    ExplanationSummary,
    ReplySummary,
    RoundSummary,
    ServerDay,
    Signed,
    VisitSummary,
)
from probes.finding import Severity, State, Words, fingerprint
from probes.reply import ReplyStatus
from probes.server import SHELL_LESS, Expectations, Kind
from probes.transcript import Outcome
from reports.documents.parts import Frame
from reports.documents.words import Words as PaperWords

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 22)
TIMES = {Slot.MORNING: time(8), Slot.NOON: time(14), Slot.EVENING: time(20)}
FLEET = (
    (Kind.CLASS_1_DATABASE, "db", 2, "private"),
    (Kind.PUBLISHING_APPLICATION, "pub", 4, "internet"),
    (Kind.CACHE, "cache", 2, "internet"),
    (Kind.FILING_APPLICATION, "fill", 4, "internet"),
    (Kind.EXCHANGE, "exchange", 2, "internet"),
    (Kind.WEB_APPLICATION, "web", 2, "internet"),
    (Kind.VIDEO, "video", 1, "internet"),
    (Kind.STREAMING, "stream", 1, "internet"),
    (Kind.GRAPHICS_WORKSTATION, "graphics", 2, "office"),
    (Kind.NETWORK_MANAGEMENT, "nms", 1, "office"),
    (Kind.AUDIT, "audit", 1, "security"),
    (Kind.INTRUSION_PREVENTION, "ips", 1, "security"),
    (Kind.NAS, "nas", 1, "private"),
    (Kind.SECURITY_ZONE_FIREWALL, "fw-security", 3, "security"),
    (Kind.DATA_ZONE_FIREWALL, "fw-data", 2, "private"),
)
DOWN, SICK = "cache-1", "fill-1"  # unreached from noon on; a full disk all day


def moment(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def an_occasion(**changes: Any) -> Occasion:
    """Return what the paper of tests needs besides the day."""
    values: dict[str, Any] = {
        "frame": Frame(
            project="全国污染源监测数据管理与共享系统 运维服务",
            contract_number="HT-2026-001",
            customer="（甲方单位）",
            contractor="（乙方单位）",
            confidentiality=PaperWords("内部", "Internal"),
        ),
        "at": moment(20, 30),
        "times": TIMES,
        "expect": {"db-1": Expectations(ports=(22, 5432), processes=("postgres",))},
    }
    return Occasion(**{**values, **changes})


def a_round(slot: Slot, hour: int, **changes: Any) -> RoundSummary:
    """Return a finished round, signed unless it is the evening's."""
    number = 1 + list(Slot).index(slot)
    signed = Signed(name="值班工程师", at=moment(hour, 20), snapshot_sha256="ab12" * 16)
    values: dict[str, Any] = {
        "slot": slot,
        "status": Status.JUDGED if slot is Slot.EVENING else Status.SIGNED,
        "number": f"INS-20261122-{number:04d}",
        "due_at": moment(hour),
        "started_at": moment(hour),
        "ended_at": moment(hour) + timedelta(minutes=1),
        "inspector": None if slot is Slot.EVENING else signed,
    }
    return RoundSummary(**{**values, **changes})


ROUNDS = (
    a_round(Slot.MORNING, 8),
    a_round(
        Slot.NOON,
        14,
        late=True,
        reason="14:00 时运维台未运行，14:40 补巡",
        started_at=moment(14, 40),
        ended_at=moment(14, 41),
        inspector=Signed(
            name="值班工程师", at=moment(14, 55), snapshot_sha256="cd34" * 16
        ),
    ),
    a_round(Slot.EVENING, 20),
)


def a_day(**changes: Any) -> DaySummary:
    """Return a whole day; give any field to have it otherwise."""
    values: dict[str, Any] = {
        "day": DAY,
        "zone": "Asia/Shanghai",
        "rounds": ROUNDS,
        "servers": the_fleet(),
        "items": the_items(),
        "changes": (
            DayChange(server=DOWN, before=State.NORMAL, after=State.UNREACHED),
        ),
        "compared_with": "INS-20261121-0003",
    }
    return DaySummary(**{**values, **changes})


def the_fleet() -> tuple[ServerDay, ...]:
    """Return the 29 devices, in the contract's order, each asked three times."""
    named = [
        (kind, f"{short}-{number}", zone)
        for kind, short, count, zone in FLEET
        for number in range(1, count + 1)
    ]
    return tuple(
        ServerDay(
            name=name,
            kind=kind,
            zone=zone,
            address=f"10.1.0.{place}",
            visits=tuple(_visit(name, kind, place, row) for row in ROUNDS),
        )
        for place, (kind, name, zone) in enumerate(named, start=11)
    )


def _visit(name: str, kind: Kind, place: int, row: RoundSummary) -> VisitSummary:
    down = name == DOWN and row.slot is not Slot.MORNING
    sick = name == SICK
    state = State.ABNORMAL if sick else State.NORMAL
    replies = _outside(place) if kind in SHELL_LESS else _inside(name, place)
    replies = (*replies, *_asked_for(kind, place))
    return VisitSummary(
        round_number=row.number,
        slot=row.slot,
        outcome=Outcome.UNREACHED if down else Outcome.ANSWERED,
        state=State.UNREACHED if down else state,
        detail="connect: No route to host" if down else "",
        took_ms=400 + place,
        clock_offset_ms=None if down or kind in SHELL_LESS else place,
        cells={} if down else {reply.probe: state for reply in replies},
        replies=() if down else replies,
    )


def reply(probe: str, facts: Any, **changes: Any) -> ReplySummary:
    values: dict[str, Any] = {"status": ReplyStatus.READ, "facts": facts}
    return ReplySummary(probe=probe, **{**values, **changes})


def _outside(place: int) -> tuple[ReplySummary, ...]:
    subject = f"10.1.0.{place}:443"
    return (
        reply("icmp", {"subject": f"10.1.0.{place}", "rtt_ms": 1.5, "loss_percent": 0}),
        reply("tcp", {"subject": subject, "connect_ms": 12}),
    )


def _inside(name: str, place: int) -> tuple[ReplySummary, ...]:
    used = 97 if name == SICK else 30 + place
    return (
        reply("cpu", {"used_percent": 3.5 + place}),
        reply("logins", {"failed_count": place % 3}),
        reply(
            "processes", {"total": 180, "expected": [{"name": "postgres", "count": 9}]}
        ),
        reply("ports", {"listening": [{"port": 22}, {"port": 5432}]}),
        reply(
            "identity",
            {"os": "Debian GNU/Linux 12", "uptime_seconds": 86_400 * place},
        ),
        reply("load", {"one": 0.1 * place, "five": 0.25, "fifteen": 0.22, "cores": 4}),
        reply(
            "memory",
            {
                "total_kib": 8_000_000,
                "available_kib": 8_000_000 - 100_000 * place,
                "swap_total_kib": 0 if place % 2 else 1_000_000,
                "swap_free_kib": 0 if place % 2 else 900_000,
            },
        ),
        reply(
            "filesystems",
            [
                {"mount": "/", "used_percent": 20, "inodes_used_percent": 3},
                {"mount": "/data", "used_percent": used, "inodes_used_percent": 5},
            ],
        ),
    )


def _asked_for(kind: Kind, place: int) -> tuple[ReplySummary, ...]:
    """Return what the checks of some kinds answer, one of each."""
    match kind:
        case Kind.WEB_APPLICATION:
            url = f"https://10.1.0.{place}/index.html"
            page = {
                "subject": url,
                "status": 200,
                "first_byte_ms": 81,
                "contains": None,
            }
            return (reply("http", page), reply("tls", a_chain(place)))
        case Kind.CACHE:
            return (
                reply(
                    "redis",
                    {
                        "subject": f"10.1.0.{place}:6379",
                        "role": "master",
                        "used_memory_bytes": 512,
                        "maxmemory_bytes": 2048,
                        "keyspace_hits": 90,
                        "keyspace_misses": 10,
                        "connected_clients": 12,
                    },
                ),
            )
        case Kind.CLASS_1_DATABASE:
            database = {
                "subject": f"postgresql:5432/wry{place}",
                "role": "primary",
                "connections": 42,
                "max_connections": 200,
                "replication": "none",
                "replicas": [{"name": "db-2", "lag_seconds": 0.4}],
                "sizes": [{"name": "wry", "bytes": 3 * 1024**3}],
                "longest_transaction_s": 2,
                "took_ms": 15,
            }
            return (reply("sql", database),)
        case Kind.NAS:
            disks = [
                {
                    "name": "/volume1",
                    "disk": True,
                    "size_kib": 2**32,
                    "used_kib": 2**31,
                },
                {"name": "Swap space", "disk": False, "size_kib": 1, "used_kib": 1},
            ]
            return (
                reply("snmp", {"subject": f"10.1.0.{place}:161", "storage": disks}),
            )
        case _:
            return ()


def a_chain(place: int) -> dict[str, Any]:
    """Return the facts of a certificate that holds 200 days and more."""
    leaf = {"label": "web", "not_after": "2027-06-21T00:00:00+00:00"}
    return {
        "subject": f"10.1.0.{place}:443",
        "asked_at": "2026-11-22T00:00:00+00:00",
        "chain": [leaf],
    }


def the_items() -> tuple[AbnormalItem, ...]:
    """Return the full disk, explained and acknowledged, and the silent server."""
    full = AbnormalItem(
        item=fingerprint(SICK, "filesystems", "/data"),
        server=SICK,
        message=Words("/data 已用 97%，达到限值 95%", "/data is 97% full, limit 95%"),
        severity=Severity.CRITICAL,
        probe="filesystems",
        subject="/data",
        first_seen=moment(8, day=date(2026, 11, 20)),
        seen_in=(Slot.MORNING, Slot.NOON, Slot.EVENING),
        explanations=(
            ExplanationSummary(
                slot=Slot.MORNING,
                text="已清理旧日志 12 GiB，扩容已报批",
                by="值班工程师",
                at=moment(8, 15),
            ),
        ),
        acknowledgement=AcknowledgementSummary(
            reason="等待扩容",
            by="值班工程师",
            at=moment(8, 16),
            until=moment(20, day=date(2026, 11, 25)),
        ),
        recheck=State.ABNORMAL,
        recheck_at=moment(20),
    )
    silent = AbnormalItem(
        item=f"visit:{DOWN}",
        server=DOWN,
        message=Words("没有完整应答：No route to host", "No full answer"),
        severity=None,
        first_seen=moment(14, 40),
        seen_in=(Slot.NOON, Slot.EVENING),
        recheck=State.UNREACHED,
        recheck_at=moment(20),
    )
    return full, silent
