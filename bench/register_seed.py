"""Many tickets, written straight into the tables of an empty desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from opsdesk.core import grams
from opsdesk.core.database import Database
from opsdesk.tickets.models import Kind, Searchable, Ticket

BATCH = 5_000
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = (
    *("企业填报页面打不开", "监测结果导出超时", "数据库备份失败", "账号无法登录"),
    *("许可证同步报错", "磁盘空间不足", "接口返回五百", "验证码收不到"),
)
REGIONS = ("河北省", "山东省", "江苏省", "广东省", "四川省", "浙江省")
LATIN = "rackleak"
RARE = 997
"""Every so many tickets one has words that no other kind of them has."""
_TIMELINES = """
    WITH place (n) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))
    INSERT INTO ticket_event (ticket_id, at, by, what, move, state, text, detail)
    SELECT t.id, t.opened_at, 'lead',
           CASE WHEN n = 0 THEN 'opened' WHEN n = 1 THEN 'moved'
                WHEN n = 9 AND NOT t.is_open THEN 'moved' ELSE 'noted' END,
           CASE WHEN n = 1 THEN 'respond'
                WHEN n = 9 AND NOT t.is_open THEN 'close' ELSE '' END,
           'working', t.title, '{}'
    FROM ticket t CROSS JOIN place ORDER BY t.id, n
"""
_COUNT_ON = "SELECT setval(pg_get_serial_sequence('ticket', 'id'), max(id)) FROM ticket"


def seed(database: Database, rows: int) -> None:
    """Write so many incidents, ten entries of a timeline each, and their words."""
    with database.engine.execution_options(writing=True).begin() as connection:
        for start in range(0, rows, BATCH):
            numbers = range(start, min(start + BATCH, rows))
            connection.execute(insert(Ticket), [ticket(n) for n in numbers])
            connection.execute(insert(Searchable), [_words(n) for n in numbers])
        connection.execute(text(_TIMELINES))
        if connection.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
        else:
            connection.execute(text(_COUNT_ON))
    if database.engine.dialect.name != "sqlite":
        settled = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with settled.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def ticket(n: int) -> dict[str, Any]:
    """Return the n-th ticket's row."""
    at = FIRST + timedelta(minutes=n)
    is_open = n % 20 == 0
    return {
        "id": n + 1,
        "number": f"INC-{at:%Y%m%d}-{n:07d}",
        "kind": Kind.INCIDENT,
        "state": "working" if is_open else "closed",
        "is_open": is_open,
        "title": f"{WORDS[n % len(WORDS)]}，第 {n} 起",
        "priority": f"P{n % 4 + 1}",
        "is_complex": False,
        "module": "企业填报" if n % 3 else "数据交换",
        "region": REGIONS[n % len(REGIONS)],
        "reporter": "某单位",
        "owner": "lead",
        "opened_by": "lead",
        "opened_at": at,
        "began_at": at,
        "changed_at": at,
        "closed_at": None if is_open else at + timedelta(hours=3),
        "edited_by": "lead",
        "due_at": at + timedelta(hours=9) if is_open else None,
        "look_at": None,
        "result": None,
        "fingerprint": None,
        "sheet": {"description": _described(n)},
        "version": 3,
    }


def _described(n: int) -> str:
    if n % RARE == 0:
        return f"机柜漏水 {LATIN}"
    return WORDS[(n * 7) % len(WORDS)] * 5


def _words(n: int) -> dict[str, Any]:
    row = ticket(n)
    body = f"{row['number']}\n{row['title']}\n{row['sheet']['description']}"
    return {
        "source": "ticket",
        "key": row["number"],
        "ref": row["number"],
        "at": row["opened_at"],
        "body": body,
        "grams": grams.indexed(body),
    }
