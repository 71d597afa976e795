"""The SQL check, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from probes.check import SqlCheck
from tests.lab.awkward import Manner, dripping, hangs_up, peer, says, silent
from tests.lab.postgres import (
    ASKER,
    OWNER,
    PASSWORD,
    Postgres,
    binary,
    postgres_server,
    serve,
)
from tests.lab.process import folder, free_port, run
from tests.probes.checks.looking import Look, look, secret

__all__ = ["postgres_server"]
SHORT = timedelta(seconds=1)


def ask(
    port: int,
    *,
    user: str = ASKER,
    password: str = PASSWORD,
    database: str = "",
    previous: object = None,
) -> Look:
    check = SqlCheck(
        engine="postgresql",
        port=port,
        user=user,
        password=secret(password),
        database=database,
        timeout=timedelta(seconds=15),
    )
    return look(check, previous=previous)


@pytest.fixture
def standby(postgres_server: Postgres) -> Iterator[Postgres]:
    """Give a standby that streams from the server of the tests."""
    copy = binary("pg_basebackup")
    with folder("standby", OWNER) as place:
        home = place / "copy"
        run(
            [copy, "-d", postgres_server.dsn(), "-D", str(home), "-R", "-X", "fetch"],
            OWNER,
        )
        with serve(home) as server:
            yield server


def test_a_healthy_primary_is_normal_and_its_numbers_are_read(
    postgres_server: Postgres, no_trace: None
) -> None:
    seen = ask(postgres_server.port)
    assert seen.findings == []
    assert (seen.facts.role, seen.facts.replication) == ("primary", "none")
    assert seen.facts.max_connections == 60
    assert 1 <= seen.facts.connections < 40
    assert "postgres" in {size.name for size in seen.facts.sizes}
    assert seen.facts.denied == ()
    assert f"sql_connections{{postgresql:{postgres_server.port}/}}" in seen.readings


def test_the_session_cannot_write(postgres_server: Postgres) -> None:
    row = b'"read_only": "on"'
    assert row in ask(postgres_server.port).section.stdout


def test_connections_near_the_limit_are_critical(postgres_server: Postgres) -> None:
    with ExitStack() as held:
        for _ in range(56):
            held.enter_context(psycopg.connect(postgres_server.dsn()))
        seen = ask(postgres_server.port, user="postgres")
    subject = f"postgresql:{postgres_server.port}/ connections"
    assert seen.said == {subject: "critical"}
    assert "/60" in seen.findings[0].message.zh


def test_an_old_transaction_is_seen_and_a_limit_makes_it_a_warning(
    postgres_server: Postgres,
) -> None:
    with psycopg.connect(postgres_server.dsn()) as link:
        link.execute("SELECT pg_sleep(1.1)")
        seen = ask(postgres_server.port)
    assert seen.facts.longest_transaction_s >= 1


def test_a_standby_in_step_is_normal(standby: Postgres, no_trace: None) -> None:
    seen = ask(standby.port)
    assert seen.findings == []
    assert (seen.facts.role, seen.facts.replication) == ("replica", "running")
    assert seen.facts.lag_seconds == 0


def test_the_primary_names_its_standby(
    postgres_server: Postgres, standby: Postgres
) -> None:
    facts = ask(postgres_server.port).facts
    assert [each.state for each in facts.replicas] == ["streaming"]


def test_a_standby_cut_off_is_broken_however_much_it_has_replayed(
    standby: Postgres,
) -> None:
    with psycopg.connect(standby.dsn(), autocommit=True) as link:
        link.execute("ALTER SYSTEM SET primary_conninfo = ''")
        link.execute("SELECT pg_reload_conf()")
        for _ in range(100):
            row = link.execute("SELECT count(*) FROM pg_stat_wal_receiver").fetchone()
            if row == (0,):
                break
            link.execute("SELECT pg_sleep(0.1)")
    seen = ask(standby.port)
    assert seen.said == {f"postgresql:{standby.port}/ replication": "critical"}


def test_a_changed_role_and_a_restart_are_findings(postgres_server: Postgres) -> None:
    facts = ask(postgres_server.port).facts
    before = replace(facts, role="replica", uptime_s=facts.uptime_s + 9999)
    subject = f"postgresql:{postgres_server.port}/"
    assert ask(postgres_server.port, previous=before).said == {
        f"{subject} role": "warning",
        f"{subject} restart": "warning",
    }


@pytest.mark.parametrize("user", [ASKER, "nobody_known"])
def test_a_wrong_password_is_a_warning_and_is_kept_nowhere(
    postgres_server: Postgres, user: str, no_trace: None
) -> None:
    seen = ask(postgres_server.port, user=user, password="wrong-word")
    assert seen.facts.error == "auth"
    assert [each.severity for each in seen.findings] == ["warning"]
    assert b"wrong-word" not in seen.section.stdout + seen.section.stderr


def test_a_database_that_does_not_exist_is_critical(postgres_server: Postgres) -> None:
    seen = ask(postgres_server.port, database="nowhere")
    assert seen.facts.error == "protocol"
    assert "nowhere" in seen.facts.reason


def test_a_server_without_room_is_critical_with_its_own_words(
    postgres_server: Postgres,
) -> None:
    with ExitStack() as held:
        for _ in range(57):  # the last three are the superuser's
            held.enter_context(psycopg.connect(postgres_server.dsn()))
        seen = ask(postgres_server.port)
    assert [each.severity for each in seen.findings] == ["critical"]
    assert "connection" in seen.facts.reason


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (silent, "timeout"),
        (dripping(b"N"), "protocol"),
        (hangs_up, "protocol"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol"),
    ],
    ids=["silent", "dripping", "hangs up", "not a database"],
)
def test_what_gives_no_answer_is_critical(
    manner: Manner, error: str, no_trace: None
) -> None:
    with peer(manner) as port:
        check = SqlCheck(engine="postgresql", port=port, user="x", timeout=SHORT)
        seen = look(check)
    assert seen.facts.error in {error, "timeout"}
    assert [each.severity for each in seen.findings] == ["critical"]


def test_a_server_that_refuses_is_critical(no_trace: None) -> None:
    assert ask(free_port()).facts.error == "refused"
