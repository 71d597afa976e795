"""django-helpdesk beside the desk: the same rows, in the same kind of store.

It has no full-text index: its search is a substring of ten columns. Regions are its
queues. Its list is a page that then asks for its rows; both are timed together.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from psycopg import sql

from bench.register_seed import LATIN, RARE, REGIONS, ticket
from bench.register_store import Place
from bench.register_timing import Ask
from bench.rival import RivalDesk, Visitor
from tests.lab.process import accepts, daemon, free_port

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var/bench/helpdesk"
PYTHON = HOME / "venv/bin/python"
VERSION = "2.6.1"
WANTED = (f"django-helpdesk=={VERSION}", "psycopg[binary]", "gunicorn")
PAGE, PATIENCE = 50, 3600
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@contextmanager
def asks(place: Place, rows: int) -> Iterator[RivalDesk]:
    """Install, fill and serve it; every page has been checked once."""
    _install()
    folder = place.folder / "helpdesk"
    environ = _environ(place, folder)
    if not (folder / "filled").exists():
        _fill(place, folder, environ, rows)
    port = free_port()
    words = ["env", *environ, str(PYTHON), "-m", "gunicorn", "--workers", "1"]
    words += ["--worker-class", "gthread", "--threads", "16", "--log-level", "warning"]
    words += ["--bind", f"127.0.0.1:{port}", "bench_site:application"]
    with daemon(words, lambda: accepts(port), log=folder / "gunicorn.log"):
        yield RivalDesk(VERSION, _pages(_signed_in(port), rows))


def _install() -> None:
    if not PYTHON.exists():
        _run([sys.executable, "-m", "venv", str(HOME / "venv")])
    if not list((HOME / "venv").glob("lib/*/site-packages/helpdesk")):
        _run([str(PYTHON), "-m", "pip", "install", "-q", *WANTED])


def _run(words: list[str]) -> None:
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-400:]
        raise OSError(f"{Path(words[0]).name} ended with {done.returncode}: {said}")


def _environ(place: Place, folder: Path) -> list[str]:
    store = "sqlite" if place.server is None else "postgresql"
    port = 0 if place.server is None else place.server.port
    known = ["DJANGO_SETTINGS_MODULE=bench_site", f"PYTHONPATH={folder}"]
    return [*known, f"BENCH_STORE={store}", f"BENCH_PORT={port}"]


def _fill(place: Place, folder: Path, environ: list[str], rows: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    site = Path(__file__).with_name("helpdesk_site.txt").read_text(encoding="utf-8")
    (folder / "bench_site.py").write_text(site, encoding="utf-8")
    if place.server is not None:
        name = sql.Identifier("helpdesk")
        gone = "DROP DATABASE IF EXISTS {name}"
        place.server.execute(sql.SQL(gone).format(name=name))
        place.server.execute(sql.SQL("CREATE DATABASE {name}").format(name=name))
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as out:
        for n in range(rows):
            out.write(json.dumps(_row(n), ensure_ascii=False) + "\n")
    _run(["env", *environ, str(PYTHON), str(folder / "bench_site.py")])
    (folder / "rows.jsonl").unlink()
    (folder / "filled").touch()


def _row(n: int) -> dict[str, Any]:
    row = ticket(n)
    return {
        "title": row["title"],
        "region": row["region"],
        "at": row["opened_at"].isoformat(),
        "is_open": row["is_open"],
        "description": row["sheet"]["description"],
        "priority": n % 4 + 1,
    }


def _signed_in(port: int) -> Visitor:
    visitor = Visitor(port)
    token = _token(visitor.ask("/login/"))
    known = {"username": "bench", "password": "bench", "csrfmiddlewaretoken": token}
    visitor.ask("/login/", urlencode(known), wanted=(302,))
    return visitor


def _token(page: bytes) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise ValueError("django-helpdesk's form has no token")
    return found[1].decode()


def _pages(visitor: Visitor, rows: int) -> dict[str, Ask]:
    newest = {"sorting": "created", "sortreverse": True}
    closed = {"queue__id__in": [_queue(REGIONS[0])], "status__in": [4]}
    lists = {
        "list": (newest, rows),
        "filtered list": ({**newest, "filtering": closed}, None),
        "search, a Latin word": (
            {**newest, "search_string": LATIN},
            (rows + RARE - 1) // RARE,
        ),
        "search, two characters": ({**newest, "search_string": "备份"}, None),
    }
    made: dict[str, Ask] = {}
    for name, (query, wanted) in lists.items():
        made[name] = partial(_list, visitor, query)
        _require_equal(name, _list(visitor, query), wanted)
    made["ticket"] = partial(visitor.ask, f"/tickets/{rows // 2 + 1}/")
    made["create"] = _creating(visitor)
    return made


def _queue(region: str) -> int:
    return REGIONS.index(region) + 1


def _list(visitor: Visitor, query: dict[str, Any]) -> dict[str, Any]:
    words = base64.b64encode(json.dumps(query).encode()).decode()
    visitor.ask(f"/tickets/?{urlencode({'query': words})}")
    order = "order[0][column]=5&order[0][dir]=desc"
    path = f"/datatables_ticket_list/{words}?draw=1&start=0&length={PAGE}&{order}"
    found: dict[str, Any] = json.loads(visitor.ask(path))
    return found


def _require_equal(name: str, found: dict[str, Any], wanted: int | None) -> None:
    shown, counted = len(found["data"]), found["recordsFiltered"]
    if shown != min(PAGE, counted) or (wanted is not None and counted < wanted):
        raise ValueError(f"{name}: {shown} of {counted} shown, {wanted} expected")


def _creating(visitor: Visitor) -> Ask:
    fields = {"csrfmiddlewaretoken": _token(visitor.ask("/tickets/submit/"))}
    fields |= {"queue": "1", "title": "新建的一起", "body": "数据库备份失败" * 5}
    fields |= {"priority": "3", "assigned_to": "", "due_date": ""}
    body = urlencode(fields)

    def create() -> bytes:
        return visitor.ask("/tickets/submit/", body, wanted=(302,))

    return create
