"""The registers' pages with many tickets behind them, beside a bare page of the same rows.

One reader, signed in, permissions and audit as in use; in the process and through
gunicorn; on SQLite and on a PostgreSQL of the bench's own.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import insert

from bench.bare import bare_page
from bench.machine import load
from bench.own_postgres import own_postgres
from bench.register_seed import REGIONS, WORDS, seed, ticket
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
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.opening import Opening
from opsdesk.web.gate import COOKIE
from tests.lab.process import accepts, daemon, free_port

STORES = ("sqlite", "postgresql")
REQUESTS = 200
LONGEST = 120
BARE = "bare page of 50 rows"
TERMS = {
    "one character": "磁",
    "two": "备份",
    "four": "导出超时",
    "two, rare": "漏水",
    "absent": "龘靐",
}
PASSWORD = "Measured-In-Private-1"  # noqa: S105 - of a desk that lives a minute
Get = Callable[[str], int]


def registers(rows: int, store: str) -> dict[str, Any]:
    """Seed a desk with so many tickets and time its pages; times in milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="opsdesk-registers-"))
    try:
        with _address(store) as address:
            return _measured(_settings(folder, address), folder, rows, store)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _address(store: str) -> Iterator[str]:
    if store == "sqlite":
        yield ""
        return
    with own_postgres() as address:
        yield address


def _settings(folder: Path, address: str) -> Settings:
    (folder / "var/keys").mkdir(mode=0o700, parents=True)
    audit.create_key(folder / "var/keys/audit.key")
    path = folder / "config.yaml"
    base = f"database: {{url: '{address}'}}\n" if address else ""
    words = f"desk: {{data: {folder / 'var'}}}\n{base}"
    path.write_text(words, encoding="utf-8")
    return load_settings(path, environ={})


def _measured(
    settings: Settings, folder: Path, rows: int, store: str
) -> dict[str, Any]:
    audit.use_key(settings.desk.data / "keys/audit.key")
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    began = perf_counter()
    seed(database, rows)
    sys.stderr.write(f"{store}: {rows} written in {perf_counter() - began:.0f} s\n")
    token = _signed_in(database)
    app = create_app(settings, database)
    found = {
        "rows": rows,
        "store": store,
        "load_before": load(),
        "pages": _pages(_inside(app, token), _inside(bare_page(database), token), rows),
        "create": _create(database, settings),
    }
    with _gunicorn(folder, token) as get:
        found["gunicorn"] = _pages(get, None, rows)
    database.dispose()
    return {**found, "load": load()}


def _paths(rows: int) -> dict[str, str]:
    region = quote(REGIONS[0])
    return {
        "list": "/incidents?scope=all",
        "list, filtered": f"/incidents?scope=all&region={region}&state=closed",
        "list, open": "/incidents",
        "ticket": f"/incidents/{ticket(rows // 2)['number']}",
        **{f"search, {n}": f"/search?q={quote(word)}" for n, word in TERMS.items()},
    }


def _pages(get: Get, bare: Get | None, rows: int) -> dict[str, Any]:
    """Time every page in turns, so that a busy minute falls on all of them alike."""
    asks = {name: partial(get, path) for name, path in _paths(rows).items()}
    if bare is not None:
        asks[BARE] = partial(bare, "/")
    times: dict[str, list[float]] = {name: [] for name in asks}
    for ask in asks.values():
        ask()
    for _ in range(REQUESTS):
        for name, ask in asks.items():
            began = perf_counter()
            ask()
            times[name].append((perf_counter() - began) * 1000)
    return {name: _spread(taken) for name, taken in times.items()}


def _spread(times: list[float]) -> dict[str, float]:
    times.sort()
    return {
        "p50": times[len(times) // 2],
        "p95": times[int(len(times) * 0.95)],
        "worst": times[-1],
    }


def _inside(app: Flask, token: str) -> Get:
    client = app.test_client()
    client.set_cookie(COOKIE, token)

    def get(path: str) -> int:
        answer = client.get(path, buffered=True)
        assert answer.status_code == http.client.OK, (path, answer.status)
        return len(answer.data)

    return get


@contextmanager
def _gunicorn(folder: Path, token: str) -> Iterator[Get]:
    port = free_port()
    program = str(Path(sys.executable).parent / "gunicorn")
    words = [program, "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    known = f"OPSDESK_CONFIG={folder / 'config.yaml'}"
    serve = ["env", known, *words, "opsdesk.wsgi:create()"]
    log = folder / "gunicorn.log"
    with daemon(serve, lambda: accepts(port), log=log):
        yield partial(_fetch, port, token)


def _fetch(port: int, token: str, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    line.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status == http.client.OK, (path, answer.status)
    return len(body)


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
    row = {**ticket(n), "number": f"BARE-{n}"}
    del row["id"]
    with database.unit() as session:
        session.execute(insert(Ticket).values(**row))


def say(found: dict[str, Any]) -> None:
    """Say on standard output what was measured."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
