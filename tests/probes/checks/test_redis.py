"""The Redis check, on a real redis-server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis

from probes.check import RedisCheck
from tests.lab.awkward import Manner, dripping, hangs_up, peer, says, silent
from tests.lab.process import folder, free_port
from tests.lab.services import PASSWORD, Service, redis
from tests.lab.web import Site
from tests.probes.checks.looking import look, secret

SHORT = timedelta(seconds=1)


@pytest.fixture
def own_redis() -> Iterator[Service]:
    """Give a Redis without a password, for tests that change it."""
    with redis("--maxmemory", "3mb") as service:
        yield service


def test_a_healthy_server_is_normal_and_its_numbers_are_read(
    redis_server: Service, no_trace: None
) -> None:
    check = RedisCheck(port=redis_server.port, password=secret(PASSWORD))
    seen = look(check)
    assert seen.findings == []
    assert seen.facts.role == "master"
    assert seen.facts.maxmemory_bytes == 64 * 1024 * 1024
    assert f"redis_used_memory_bytes{{127.0.0.1:{redis_server.port}}}" in seen.readings


@pytest.mark.parametrize("password", [None, "wrong-word"])
def test_a_password_it_does_not_take_is_a_warning_and_is_kept_nowhere(
    redis_server: Service, password: str | None, no_trace: None
) -> None:
    given = secret(password) if password else None
    seen = look(RedisCheck(port=redis_server.port, password=given))
    assert seen.facts.error == "auth"
    assert [each.severity for each in seen.findings] == ["warning"]
    assert b"wrong-word" not in seen.section.stdout + seen.section.stderr


def test_full_memory_is_critical_with_its_limit(own_redis: Service) -> None:
    with Redis(port=own_redis.port) as client:
        client.config_set("maxmemory", 1024 * 1024)  # less than it already uses
        seen = look(RedisCheck(port=own_redis.port))
    finding = next(each for each in seen.findings if each.subject.endswith("memory"))
    assert (finding.severity, finding.limit) == ("critical", 95)
    assert finding.measured == seen.facts.memory_percent


def test_evicted_keys_since_the_last_round_are_a_warning(own_redis: Service) -> None:
    before = look(RedisCheck(port=own_redis.port)).facts
    with Redis(port=own_redis.port) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        for number in range(400):
            client.set(f"key-{number}", b"x" * 10_000)
    seen = look(RedisCheck(port=own_redis.port), previous=before)
    assert seen.said[f"127.0.0.1:{own_redis.port} evicted"] == "warning"


def test_a_replica_that_lost_its_master_is_critical(own_redis: Service) -> None:
    with Redis(port=own_redis.port) as client:
        client.replicaof("127.0.0.1", free_port())
        seen = look(RedisCheck(port=own_redis.port))
    assert seen.said == {f"127.0.0.1:{own_redis.port} replication": "critical"}


def test_a_failed_save_is_critical(own_redis: Service) -> None:
    own_redis.home.chmod(0o500)
    with Redis(port=own_redis.port) as client:
        client.config_set("appendonly", "no")
        client.set("key", "value")
        client.bgsave()
        while client.info("persistence")["rdb_bgsave_in_progress"]:
            time.sleep(0.05)
        seen = look(RedisCheck(port=own_redis.port))
    own_redis.home.chmod(0o700)
    assert seen.facts.last_bgsave == "err"
    assert seen.said[f"127.0.0.1:{own_redis.port} RDB"] == "critical"


def test_a_restart_is_a_warning_and_counters_begin_anew(own_redis: Service) -> None:
    facts = look(RedisCheck(port=own_redis.port)).facts
    before = replace(facts, run_id="another", evicted_keys=0, rejected_connections=0)
    seen = look(RedisCheck(port=own_redis.port), previous=before)
    assert seen.said == {f"127.0.0.1:{own_redis.port} restart": "warning"}


@pytest.fixture
def secure(site: Site) -> Iterator[Service]:
    """Give a Redis under TLS, with a certificate of the site's authority."""
    with folder("redis-tls", "redis") as home:
        for name in ("fresh.test.pem", "fresh.test.key"):
            (home / name).write_bytes((site.home / name).read_bytes())
        options = ["--tls-cert-file", str(home / "fresh.test.pem")]
        options += ["--tls-key-file", str(home / "fresh.test.key")]
        options += ["--tls-ca-cert-file", str(home / "fresh.test.pem")]
        with redis(*options, "--tls-auth-clients", "no", tls=True) as service:
            yield service


def test_tls_is_spoken_when_this_machine_trusts_the_authority(
    secure: Service, site: Site, monkeypatch: pytest.MonkeyPatch, no_trace: None
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(site.ca_file))
    seen = look(RedisCheck(port=secure.port, tls=True))
    assert seen.facts.error is None
    assert seen.facts.role == "master"


def test_no_password_is_sent_to_a_stranger_under_tls(
    secure: Service, no_trace: None
) -> None:
    check = RedisCheck(port=secure.port, tls=True, password=secret(PASSWORD))
    seen = look(check)
    assert seen.facts.error == "tls"
    assert [each.severity for each in seen.findings] == ["critical"]


def test_tls_asked_of_a_server_without_it_is_timed_out_or_refused(
    redis_server: Service, no_trace: None
) -> None:
    seen = look(RedisCheck(port=redis_server.port, tls=True, timeout=SHORT))
    assert seen.facts.error in {"tls", "timeout", "protocol"}


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (silent, "timeout"),
        (dripping(b"+"), "timeout"),
        (says(b"$100\r\nhalf"), "timeout"),
        (hangs_up, "protocol"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol"),
        (says(b"-LOADING Redis is loading the dataset in memory\r\n"), "protocol"),
    ],
    ids=["silent", "dripping", "cut short", "hangs up", "not redis", "loading"],
)
def test_what_gives_no_answer_is_critical(
    manner: Manner, error: str, no_trace: None
) -> None:
    with peer(manner) as port:
        seen = look(RedisCheck(port=port, timeout=SHORT))
    assert seen.facts.error == error
    assert [each.severity for each in seen.findings] == ["critical"]


def test_a_server_that_refuses_is_critical() -> None:
    assert look(RedisCheck(port=free_port())).facts.error == "refused"
