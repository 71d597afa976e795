"""What holds for every check, whatever it asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from probes.catalogue.listing import by_name
from probes.catalogue.reading import load_facts, plain
from probes.check import (
    Check,
    HttpCheck,
    IcmpCheck,
    RedisCheck,
    SnmpCheck,
    SqlCheck,
    TcpCheck,
    TlsCheck,
    kind_of,
)
from probes.probe import Unreadable
from probes.secret import Secret
from probes.transcript import Section
from probes.transport import Deadline
from tests.lab.process import free_port
from tests.probes.checks.looking import judge, look, secret, server
from tests.probes.judging import here, levels

KINDS = ("icmp", "tcp", "http", "tls", "snmp", "sql", "redis")
CASES = [
    folder
    for kind in KINDS
    for folder in sorted((Path(__file__).parents[1] / "transcripts" / kind).iterdir())
]


def broken_store() -> str:
    raise RuntimeError("密钥库未解锁")


def refused(word: Secret | None = None) -> list[Check]:
    """Every kind of check that asks over TCP, put to a port nobody listens on."""
    port = free_port()
    return [
        TcpCheck(port=port),
        HttpCheck(url=f"http://127.0.0.1:{port}/"),
        TlsCheck(port=port),
        SqlCheck(engine="postgresql", port=port, user="x", password=word),
        SqlCheck(engine="mysql", port=port, user="x", password=word),
        RedisCheck(port=port, password=word),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_has_a_reader_in_the_catalogue(kind: str) -> None:
    probe = by_name(kind)
    assert probe is not None
    assert probe.ask is None


@pytest.mark.parametrize("nth", range(6))
def test_a_server_that_refuses_reads_the_same_by_every_check(nth: int) -> None:
    check = refused()[nth]
    seen = look(check)
    assert seen.section.name == kind_of(check)
    assert seen.section.status == 1
    assert seen.facts.error == "refused"
    assert [each.severity for each in seen.findings] == ["critical"]
    assert seen.section.stderr
    assert b"\n" not in seen.section.stderr


@pytest.mark.parametrize("nth", range(6))
def test_no_time_left_is_a_timeout_by_every_check(nth: int) -> None:
    check = refused()[nth]
    ask = import_module(f"probes.{kind_of(check)}").ask
    section = ask(check, server(), Deadline.after(timedelta()))
    assert section.status == 124
    assert judge(section).facts.error == "timeout"


@pytest.mark.parametrize(
    "check",
    [
        SnmpCheck(version="2c", community=Secret("secret:snmp", broken_store)),
        SqlCheck(
            engine="postgresql",
            port=5432,
            user="x",
            password=Secret("secret:sql", broken_store),
        ),
        SqlCheck(
            engine="mysql",
            port=3306,
            user="x",
            password=Secret("secret:sql", broken_store),
        ),
        RedisCheck(password=Secret("secret:redis", broken_store)),
    ],
    ids=["snmp", "postgresql", "mysql", "redis"],
)
def test_a_secret_that_cannot_be_fetched_is_our_lack_not_the_device_s(
    check: Check,
) -> None:
    seen = look(check)
    assert seen.facts.error == "secret"
    (finding,) = seen.findings
    assert finding.severity == "warning"
    assert "密钥库未解锁" in finding.message.zh


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"\xff\xfe{}",
        lambda _: b'{"error": null}',
        lambda _: b'{"error": "bored", "took_ms": 1}',
        lambda _: b'{"error": null, "took_ms": "soon"}',
        lambda whole: whole[: len(whole) // 2],
    ],
    ids=["empty", "a list", "not UTF-8", "no time", "no error", "no number", "half"],
)
def test_a_damaged_answer_is_unreadable_never_normal(
    kind: str, damage: Callable[[bytes], bytes]
) -> None:
    whole = json.dumps({"error": None, "took_ms": 1, "expected": {}}).encode()
    probe = by_name(kind)
    assert probe is not None
    with pytest.raises(Unreadable):
        probe.read(Section(name=kind, stdout=damage(whole)))


@pytest.mark.parametrize("nth", range(6))
def test_facts_survive_being_stored(nth: int) -> None:
    seen = look(refused()[nth])
    stored = json.loads(json.dumps(plain(seen.facts)))
    assert load_facts(seen.section.name, stored) == seen.facts


def test_a_database_engine_nobody_knows_is_our_own_lack() -> None:
    seen = look(SqlCheck(engine="mysql", port=free_port(), user="x"))
    assert seen.facts.error == "refused"
    section = import_module("probes.sql").ask(
        SqlCheck(engine="dbase", port=1, user="x"),
        server(),
        Deadline.after(timedelta(seconds=5)),
    )
    assert section.status == 69


def test_a_secret_shows_itself_nowhere(no_trace: None) -> None:
    for check in refused(secret("very-secret-word")):
        seen = look(check)
        shown = seen.section.stdout + seen.section.stderr + repr(check).encode()
        assert b"very-secret-word" not in shown


def test_an_echo_needs_no_port() -> None:
    assert look(IcmpCheck(count=1), of=server(port=free_port())).facts.error is None


@pytest.mark.parametrize("folder", CASES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_a_kept_answer_reads_stores_and_is_judged_as_written_down(
    folder: Path,
) -> None:
    name = folder.parent.name
    probe = by_name(name)
    assert probe is not None
    section = Section(name=name, stdout=(folder / "stdout").read_bytes())
    expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    if "raises" in expected:
        with pytest.raises(Unreadable):
            probe.read(section)
        return
    facts = probe.read(section)
    assert plain(facts) == expected["facts"]
    assert load_facts(name, expected["facts"]) == facts
    wanted = {each["subject"]: each["severity"] for each in expected["findings"]}
    assert levels(probe, facts, here(probe)) == wanted
