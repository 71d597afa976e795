"""The echo check; where this account may send none, a connect stands in."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from probes.asking import Clock
from probes.check import IcmpCheck
from probes.icmp import knock
from probes.transcript import Section
from tests.lab.apart import alone
from tests.lab.awkward import peer, silent
from tests.lab.process import free_port
from tests.probes.checks.looking import judge, look, server

NOBODY = "10.255.0.7"
_ASK = f"""
from datetime import timedelta
from probes.check import IcmpCheck
from probes.icmp import ask
from probes.transport import Deadline
from tests.probes.checks.looking import server
deadline = Deadline.after(timedelta(seconds=2))
section = ask(IcmpCheck(count=2), server("{NOBODY}"), deadline)
print(section.stdout.decode())
"""
pytestmark = pytest.mark.usefixtures("no_trace")


def may_echo() -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except PermissionError:
            continue
        return True
    return False


def test_this_machine_answers_by_whichever_way_is_allowed() -> None:
    with peer(silent) as port:
        seen = look(IcmpCheck(count=2), of=server(port=port))
    assert seen.findings == []
    assert seen.facts.method == ("icmp" if may_echo() else "tcp")
    assert seen.facts.loss_percent == 0
    assert seen.facts.rtt_ms < 1000


def test_a_device_that_is_not_there_is_critical_and_all_is_lost() -> None:
    seen = judge(Section(name="icmp", subject=NOBODY, stdout=alone(_ASK), status=124))
    assert [each.severity for each in seen.findings] == ["critical"]
    assert seen.facts.rtt_ms is None
    assert seen.facts.error == "timeout"
    assert seen.readings == {f"icmp_loss_percent{{{NOBODY}}}": 100}


def test_without_the_right_to_echo_a_port_that_accepts_is_life() -> None:
    with peer(silent) as port:
        got = knock(server(port=port), "127.0.0.1", Clock(5))
    assert (got["method"], got["port"]) == ("tcp", port)


def test_without_the_right_to_echo_a_refusal_is_life_too() -> None:
    port = free_port()
    got = knock(server(port=port), "127.0.0.1", Clock(5))
    assert (got["method"], got["port"]) == ("tcp", port)


def test_many_echoes_share_the_time_there_is() -> None:
    seen = look(IcmpCheck(count=20, timeout=timedelta(seconds=2)), of=server())
    assert seen.facts.sent == 20
    assert seen.section.took_ms is not None
    assert seen.section.took_ms < 3500  # at the usual pace they would take four seconds
