"""What happened in the made-up month, and what the made-up people wrote about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from opsdesk.flows.demo.answers import LARGEST, Mood
from opsdesk.inspections.models import Slot
from probes.server import Server
from probes.transcript import Outcome

DAYS = 30

NOTES = {
    "filing-2": "已压缩归档日志，释放有限；已申请清理 90 天前的导出文件。",
    "cache-1": "机柜 PDU 检修导致断电，已恢复供电，主从同步正常。",
    "db-2": "备份任务因锁等待延后，已手工重跑并核对大小。",
    "exchange-1": "前置交换程序内存泄漏，已重启服务，转开发排查。",
    "fw-data-2": "超时原因：运营商专线抖动，报修后等对端处理，当日恢复。",
    "video": "超时原因：备盘下午才到货，更换后等阵列重建完成。",
    "web-1": "已核实为变更窗口内的重启。",
}
OTHERWISE = "已查看，未影响业务，继续观察。"


def mood(server: Server, day: int, slot: Slot, at: datetime) -> Mood:
    """Return how a server is on the nth day of the month (0 is the oldest)."""
    base = Mood(
        at=at,
        booted=_boot(server, day, at),
        load=0.4 + _share(server.name) * 1.6,
        memory_percent=45 + int(_share(server.name, "m") * 30),
        data_percent=LARGEST.get(server.kind, 38 + int(_share(server.name, "d") * 20)),
    )
    return _changed(base, server.name, day, slot)


def _share(*parts: str) -> float:
    return hashlib.sha256("/".join(parts).encode()).digest()[0] / 255


def _boot(server: Server, day: int, at: datetime) -> datetime:
    """Return when the server was last booted; web-1 was restarted on the 12th day."""
    start = at.replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=day)
    rebooted = 12
    if server.name == "web-1" and day >= rebooted:
        return start + timedelta(days=rebooted)
    return start - timedelta(days=41)


Change = Callable[[Mood], Mood]
ALL = frozenset({Slot.MORNING, Slot.NOON, Slot.EVENING})
NOON, EVENING = frozenset({Slot.NOON}), frozenset({Slot.EVENING})
FOREVER = 10_000
CLEARED = 36
"""The day on which somebody clears what filled filing-2."""

EVENTS: tuple[tuple[str, range, frozenset[Slot], Change], ...] = (
    (
        "cache-1",
        range(9, 10),
        NOON,
        lambda m: replace(
            m, outcome=Outcome.UNREACHED, detail="connect: no route to host"
        ),
    ),
    (
        "db-2",
        range(16, 17),
        frozenset({Slot.MORNING}),
        lambda m: replace(m, backup_hours=31.0),
    ),
    (
        "exchange-1",
        range(20, 22),
        ALL,
        lambda m: replace(m, memory_percent=97, load=9.5, zombies=4),
    ),
    ("fw-data-2", range(24, 25), NOON, lambda m: replace(m, lost_percent=33.3)),
    ("fw-data-2", range(24, 25), EVENING, lambda m: replace(m, port_closed=True)),
    (
        "publish-3",
        range(26, FOREVER),
        ALL,
        lambda m: replace(m, failed_unit="logrotate.service"),
    ),
    ("nms", range(14, FOREVER), ALL, lambda m: replace(m, accounts="b")),
    ("graphics-2", range(5, 7), ALL, lambda m: replace(m, behind_seconds=3.4)),
    ("web-2", range(27, 28), ALL, lambda m: replace(m, failed_logins=23)),
    (
        "video",
        range(18, 19),
        EVENING,
        lambda m: replace(
            m, kernel="blk_update_request: I/O error, dev sdb, sector 41943040"
        ),
    ),
)
"""Who, on which days of the month, in which rounds, and what is then different."""


def _changed(base: Mood, name: str, day: int, slot: Slot) -> Mood:
    if name == "filing-2":
        base = replace(base, data_percent=_filling(day))
    if name == "db-1":
        base = replace(base, data_percent=61 + day // 2, memory_percent=90)
    for server, days, slots, change in EVENTS:
        if server == name and day in days and slot in slots:
            base = change(base)
    return base


def _filling(day: int) -> int:
    """Return how full filing-2 is: by a hundredth a day; it is cleared after five weeks."""
    return 62 + day if day < CLEARED else min(99, 38 + day - CLEARED)


def missed(day: int, slot: Slot) -> str:
    """Return why a slot of the story was missed, "" where it was not."""
    if (day, slot) == (3, Slot.EVENING):
        return "scheduler was held up or the machine slept for 190 min"
    return ""


def late(day: int, slot: Slot) -> str:
    """Return why a slot of the story was run late, "" where it was not."""
    if (day, slot) == (11, Slot.MORNING):
        return "scheduler was held up or the machine slept for 42 min"
    return ""
