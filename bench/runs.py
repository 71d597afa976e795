"""A run's page with ten people on it: how soon everybody sees a tick, and what it costs.

One gunicorn worker with four threads on loopback, SQLite. Ten readers ask for news every
1.8 seconds as the page's script does; one of them ticks a step every ten seconds. The
time of a tick is from its being sent until each of the ten has fetched the part that
shows it.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from bench.machine import load
from opsdesk.core import audit, clock, migrate
from opsdesk.core.desk import Desk, open_desk
from opsdesk.core.settings import Settings
from opsdesk.core.settings import load as load_settings
from opsdesk.people.models import Person, Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.responses.models import Run
from opsdesk.responses.operations import opening
from opsdesk.web.gate import COOKIE
from runbooks.plan import Level, Plan
from tests.factories.people import PASSWORD, a_person
from tests.factories.plans import a_plan, a_step
from tests.lab.process import accepts, daemon, free_port

SEEN_S, CORE = 2, 0.05
STEPS, READERS, EVERY = 200, 10, 1.8
TICKS, APART = 8, 10.0
TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')
AFTER = re.compile(r'data-after="(\d+)"')


def measure(past: Iterable[int] = (0, 1000)) -> dict[str, Any]:
    """Measure behind each number of past runs."""
    return {"rows": [runs(one) for one in past]}


def targets(part: dict[str, Any] | None) -> Iterator[tuple[str, str, bool]]:
    """Yield what a run's page may cost, beside what it did."""
    for row in part["rows"] if part else ():
        where = (
            f"run of {row['steps']} steps, {row['readers']} people, {row['past']} past"
        )
        worst, cpu = row["seen_s"]["worst"], row["cpu_ticking"]
        yield f"{where}: seen by all ≤ {SEEN_S} s", f"{worst:.2f} s", worst <= SEEN_S
        yield f"{where}: < {CORE:.0%} of a core", f"{cpu:.1%}", cpu < CORE


def lines(part: dict[str, Any]) -> Iterator[str]:
    """Yield what RESULTS.md says of it."""
    yield "## A run's page with ten people on it"
    yield ""
    yield f"One gunicorn worker, SQLite; a tick every ten seconds. {part['at']}."
    yield ""
    yield (
        "| past runs | seen by all, p50 s | worst s | of a core, ticking | quiet | "
        "page ms | news p50 ms | p95 ms | load |"
    )
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in part["rows"]:
        seen, news = row["seen_s"], row["news_ms"]
        yield (
            f"| {row['past']} | {seen['p50']:.2f} | {seen['worst']:.2f} | "
            f"{row['cpu_ticking']:.1%} | {row['cpu_quiet']:.1%} | {row['page_ms']:.0f} | "
            f"{news['p50']:.1f} | {news['p95']:.1f} | {row['load']:.1f} |"
        )
    yield ""


