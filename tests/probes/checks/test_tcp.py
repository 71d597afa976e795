"""The TCP check."""

from __future__ import annotations

from datetime import timedelta

import pytest

from probes.check import TcpCheck
from tests.lab.awkward import dripping, hangs_up, peer, says, silent
from tests.lab.process import free_port
from tests.probes.checks.looking import look, server

pytestmark = pytest.mark.usefixtures("no_trace")
SHORT = timedelta(seconds=0.5)


def test_a_port_that_accepts_is_normal_and_its_latency_is_a_number() -> None:
    with peer(silent) as port:
        seen = look(TcpCheck(port=port))
    assert seen.section.status == 0
    assert seen.findings == []
    assert set(seen.readings) == {f"tcp_connect_ms{{127.0.0.1:{port}}}"}


def test_a_port_nobody_listens_on_is_critical_with_the_reason_in_words() -> None:
    seen = look(TcpCheck(port=free_port()))
    assert seen.section.status == 1
    assert seen.facts.error == "refused"
    (finding,) = seen.findings
    assert finding.severity == "critical"
    assert "拒绝连接" in finding.message.zh
    assert "refuses connections" in finding.message.en
    assert seen.readings == {}


def test_the_expected_banner_is_heard_without_waiting_for_more() -> None:
    with peer(says(b"220 mail.example ESMTP")) as port:
        seen = look(TcpCheck(port=port, banner="ESMTP"))
    assert seen.findings == []
    assert seen.facts.banner == "220 mail.example ESMTP"


def test_another_banner_is_critical_and_is_quoted() -> None:
    with peer(says("欢迎\r\n".encode("gb18030"))) as port:
        seen = look(TcpCheck(port=port, banner="SSH-2.0"))
    (finding,) = seen.findings
    assert finding.severity == "critical"
    assert "欢迎" in finding.message.zh


@pytest.mark.parametrize("manner", [silent, dripping(b".")])
def test_a_port_that_never_says_its_banner_is_timed_out(manner: object) -> None:
    assert callable(manner)
    with peer(manner) as port:
        seen = look(TcpCheck(port=port, banner="SSH-2.0", timeout=SHORT))
    assert seen.section.status == 124
    assert seen.facts.error == "timeout"


def test_a_port_that_hangs_up_says_no_banner() -> None:
    with peer(hangs_up) as port:
        seen = look(TcpCheck(port=port, banner="SSH-2.0"))
    assert [each.severity for each in seen.findings] == ["critical"]


def test_the_server_s_own_deadline_wins_over_the_check_s() -> None:
    with peer(silent) as port:
        seen = look(TcpCheck(port=port, banner="SSH-2.0"), within=0.3)
    assert seen.section.status == 124
    assert seen.section.took_ms is not None
    assert seen.section.took_ms < 5000


def test_a_check_that_begins_after_the_deadline_asks_nothing() -> None:
    with peer(silent) as port:
        seen = look(TcpCheck(port=port), within=0)
    assert seen.facts.error == "timeout"
    assert seen.facts.connect_ms is None


def test_a_slow_connect_is_a_warning_with_both_figures() -> None:
    with peer(silent) as port:
        seen = look(TcpCheck(port=port, warn_ms=-1))
    (finding,) = seen.findings
    assert (finding.severity, finding.limit, finding.unit) == ("warning", -1, "ms")


def test_a_name_without_an_address_is_a_finding() -> None:
    seen = look(TcpCheck(port=1), of=server("no-such-host.invalid"))
    assert seen.facts.error == "dns"
    assert [each.severity for each in seen.findings] == ["critical"]
