"""Machines with an address and a cable of their own: namespaces, where we may."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from probes.transcript import Outcome
from tests.lab.sshd import Sshd
from tests.lab.streets import freeze, may_build, street, thaw, unplug
from tests.probes.engine.fixtures import errand, visit_all

pytestmark = [
    pytest.mark.sshd,
    pytest.mark.skipif(
        not may_build(),
        reason="network namespaces need root; tests/faults asks loopback ports instead",
    ),
]


@pytest.fixture
def hosts(nothing_left: None, tmp_path: Path, user_key: Path) -> Iterator[list[Sshd]]:
    with street(tmp_path, user_key, 10) as found:
        yield found


def test_ten_machines_on_a_street_all_answer(hosts: list[Sshd]) -> None:
    heard = visit_all([errand(host.server()) for host in hosts])
    assert {one.outcome for one in heard} == {Outcome.ANSWERED}
    assert len({one.host_key for one in heard}) == 10


def test_an_unplugged_machine_and_a_frozen_one_delay_nobody(
    hosts: list[Sshd],
) -> None:
    unplug(hosts[3])
    freeze(hosts[7])
    began = time.monotonic()
    heard = visit_all([errand(host.server()) for host in hosts], workers=10)
    took = time.monotonic() - began
    thaw(hosts[7])
    by_name = {one.server: one.outcome for one in heard}
    assert by_name.pop("host-4") is Outcome.UNREACHED
    assert by_name.pop("host-8") is Outcome.TIMED_OUT
    assert set(by_name.values()) == {Outcome.ANSWERED}
    assert {one.server for one in heard[-2:]} == {"host-4", "host-8"}
    assert took < (timedelta(seconds=6) + timedelta(seconds=5)).total_seconds()