def runs(past: int) -> dict[str, Any]:
    """Measure a run of 200 steps with so many runs behind it."""
    folder = Path(tempfile.mkdtemp(prefix="opsdesk-runs-"))
    try:
        settings = _settings(folder)
        desk = open_desk(settings)
        number, cookies = _seed(desk, past)
        with _gunicorn(folder) as (port, pid):
            return {"past": past, **_measured(port, pid, number, cookies)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> Settings:
    (folder / "var").mkdir(mode=0o700)
    path = folder / "config.yaml"
    path.write_text(f"desk: {{data: {folder / 'var'}}}\n", encoding="utf-8")
    found = load_settings(path, environ={})
    key = found.desk.data / "keys" / "audit.key"
    audit.create_key(key)
    audit.use_key(key)
    migrate.upgrade(found.database_url)
    return found


def _seed(desk: Desk, past: int) -> tuple[str, list[str]]:
    """Declare a run of 200 steps after `past` others; return ten people's sessions."""
    small, large = _plan(20), _plan(STEPS)
    at = clock.now()
    cookies = []
    with desk.database.unit() as unit:
        for n in range(READERS):
            a_person(unit, f"bench{n}", Role.LEAD, at=at)
            came = Origin("127.0.0.1", "the bench")
            token = sign_in(unit, f"bench{n}", PASSWORD, origin=came, at=at).token
            assert token is not None
            cookies.append(token)
    for n in range(past):
        number = _declared(desk, small, n)
        with desk.database.unit() as unit:
            run = unit.scalars(select(Run).where(Run.number == number)).one()
            run.is_open, run.incident_id = False, None
    return _declared(desk, large, past), cookies


def _plan(steps: int) -> Plan:
    return a_plan(steps=tuple(a_step(f"s{n}", f"第 {n} 步") for n in range(steps)))


def _declared(desk: Desk, plan: Plan, n: int) -> str:
    with desk.database.unit() as unit:
        by = unit.scalars(select(Person).filter_by(username="bench0")).one()
        made = opening.Emergency(plan=plan, level=Level.THREE)
        at = clock.now() - timedelta(days=1) + timedelta(minutes=2 * n % 1000)
        return opening.declare(unit, desk.settings, made, by=by, at=at).number


@contextmanager
def _gunicorn(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    program = str(Path(sys.executable).parent / "gunicorn")
    kept = f"OPSDESK_CONFIG={folder / 'config.yaml'}"
    pid_file = folder / "gunicorn.pid"
    words = ["env", kept, "OPSDESK_DEMO=none", program, "-w", "1", "--threads", "4"]
    words += ["-b", f"127.0.0.1:{port}", "-p", str(pid_file), "opsdesk.wsgi:create()"]
    with daemon(words, lambda: accepts(port), log=folder / "gunicorn.log"):
        yield port, int(pid_file.read_text())


@dataclass
class Reader:
    """One open page: what it has seen, and when it saw each entry."""

    port: int
    number: str
    cookie: str
    form: str = ""  # the cookie that form tokens belong to
    after: int = 0
    seen: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    took: list[float] = field(default_factory=list)

    def ask(self, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": f"{COOKIE}={self.cookie}; {self.form}"}
        if fields is None:
            line.request("GET", path, headers=headers)
        else:
            headers["Accept"] = "application/json"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", path, urlencode(fields), headers)
        answer = line.getresponse()
        body = answer.read().decode()
        kept = answer.getheader("Set-Cookie", "").partition(";")[0]
        self.form = kept or self.form
        line.close()
        return answer.status, body

    def watch(self, first: float, stop: threading.Event) -> None:
        """Ask for news as often as the page does."""
        due = first
        while not stop.wait(max(0.0, due - time.monotonic())):
            due += EVERY
            began = time.monotonic()
            status, body = self.ask(f"/runs/{self.number}/news?after={self.after}")
            self.asked += 1
            self.took.append((time.monotonic() - began) * 1000)
            if status == http.client.OK:
                found = AFTER.search(body)
                assert found is not None
                self.after = int(found[1])
                for key in re.findall(r'id="step-(s\d+)"', body):
                    if "step-done" in body.split(f'id="step-{key}"')[1][:600]:
                        self.seen.setdefault(key, time.monotonic())


def _measured(port: int, pid: int, number: str, cookies: list[str]) -> dict[str, Any]:
    people = [Reader(port, number, one) for one in cookies]
    _status, page = people[0].ask(f"/runs/{number}")
    whole = [_ms(lambda: people[0].ask(f"/runs/{number}")) for _ in range(10)]
    for one in people:
        found = AFTER.search(page)
        assert found is not None
        one.after = int(found[1])
    stop = threading.Event()
    began = time.monotonic()
    threads = [
        threading.Thread(target=one.watch, args=(began + n * EVERY / READERS, stop))
        for n, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    time.sleep(EVERY)
    quiet = _cpu_share(pid, 20.0)
    sent, busy = _ticked(people[0], page, pid)
    stop.set()
    for thread in threads:
        thread.join()
    late = sorted(
        one.seen[key] - at
        for one in people
        for key, at in sent.items()
        if key in one.seen
    )
    assert len(late) == READERS * TICKS, f"{len(late)} of {READERS * TICKS} seen"
    asked = sorted(took for one in people for took in one.took)
    return {
        "steps": STEPS,
        "readers": READERS,
        "ticks": TICKS,
        "seen_s": {"p50": late[len(late) // 2], "worst": late[-1]},
        "cpu_quiet": quiet,
        "cpu_ticking": busy,
        "page_ms": sorted(whole)[len(whole) // 2],
        "page_bytes": len(page.encode()),
        "news_ms": {
            "p50": asked[len(asked) // 2],
            "p95": asked[len(asked) * 95 // 100],
        },
        "load": load(),
    }


def _ticked(reader: Reader, page: str, pid: int) -> tuple[dict[str, float], float]:
    """Tick a step every few seconds; return when each was sent, and the CPU share."""
    token = TOKEN.search(page)
    assert token is not None
    sent = {}
    before, began = _cpu(pid), time.monotonic()
    for n in range(TICKS):
        fields = {"csrf_token": token[1], "version": 1, "token": f"bench-{n}"}
        sent[f"s{n}"] = time.monotonic()
        path = f"/runs/{reader.number}/steps/s{n}/done"
        status, body = reader.ask(path, fields)
        assert status == http.client.OK, (status, body[:2000])
        time.sleep(APART)
    return sent, (_cpu(pid) - before) / (time.monotonic() - began)


def _ms(do: Any) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _cpu_share(pid: int, seconds: float) -> float:
    """Return the share of a core the desk uses while nothing happens."""
    before = _cpu(pid)
    time.sleep(seconds)
    return (_cpu(pid) - before) / seconds


def _cpu(pid: int) -> float:
    """Return the seconds of CPU of a process and its children, as the kernel counts."""
    total = 0.0
    for one in (pid, *_children(pid)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in listed.split()]
