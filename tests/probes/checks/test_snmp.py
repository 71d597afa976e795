"""The SNMP check, on a real net-snmp."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from probes.check import SnmpCheck
from tests.lab.process import free_port
from tests.lab.services import COMMUNITY, PASSWORD, SNMP_USERS, Service
from tests.probes.checks.looking import Look, look, secret

SHORT = timedelta(seconds=1.5)


def by_community(port: int, word: str = COMMUNITY, *, previous: object = None) -> Look:
    check = SnmpCheck(version="2c", port=port, community=secret(word), timeout=SHORT)
    return look(check, previous=previous)


def by_user(port: int, name: str, *, auth: str = f"{PASSWORD}-auth") -> Look:
    protocols = SNMP_USERS.get(name, ("sha256", "aes128"))
    check = SnmpCheck(
        port=port,
        user=name,
        auth_protocol=protocols[0],
        auth_key=secret(auth),
        privacy_protocol=protocols[1],
        privacy_key=secret(f"{PASSWORD}-priv"),
        timeout=SHORT,
    )
    return look(check)


def test_v2c_reads_system_interfaces_and_storage(
    snmp_device: Service, no_trace: None
) -> None:
    facts = by_community(snmp_device.port).facts
    assert facts.error is None
    assert facts.name == "nas-1.example"
    assert facts.uptime_s > 0
    loopback = next(each for each in facts.interfaces if each.name == "lo")
    assert (loopback.admin, loopback.oper) == ("up", "up")
    assert loopback.in_octets is not None
    assert any(each.disk and each.size_kib > 0 for each in facts.storage)


@pytest.mark.parametrize("name", SNMP_USERS)
def test_v3_reads_the_same_with_each_pair_of_protocols(
    snmp_device: Service, name: str, no_trace: None
) -> None:
    facts = by_user(snmp_device.port, name).facts
    assert facts.error is None
    assert facts.name == "nas-1.example"


def test_a_wrong_community_is_silence(snmp_device: Service, no_trace: None) -> None:
    seen = by_community(snmp_device.port, "wrong-word")
    assert seen.section.status == 124
    assert [each.severity for each in seen.findings] == ["critical"]
    assert b"wrong-word" not in seen.section.stdout + seen.section.stderr


def test_a_wrong_key_is_a_warning_that_says_so(
    snmp_device: Service, no_trace: None
) -> None:
    seen = by_user(snmp_device.port, "watcher", auth="another-long-word")
    assert seen.facts.error == "auth"
    assert [each.severity for each in seen.findings] == ["warning"]
    assert b"another-long-word" not in seen.section.stdout + seen.section.stderr


def test_an_unknown_user_is_not_let_in(snmp_device: Service) -> None:
    assert by_user(snmp_device.port, "nobody").facts.error == "auth"


def test_a_port_where_nobody_is_is_critical(no_trace: None) -> None:
    seen = by_community(free_port())
    assert [each.severity for each in seen.findings] == ["critical"]


def test_an_uptime_that_went_back_is_a_restart(snmp_device: Service) -> None:
    facts = by_community(snmp_device.port).facts
    before = replace(facts, uptime_s=facts.uptime_s + 86400)
    seen = by_community(snmp_device.port, previous=before)
    assert seen.said[f"127.0.0.1:{snmp_device.port} uptime"] == "warning"


def test_an_uptime_whose_counter_wrapped_is_not_a_restart(
    snmp_device: Service,
) -> None:
    facts = by_community(snmp_device.port).facts
    before = replace(facts, uptime_s=2**32 // 100 - 60)
    seen = by_community(snmp_device.port, previous=before)
    assert f"127.0.0.1:{snmp_device.port} uptime" not in seen.said


def test_errors_of_an_interface_are_counted_since_the_last_round(
    snmp_device: Service,
) -> None:
    facts = by_community(snmp_device.port).facts
    fewer = tuple(
        replace(each, errors=each.errors - 250) if each.name == "lo" else each
        for each in facts.interfaces
    )
    before = replace(facts, interfaces=fewer)
    seen = by_community(snmp_device.port, previous=before)
    finding = next(f for f in seen.findings if f.subject.endswith("lo errors"))
    assert (finding.severity, finding.measured) == ("warning", 250)
