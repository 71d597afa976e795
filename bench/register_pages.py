"""The desk's own side: its pages, inside the process and through gunicorn."""

from __future__ import annotations

import http.client
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask

from bench.bare import bare_page
from bench.register_seed import LATIN, RARE, REGIONS, ticket
from bench.register_store import Place
from bench.register_timing import Ask
from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.gate import COOKIE
from tests.factories.people import PASSWORD, a_person
from tests.lab.process import accepts, daemon, free_port

ROOT = Path(__file__).resolve().parent.parent
THREADS = 16  # as the command has it
LONGEST = 120
BARE = "bare page of 50 rows"
INSIDE, SERVED = "in the process", "gunicorn"
TERMS = {
    "one character": "磁",
    "two characters": "备份",
    "four characters": "导出超时",
    "two, rare": "漏水",
    "absent": "龘靐",
    "a Latin word": LATIN,
}
PAGE = 50
Fetch = Callable[[str], bytes]
_NUMBER = re.compile(rb"INC-\d{8}-\d+")
_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


def paths(rows: int) -> dict[str, str]:
    """Return the pages that are measured, by what they are called in the report."""
    region = quote(REGIONS[0])
    return {
        "list": "/incidents?scope=all",
        "filtered list": f"/incidents?scope=all&region={region}&state=closed",
        "open list": "/incidents",
        "ticket": f"/incidents/{ticket(rows // 2)['number']}",
        **{f"search, {n}": f"/search?q={quote(word)}" for n, word in TERMS.items()},
    }


def expected(name: str, rows: int) -> int | None:
    """Return how many tickets a page has to show; None where nothing is claimed."""
    if name == "search, absent":
        return 0
    if name in ("search, two, rare", "search, a Latin word"):
        return min(PAGE, (rows + RARE - 1) // RARE)
    return PAGE if name.endswith("list") or name == BARE else None


@contextmanager
def asks(place: Place, rows: int) -> Iterator[dict[str, Ask]]:
    """Give every page as something to call; each has been checked once."""
    token = signed_in(place)
    app = create_app(place.settings, place.database)
    with ExitStack() as servers:
        desk, floor = (
            servers.enter_context(gunicorn(place, f"bench.register_wsgi:{what}()"))
            for what in ("opsdesk", "bare")
        )
        ways: dict[str, tuple[Fetch, Fetch]] = {
            INSIDE: (_inside(app, token), _inside(bare_page(place.database), token)),
            SERVED: (partial(fetch, desk, token), partial(fetch, floor, token)),
        }
        made: dict[str, Ask] = {}
        for way, (ours, bare) in ways.items():
            for name, path in paths(rows).items():
                made[f"{name}, {way}"] = _checked(partial(ours, path), name, rows)
            made[f"{BARE}, {way}"] = _checked(partial(bare, "/"), BARE, rows)
        made[f"create, {SERVED}"] = _creating(desk, token)
        yield made


def _checked(ask: Callable[[], bytes], name: str, rows: int) -> Ask:
    wanted, found = expected(name, rows), len(set(_NUMBER.findall(ask())))
    assert wanted in (None, found), f"{name}: {found} tickets shown, not {wanted}"
    return ask


def signed_in(place: Place) -> str:
    """Return the session of a lead, who may see and do everything measured."""
    at = clock.now()
    with place.database.unit() as session:
        username = f"lead{at:%y%m%d%H%M%S}"
        a_person(session, username, Role.LEAD, at=at)
        came = Origin("127.0.0.1", "the bench")
        token = sign_in(session, username, PASSWORD, origin=came, at=at).token
    assert token is not None
    return token


def _inside(app: Flask, token: str) -> Fetch:
    client = app.test_client()
    client.set_cookie(COOKIE, token)

    def get(path: str) -> bytes:
        answer = client.get(path, buffered=True)
        assert answer.status_code == http.client.OK, (path, answer.status)
        return bytes(answer.data)

    return get


@contextmanager
def gunicorn(place: Place, what: str) -> Iterator[int]:
    """Serve an application as `opsdesk serve` does; gives its port."""
    port = free_port()
    words = ["env", f"OPSDESK_CONFIG={place.config}", sys.executable, "-m", "gunicorn"]
    words += ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--chdir", str(ROOT)]
    words += ["--worker-class", "gthread", "--threads", str(THREADS)]
    words += ["--no-control-socket", "--log-level", "warning", what]
    log = place.folder / f"{what.partition(':')[2].strip('()')}.log"
    with daemon(words, lambda: accepts(port), log=log):
        yield port


def fetch(port: int, token: str, path: str) -> bytes:
    """Get a page over a connection of its own."""
    return _said(port, "GET", path, {"Cookie": f"{COOKIE}={token}"})[0]


def _creating(port: int, token: str) -> Ask:
    """Return what sends the short form; the form itself was fetched before."""
    jar = {"Cookie": f"{COOKIE}={token}"}
    page, cookies = _said(port, "GET", "/incidents/new", jar)
    found = _TOKEN.search(page)
    assert found is not None, "the form has no token"
    fields = {
        "csrf_token": found[1].decode(),
        "title": "新建的一起",
        "region": "河北省",
    }
    fields |= {"module": "企业填报", "description": "数据库备份失败" * 5}
    jar |= {
        "Cookie": "; ".join([jar["Cookie"], *cookies]),
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def create() -> bytes:
        body = urlencode(fields)
        return _said(port, "POST", "/incidents/new", jar, body, wanted=303)[0]

    return create


def _said(
    port: int,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
    *,
    wanted: int = 200,
) -> tuple[bytes, list[str]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    line.request(method, path, body, headers)
    answer = line.getresponse()
    said = answer.read()
    kept = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", [])]
    line.close()
    assert answer.status == wanted, (path, answer.status, said[-600:])
    return said, kept
