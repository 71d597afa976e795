"""The SQL check, on a real MariaDB."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pymysql
import pytest

from probes.check import SqlCheck
from tests.lab.awkward import Manner, dripping, hangs_up, peer, says, silent
from tests.lab.process import free_port
from tests.lab.services import PASSWORD, Service
from tests.probes.checks.looking import Look, look, secret

SHORT = timedelta(seconds=1)


def ask(
    port: int,
    user: str = "asker",
    password: str = PASSWORD,
    *,
    previous: object = None,
) -> Look:
    check = SqlCheck(engine="mysql", port=port, user=user, password=secret(password))
    return look(check, previous=previous)


def root(service: Service) -> pymysql.Connection:
    socket = str(service.home / "socket")
    return pymysql.connect(unix_socket=socket, user="root", autocommit=True)


def run(service: Service, *statements: str) -> None:
    with root(service) as link, link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_healthy_server_is_normal_and_its_numbers_are_read(
    mariadb_server: Service, no_trace: None
) -> None:
    seen = ask(mariadb_server.port)
    assert seen.findings == []
    assert "MariaDB" in seen.facts.version
    assert (seen.facts.role, seen.facts.replication) == ("primary", "none")
    assert seen.facts.read_only is False
    assert "填报" in {size.name for size in seen.facts.sizes}
    assert f"sql_connections{{mysql:{mariadb_server.port}/}}" in seen.readings


def test_what_the_account_may_not_see_is_denied_not_none(
    mariadb_server: Service,
) -> None:
    facts = ask(mariadb_server.port, "stranger").facts
    assert facts.error is None
    assert facts.denied == ("oldest_transaction", "receiving")
    assert facts.replication is None


def test_connections_near_the_limit_are_critical(mariadb_server: Service) -> None:
    run(mariadb_server, "SET GLOBAL max_connections = 20")
    with ExitStack() as held:
        for _ in range(19):
            held.enter_context(root(mariadb_server))
        seen = ask(mariadb_server.port)
    run(mariadb_server, "SET GLOBAL max_connections = 151")
    subject = f"mysql:{mariadb_server.port}/ connections"
    assert seen.said == {subject: "critical"}


def test_a_server_without_room_is_critical_with_its_own_words(
    mariadb_server: Service,
) -> None:
    run(mariadb_server, "SET GLOBAL max_connections = 10")
    with ExitStack() as held:
        for _ in range(10):
            held.enter_context(root(mariadb_server))
        seen = ask(mariadb_server.port)
    run(mariadb_server, "SET GLOBAL max_connections = 151")
    assert [each.severity for each in seen.findings] == ["critical"]
    assert "Too many connections" in seen.facts.reason


def test_a_replica_whose_threads_stand_still_is_critical(
    mariadb_server: Service,
) -> None:
    port = free_port()
    run(
        mariadb_server,
        f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port},"
        " MASTER_USER='x', MASTER_PASSWORD='y'",
    )
    seen = ask(mariadb_server.port)
    run(mariadb_server, "RESET SLAVE ALL")
    assert (seen.facts.role, seen.facts.replication) == ("replica", "broken")
    subject = f"mysql:{mariadb_server.port}/ replication"
    assert seen.said == {subject: "critical"}


def test_a_server_that_became_read_only_is_critical(mariadb_server: Service) -> None:
    before = ask(mariadb_server.port).facts
    run(mariadb_server, "SET GLOBAL read_only = 1")
    seen = ask(mariadb_server.port, previous=before)
    run(mariadb_server, "SET GLOBAL read_only = 0")
    assert seen.said == {f"mysql:{mariadb_server.port}/ read-only": "critical"}


def test_a_restart_is_a_warning(mariadb_server: Service) -> None:
    facts = ask(mariadb_server.port).facts
    before = replace(facts, uptime_s=facts.uptime_s + 86400)
    seen = ask(mariadb_server.port, previous=before)
    assert seen.said == {f"mysql:{mariadb_server.port}/ restart": "warning"}


def test_the_statements_of_others_are_not_evidence(mariadb_server: Service) -> None:
    with root(mariadb_server) as link, link.cursor() as cursor:
        cursor.execute("SELECT 'private-words'")
        seen = ask(mariadb_server.port)
    assert b"private-words" not in seen.section.stdout


def test_a_wrong_password_is_a_warning_and_is_kept_nowhere(
    mariadb_server: Service, no_trace: None
) -> None:
    seen = ask(mariadb_server.port, password="wrong-word")
    assert seen.facts.error == "auth"
    assert [each.severity for each in seen.findings] == ["warning"]
    assert b"wrong-word" not in seen.section.stdout + seen.section.stderr


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (silent, "timeout"),
        (dripping(b"\x0a"), "timeout"),
        (hangs_up, "protocol"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "timeout"),
    ],
    ids=["silent", "dripping", "hangs up", "not a database"],
)
def test_what_gives_no_answer_is_critical(
    manner: Manner, error: str, no_trace: None
) -> None:
    with peer(manner) as port:
        seen = look(SqlCheck(engine="mysql", port=port, user="x", timeout=SHORT))
    assert seen.facts.error in {error, "protocol"}
    assert [each.severity for each in seen.findings] == ["critical"]


def test_a_server_that_refuses_is_critical(no_trace: None) -> None:
    assert ask(free_port()).facts.error == "refused"
