"""Plans in trouble: the desk killed in a step, a target cut off, the database away."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.faults.under_way import (
    declare,
    desk_for,
    ends,
    hanging,
    killed_in,
    known,
    lab,
    leased,
    scratch,
    states,
    step,
)
from tests.lab.awkward import deaf, peer, silent
from tests.lab.desk import ROOT, Place, environ, place, until
from tests.lab.postgres import Postgres, away
from tests.lab.process import PATIENCE, free_port
from tests.lab.sshd import Sshd
from tests.lab.streets import may_build, plug_in, street, unplug


def test_a_declared_run_is_carried_out_by_the_scheduler(
    tmp_path: Path, shared: Sshd
) -> None:
    desk = desk_for(tmp_path / "desk", shared)
    port = {"server": shared.name, "port": str(shared.port)}
    look = {"server": shared.name, "probes": "cpu,memory"}
    declare(
        desk,
        step("look", "ssh.check", arguments=look, expect={"outcome": "answered"}),
        step("port", "tcp.check", arguments=port, expect={"open": "yes"}),
    )

    with desk.scheduler():
        assert (ends(desk, "look"), ends(desk, "port")) == ("done", "done")

    kept = desk.rows("select step, sha256 from run_evidence order by step")
    assert [row[0] for row in kept] == ["look", "port"]
    for _step, sha256 in kept:
        assert (desk.data / "files" / sha256[:2] / sha256[2:]).is_file()


HANGING = {
    "sqlite": ("ssh.check", "http.check", "tcp.check", "switch"),
    "postgresql": ("precheck", "service.status", "restore.verify", "switch"),
}
"""What is under way, all at once, when the desk is killed; by the desk's store."""


@pytest.mark.parametrize("store", HANGING)
def test_a_desk_killed_in_its_steps_leaves_each_unknown_and_the_run_going(
    tmp_path: Path, shared: Sshd, postgres_server: Postgres, store: str
) -> None:
    kinds = HANGING[store]
    dump = tmp_path / "ops.sql"
    dump.write_text(
        "-- PostgreSQL database dump\n-- PostgreSQL database dump complete\n"
    )
    with (
        peer(silent) as mute,
        deaf() as blocked,
        postgres_server.database() as name,
    ):
        url = postgres_server.url(name) if store == "postgresql" else None
        desk = place(
            tmp_path / "desk",
            database={"url": url},
            credentials=lab(shared),
            servers=[known(shared), known(shared, name="mute", port=mute)],
            switches={
                "wan": {"server": shared.name, "to": {"backup": ["/bin/sleep", "300"]}}
            },
            backups={"ops": {"files": str(dump), "source": {"database": "ops"}}},
            scratch_targets={"drill": scratch(mute)},
        )
        where = {
            "ssh.check": {"server": "mute"},
            "http.check": {"server": "mute", "url": f"http://127.0.0.1:{mute}/"},
            "tcp.check": {"server": "mute", "port": str(blocked)},
            "service.status": {"server": "mute", "service": "nginx"},
            "restore.verify": {"backup": "ops", "target": "drill"},
            "switch": {"switch": "wan", "to": "backup"},
            "precheck": {"server": "mute"},
        }
        declare(desk, *(hanging(kind, where[kind]) for kind in kinds))
        with killed_in(desk, *kinds), desk.scheduler():
            assert {kind: ends(desk, kind) for kind in kinds} == dict.fromkeys(
                kinds, "unknown"
            )
        assert desk.rows("select state from run where is_open") == [("running",)]


@pytest.mark.parametrize("after", [1, 7, 40])
def test_a_desk_killed_while_people_tick_keeps_every_tick_it_answered(
    tmp_path: Path, shared: Sshd, after: int
) -> None:
    desk = desk_for(tmp_path / "desk", shared)
    words = [sys.executable, "-m", "tests.faults.ticking", str(desk.config)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ()
    ) as child:
        assert child.stdout is not None
        answered = [child.stdout.readline().strip() for _ in range(after + 1)][1:]
        child.kill()
        answered += child.stdout.read().split()

    found = states(desk)
    done = {key for key, state in found.items() if state == "done"}
    assert set(answered) <= done
    assert len(done) <= len(answered) + 1  # the one under way, whole or not at all
    told = desk.rows("select step from run_event where what = 'step' and token <> ''")
    assert {row[0] for row in told} == done
    assert found["allow"] == "running"  # it still waits for its answer
    assert desk.rows("select state, is_open from run") == [("running", 1)]
    desk.run("audit", "verify")


