"""The registers' pages with many tickets behind them, beside a bare page of the same rows.

In the process, one reader, signed in, permissions and audit as in use, on SQLite.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, text

from bench.machine import load
from opsdesk.app import create_app
from opsdesk.core import audit, clock, migrate
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.core.settings import load as load_settings
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Person, Role
from opsdesk.people.passwords import hash_password
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.tickets import grams
from opsdesk.tickets.models import Kind, Searchable, Ticket, TicketEvent, What
from opsdesk.tickets.operations.opening import Opening
from opsdesk.web.gate import COOKIE

EVENTS = 10
BATCH = 5_000
REQUESTS = 200
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = (
    *("企业填报页面打不开", "监测结果导出超时", "数据库备份失败", "账号无法登录"),
    *("许可证同步报错", "磁盘空间不足", "接口返回五百", "验证码收不到"),
)
REGIONS = ("河北省", "山东省", "江苏省", "广东省", "四川省", "浙江省")
TERMS = {"one character": "磁", "two": "备份", "four": "导出超时", "absent": "龘靐"}
PASSWORD = "Measured-In-Private-1"  # noqa: S105 - of a desk that lives a minute


def registers(rows: int) -> dict[str, Any]:
    """Seed a desk with so many tickets and time its pages; times in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="opsdesk-registers-") as folder:
        settings = _settings(Path(folder))
        database = _database(settings)
        _seed(database, rows)
        app = create_app(settings, database)
        found = {
            "rows": rows,
            "at": clock.now().isoformat(timespec="minutes"),
            "load": load(),
            "pages": _pages(app, database, rows),
            "create": _create(database, settings),
        }
        database.dispose()
        return found


def _settings(folder: Path) -> Settings:
    (folder / "var").mkdir(mode=0o700)
    path = folder / "config.yaml"
    path.write_text(f"desk: {{data: {folder / 'var'}}}\n", encoding="utf-8")
    return load_settings(path, environ={})


def _database(settings: Settings) -> Database:
    audit.TRAIL.use(b"a key that lives a minute, 32 byte")
    migrate.upgrade(settings.database_url)
    return Database(settings.database_url)


def _seed(database: Database, rows: int) -> None:
    with database.engine.execution_options(writing=True).begin() as connection:
        for start in range(0, rows, BATCH):
            _batch(connection, range(start, min(start + BATCH, rows)))
        connection.execute(text("ANALYZE"))


def _batch(connection: Connection, numbers: range) -> None:
    connection.execute(insert(Ticket), [_ticket(n) for n in numbers])
    events = [_event(n, place) for n in numbers for place in range(EVENTS)]
    connection.execute(insert(TicketEvent), events)
    connection.execute(insert(Searchable), [_words(n) for n in numbers])


def _ticket(n: int) -> dict[str, Any]:
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
        "sheet": {"description": WORDS[(n * 7) % len(WORDS)] * 5},
        "version": 3,
    }


def _event(n: int, place: int) -> dict[str, Any]:
    return {
        "ticket_id": n + 1,
        "at": FIRST + timedelta(minutes=n, seconds=place),
        "claimed_at": None,
        "by": "lead",
        "what": What.OPENED if place == 0 else What.NOTED,
        "move": "",
        "state": "working",
        "text": WORDS[(n + place) % len(WORDS)],
        "detail": {},
    }


def _words(n: int) -> dict[str, Any]:
    row = _ticket(n)
    body = f"{row['number']}\n{row['title']}\n{row['sheet']['description']}"
    return {
        "source": "ticket",
        "key": row["number"],
        "ref": row["number"],
        "at": row["opened_at"],
        "body": body,
        "grams": grams.indexed(body),
    }


def _pages(app: Flask, database: Database, rows: int) -> dict[str, Any]:
    client = app.test_client()
    client.set_cookie(COOKIE, _signed_in(database))
    middle = _ticket(rows // 2)["number"]
    bare = _bare(database).test_client()
    asked = {
        "bare page of 50 rows": (bare, "/"),
        "list": (client, "/incidents?scope=all"),
        "list, filtered": (client, "/incidents?scope=all&region=河北省&state=closed"),
        "list, open": (client, "/incidents"),
        "ticket": (client, f"/incidents/{middle}"),
        **{f"search, {n}": (client, f"/search?q={w}") for n, w in TERMS.items()},
    }
    return {
        name: _timed(partial(_status, one, path)) for name, (one, path) in asked.items()
    }


def _status(client: FlaskClient, path: str) -> int:
    return client.get(path).status_code


def _signed_in(database: Database) -> str:
    at = clock.now()
    with database.unit() as session:
        session.add(
            Person(
                username="lead",
                name="lead",
                role=Role.LEAD,
                password_hash=hash_password(PASSWORD),
                password_changed_at=at,
                must_change=False,
                created_at=at,
            )
        )
        session.flush()
        came = Origin("127.0.0.1", "bench")
        token = sign_in(session, "lead", PASSWORD, origin=came, at=at).token
    assert token is not None
    return token


def _bare(database: Database) -> Flask:
    """Return the floor: fifty rows of the same table, no sign-in, no layout."""
    app = Flask("bare")
    page = "<table>{% for r in rows %}<tr>{% for c in r %}<td>{{ c }}</td>{% endfor %}</tr>{% endfor %}</table>"  # noqa: E501

    @app.get("/")
    def index() -> str:
        with database.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT number, title, state, priority, module, region, owner, "
                    "opened_at, due_at FROM ticket ORDER BY id DESC LIMIT 50"
                )
            ).all()
        return render_template_string(page, rows=rows)

    return app


def _timed(ask: Callable[[], int]) -> dict[str, float]:
    assert ask() == 200  # noqa: PLR2004 - and the first one warms up
    times = []
    for _ in range(REQUESTS):
        began = perf_counter()
        ask()
        times.append((perf_counter() - began) * 1000)
    return _spread(times)


def _spread(times: list[float]) -> dict[str, float]:
    times.sort()
    return {
        "p50": times[len(times) // 2],
        "p95": times[int(len(times) * 0.95)],
        "worst": times[-1],
    }


def _create(database: Database, settings: Settings) -> dict[str, float]:
    """Return CPU milliseconds of a ticket opened, and of a bare insert of its row."""
    opened = list(_cpu(lambda n: _open(database, settings, n)))
    bare = list(_cpu(lambda n: _insert(database, n)))
    return {
        "opened": sorted(opened)[len(opened) // 2],
        "bare": sorted(bare)[len(bare) // 2],
    }


def _cpu(do: Callable[[int], None]) -> Iterator[float]:
    for n in range(REQUESTS):
        began = process_time()
        do(n)
        yield (process_time() - began) * 1000


def _open(database: Database, settings: Settings, n: int) -> None:
    values = {"title": f"{WORDS[n % len(WORDS)]}，新 {n}", "description": WORDS[0] * 5}
    with database.unit() as session:
        actor = session.query(Person).one()
        opening = Opening(values=values)
        deed = Deed(by=actor, at=clock.now())
        work_tickets.open_ticket(session, settings, Kind.INCIDENT, opening, deed)


def _insert(database: Database, n: int) -> None:
    row = {**_ticket(n), "number": f"BARE-{n}"}
    del row["id"]
    with database.unit() as session:
        session.execute(insert(Ticket).values(**row))
