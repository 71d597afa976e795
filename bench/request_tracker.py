"""Request Tracker 5 beside the desk: the same rows, its own database and server.

Debian's `request-tracker5` keeps its rows in the bench's PostgreSQL; nothing under /etc
is touched. Regions are its queues, entries of a timeline its comments. What is written
in a ticket is full-text indexed by its own tool; that index does not cut Chinese into
words, so two Chinese characters are looked for in the subject, as its users do.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from bench.register_seed import LATIN, RARE, REGIONS, WORDS, ticket
from bench.register_store import Place
from bench.register_timing import Ask
from bench.rival import RivalDesk, Visitor
from tests.lab.postgres import Postgres
from tests.lab.process import accepts, daemon, free_port

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
DATABASE, PAGE, PATIENCE = "request_tracker", 50, 3600
USER = "rt_bench"
ROWS = Path(__file__).with_name("request_tracker.sql")
_SITE = """\
Set($rtname, 'bench');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {web});
Set($Timezone, 'UTC');
Set($DatabaseType, 'Pg');
Set($DatabaseHost, '127.0.0.1');
Set($DatabasePort, '{port}');
Set($DatabaseName, '{name}');
Set($DatabaseUser, '{user}');
Set($DatabasePassword, 'bench');
Set($DatabaseAdmin, 'postgres');
Set($MasonDataDir, '{folder}/mason');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
Set(%FullTextSearch, Enable => 1, Indexed => 1,
    Table => 'AttachmentsIndex', Column => 'ContentIndex');
1;
"""
_FOUND = re.compile(rb"Found ([\d,]+) tickets?")
_SHOWN = re.compile(rb'<b><a href="/Ticket/Display\.html\?id=(\d+)">')


@contextmanager
def asks(place: Place, rows: int) -> Iterator[RivalDesk]:
    """Fill and serve it; every page has been checked once."""
    if place.server is None:
        raise OSError("measured with PostgreSQL: with SQLite it has no full-text index")
    if not SERVER.exists():
        raise OSError("apt-get install request-tracker5 rt5-db-postgresql")
    folder, web = place.folder / "rt", free_port()
    environ = _configured(folder, place.server, web)
    if not (folder / "filled").exists():
        _fill(place.server, environ, rows)
        (folder / "filled").touch()
    words = ["env", *environ, "perl", str(SERVER), "--host", "127.0.0.1"]
    words += ["--port", str(web), "--max-workers", "1"]
    with daemon(words, lambda: accepts(web), log=folder / "server.log"):
        yield RivalDesk(_version(), _pages(_signed_in(web), rows))


def _version() -> str:
    words = ["dpkg-query", "-W", "-f", "${Version}", "request-tracker5"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _configured(folder: Path, server: Postgres, web: int) -> list[str]:
    """Write its settings; returns the environment that makes it use no others."""
    (folder / "site.d").mkdir(parents=True, exist_ok=True)
    (folder / "mason").mkdir(exist_ok=True)
    known = {"web": web, "port": server.port, "name": DATABASE, "user": USER}
    path = folder / "RT_SiteConfig.pm"
    path.write_text(_SITE.format(folder=folder, **known), encoding="utf-8")
    return [f"RT_SITE_CONFIG={path}", f"RT_SITE_CONFIG_DIR={folder / 'site.d'}"]


def _fill(server: Postgres, environ: list[str], rows: int) -> None:
    known = {"name": sql.Identifier(DATABASE), "user": sql.Identifier(USER)}
    for statement in ("DROP DATABASE IF EXISTS {name}", "DROP ROLE IF EXISTS {user}"):
        server.execute(sql.SQL(statement).format(**known))
    admin = ["--dba", "postgres", "--dba-password", "bench"]
    _run(environ, ["rt-setup-database-5", "--action", "init", *admin])
    _run(environ, ["rt-setup-fulltext-index-5", "--noask", *admin])
    _load(server, rows)


def _load(server: Postgres, rows: int) -> None:
    with psycopg.connect(server.dsn(DATABASE), autocommit=True) as link:
        link.execute(
            "CREATE TEMP TABLE came (n int, title text, region int, at timestamp, "
            "is_open boolean, described text, priority int)"
        )
        with link.cursor().copy("COPY came FROM STDIN") as copy:
            for n in range(rows):
                copy.write_row(_row(n))
        for statement in ROWS.read_text(encoding="utf-8").split(";\n"):
            link.execute(statement.encode())


def _row(n: int) -> tuple[object, ...]:
    row = ticket(n)
    at, said = row["opened_at"].replace(tzinfo=None), row["sheet"]["description"]
    region = REGIONS.index(row["region"]) + 1
    return n + 1, row["title"], region, at, row["is_open"], said, n % 4 + 1


def _run(environ: list[str], words: list[str]) -> None:
    done = subprocess.run(
        ["/usr/bin/env", *environ, *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-400:]
        raise OSError(f"{words[0]} ended with {done.returncode}: {said}")


def _signed_in(port: int) -> Visitor:
    visitor = Visitor(port)
    known = urlencode({"user": "root", "pass": "password"})
    visitor.ask("/NoAuth/Login.html", known, wanted=(200, 302))
    if b"Logged in" not in visitor.ask("/"):
        raise ValueError("Request Tracker does not let its own root in")
    return visitor


def _pages(visitor: Visitor, rows: int) -> dict[str, Ask]:
    rare = (rows + RARE - 1) // RARE
    lists = {
        "list": ("id > 0", rows),
        "filtered list": (f"Queue = '{REGIONS[0]}' AND Status = 'resolved'", None),
        "search, a Latin word": (f"Content LIKE '{LATIN}'", rare),
        "search, two characters": ("Subject LIKE '备份'", rows // len(WORDS)),
    }
    made: dict[str, Ask] = {}
    for name, (query, wanted) in lists.items():
        asked = {"Query": query, "OrderBy": "id", "Order": "DESC", "Rows": PAGE}
        ask = partial(visitor.ask, f"/Search/Results.html?{urlencode(asked)}")
        _require_equal(name, ask(), wanted)
        made[name] = ask
    one = partial(visitor.ask, f"/Ticket/Display.html?id={rows // 2 + 1}")
    if str(ticket(rows // 2)["title"]).encode() not in one():
        raise ValueError("ticket: its page does not show its title")
    return {**made, "ticket": one, "create": _creating(visitor)}


def _require_equal(name: str, page: bytes, wanted: int | None) -> None:
    said = _FOUND.search(page)
    found = 0 if said is None else int(said[1].replace(b",", b""))
    shown = len(set(_SHOWN.findall(page)))
    if not found or shown != min(PAGE, found) or found < (wanted or 0):
        raise ValueError(f"{name}: {shown} of {found} shown, {wanted} expected")


def _creating(visitor: Visitor) -> Ask:
    fields = {
        "id": "new",
        "Queue": REGIONS[0],
        "Status": "new",
        "Subject": "新建的一起",
    }
    fields |= {"Content": WORDS[2] * 5, "SubmitTicket": "Create"}
    return partial(visitor.ask, "/Ticket/Create.html", urlencode(fields), wanted=(302,))