def test_a_desk_killed_in_a_restore_leaves_the_target_empty_and_no_tool_running(
    tmp_path: Path, shared: Sshd, postgres_server: Postgres
) -> None:
    target = f"drill_fault_{os.getpid()}"
    dump = tmp_path / "ops.sql"
    dump.write_text(
        "-- PostgreSQL database dump\n\nCREATE TABLE public.half (id int);\n"
        "SELECT pg_sleep(300);\n--\n-- PostgreSQL database dump complete\n"
    )
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as link:
        link.execute(f"CREATE DATABASE {target}".encode())
    desk = desk_for(
        tmp_path / "desk",
        shared,
        backups={"ops": {"files": str(dump), "source": {"database": "ops"}}},
        scratch_targets={"drill": scratch(postgres_server.port, target)},
    )
    into = {"backup": "ops", "target": "drill"}
    declare(desk, step("restore", "restore.run", arguments=into, timeout=200))
    sleeping = (
        "select count(*) from pg_stat_activity where query like '%pg_sleep(300)%'"
    )

    with (
        desk.scheduler() as child,
        psycopg.connect(postgres_server.dsn(), autocommit=True) as link,
    ):
        mine = f"{sleeping} and datname = '{target}'".encode()

        def asleep() -> bool:
            row = link.execute(mine).fetchone()
            return row is not None and row[0] > 0

        until(asleep, "the restore is under way")
        child.kill()
        child.wait(PATIENCE)
        until(lambda: not tools(dump), "no tool of it is left")
    with desk.scheduler():
        assert ends(desk, "restore") == "unknown"
    with psycopg.connect(postgres_server.dsn(target)) as link:
        found = link.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
    assert found == (0,)


def tools(dump: Path) -> list[str]:
    """Return the programs that still have a dump on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if bytes(dump) in words:
            found.append(words.decode(errors="replace"))
    return found


def written(desk: Place, statement: str) -> None:
    """Change the embedded database, as only a test may."""
    path = next(desk.data.glob("*.sqlite3"))
    with closing(sqlite3.connect(path, timeout=30)) as base:
        base.execute(statement)
        base.commit()


def test_a_ladder_is_climbed_by_the_next_scheduler_and_everybody_called_once(
    tmp_path: Path, shared: Sshd
) -> None:
    desk = desk_for(tmp_path / "desk", shared)
    declare(desk)
    called = "select recipient, once from notice where once like 'rung:%'"
    states_of = "select rung, state from escalation where rung in ('lead', 'customer')"
    with desk.scheduler() as child:
        until(
            lambda: desk.rows("select 1 from escalation where state='nobody'"), "sweep"
        )
        child.kill()
        child.wait(PATIENCE)
    past = "datetime('now', '-10 seconds')"
    written(desk, f"update escalation set due_at = {past} where state = 'waiting'")

    for _ in range(2):
        with desk.scheduler():
            until(
                lambda: dict(desk.rows(states_of)).get("customer") == "nobody",
                "the ladder was climbed",
            )

    assert [row[0] for row in desk.rows(called)] == ["commander"]
    assert dict(desk.rows(states_of)) == {"lead": "told", "customer": "nobody"}


@pytest.mark.skipif(not may_build(), reason="needs root to pull a cable")
def test_a_cable_pulled_in_a_step_ends_it_within_its_limit(
    tmp_path: Path, user_key: Path
) -> None:
    with street(tmp_path / "street", user_key, 2) as (near, far):
        desk = place(
            tmp_path / "desk",
            credentials=lab(near),
            servers=[known(near), known(far)],
            switches={
                "wan": {"server": near.name, "to": {"backup": ["/bin/sleep", "60"]}}
            },
        )
        there = {"switch": "wan", "to": "backup"}
        check = {"server": far.name, "port": "22"}
        declare(
            desk,
            step("cut", "switch", arguments=there, timeout=8, idempotent=False),
            step("fine", "tcp.check", arguments=check, expect={"open": "yes"}),
        )
        with desk.scheduler():
            until(lambda: leased(desk, "cut"), "the switch is under way")
            time.sleep(1)
            unplug(near)
            assert ends(desk, "fine") == "done"
            assert ends(desk, "cut") == "unknown"
            plug_in(near)

    texts = [row[0] for row in desk.rows("select text from run_event")]
    assert any("没有看到结果" in text for text in texts)


def test_a_target_that_went_away_fails_a_check_and_holds_nobody_up(
    tmp_path: Path, shared: Sshd
) -> None:
    desk = place(
        tmp_path / "desk",
        credentials=lab(shared),
        servers=[known(shared), known(shared, name="gone", port=free_port())],
    )
    declare(
        desk,
        step("gone", "ssh.check", arguments={"server": "gone"}, timeout=15),
        step(
            "fine",
            "tcp.check",
            arguments={"server": shared.name, "port": str(shared.port)},
        ),
    )

    with desk.scheduler():
        assert ends(desk, "fine") == "done"
        assert ends(desk, "gone") == "failed"


def test_a_database_that_is_away_in_mid_step_loses_no_answer(
    tmp_path: Path, shared: Sshd, postgres_server: Postgres
) -> None:
    with postgres_server.database() as name:
        desk = desk_for(
            tmp_path / "desk",
            shared,
            database={"url": postgres_server.url(name)},
            switches={
                "wan": {"server": shared.name, "to": {"backup": ["/bin/sleep", "3"]}}
            },
        )
        there = {"switch": "wan", "to": "backup"}
        declare(desk, step("s", "switch", arguments=there, expect={"switched": "yes"}))

        def state() -> str:
            with psycopg.connect(postgres_server.dsn(name)) as link:
                row = link.execute(
                    "select state || case when lease_until is null then '' else ' held'"
                    " end from run_step"
                ).fetchone()
            assert row is not None
            return str(row[0])

        with desk.scheduler():
            until(lambda: state() == "running held", "the switch is under way")
            with away(postgres_server, name):
                time.sleep(5)  # the switch is over by now, with nobody to tell
            until(lambda: state() in ("done", "done held"), "the answer was written")
