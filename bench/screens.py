"""The screens a duty engineer opens, on a desk with five years behind it."""

from __future__ import annotations

import http.client
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.machine import load
from bench.seed import seed
from opsdesk.app import create_app
from opsdesk.core import audit, clock, settings
from opsdesk.core.desk import Desk, open_desk
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.gate import COOKIE
from tests.factories.people import PASSWORD, a_person
from tests.lab.process import accepts, daemon, free_port

REQUESTS = 300
Get = Callable[[str], int]
"""Fetches a page; returns how long its body is."""


def screens(days: int, requests: int = REQUESTS) -> dict[str, Any]:
    """Measure the screens inside the process, and through gunicorn."""
    folder = Path(tempfile.mkdtemp(prefix="opsdesk-bench-"))
    try:
        began = time.monotonic()
        config = seed(folder / "desk", days, at=clock.now())
        sys.stderr.write(f"{days} days written in {time.monotonic() - began:.0f} s\n")
        found = settings.load(config, environ={"OPSDESK_DEMO": "none"})
        audit.use_key(found.desk.data / "keys" / "audit.key")
        desk = open_desk(found)
        token = _signed_in(desk)
        paths = _paths(desk)
        rows = [
            _timed("in the process", p, _inside(desk, token), requests) for p in paths
        ]
        with _gunicorn(config, token) as get:
            rows += [_timed("gunicorn", path, get, requests) for path in paths]
        size = (found.desk.data / "opsdesk.sqlite3").stat().st_size
        return {"days": days, "bytes": size, "rows": rows}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _signed_in(desk: Desk) -> str:
    at = clock.now()
    with desk.database.unit() as unit:
        a_person(unit, "bench", Role.ENGINEER, at=at)
        came = Origin("127.0.0.1", "the bench")
        token = sign_in(unit, "bench", PASSWORD, origin=came, at=at).token
    assert token is not None
    return token


def _paths(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        query = "SELECT number FROM round ORDER BY id DESC LIMIT 1"
        number = session.connection().exec_driver_sql(query).scalar_one()
    name = desk.settings.servers[0].name
    return ["/board", f"/rounds/{number}", f"/servers/{name}"]


def _inside(desk: Desk, token: str) -> Get:
    client = create_app(desk.settings, desk.database, desk.store).test_client()
    client.set_cookie(COOKIE, token)

    def get(path: str) -> int:
        answer = client.get(path, buffered=True)
        assert answer.status_code == http.client.OK, (path, answer.status)
        return len(answer.data)

    return get


@contextmanager
def _gunicorn(config: Path, token: str) -> Iterator[Get]:
    port = free_port()
    program = str(Path(sys.executable).parent / "gunicorn")
    environ = {**os.environ, "OPSDESK_CONFIG": str(config), "OPSDESK_DEMO": "none"}
    kept = [f"{name}={value}" for name, value in environ.items() if "OPSDESK" in name]
    serve = ["env", *kept, program, "-w", "1", "--threads", "4"]
    words = [*serve, "-b", f"127.0.0.1:{port}", "opsdesk.wsgi:create()"]
    with daemon(words, lambda: accepts(port), log=config.parent / "gunicorn.log"):
        yield lambda path: _fetch(port, path, token)


def _fetch(port: int, path: str, token: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status == http.client.OK, (path, answer.status)
    return len(body)


def _timed(how: str, path: str, get: Get, requests: int) -> dict[str, Any]:
    size = [get(path) for _ in range(5)][-1]
    took = []
    for _ in range(requests):
        began = time.perf_counter()
        get(path)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    row = {
        "how": how,
        "path": path,
        "body_bytes": size,
        "p50_ms": took[len(took) // 2],
        "p95_ms": took[int(len(took) * 0.95)],
        "worst_ms": took[-1],
        "n": requests,
        "load": load(),
    }
    sys.stderr.write(
        f"{how:15} {path:32} p50 {row['p50_ms']:.1f} p95 {row['p95_ms']:.1f}\n"
    )
    return row
