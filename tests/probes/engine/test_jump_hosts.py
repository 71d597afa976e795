"""Through one gateway, through two, and what a dead one means for those behind it."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from probes.hostkeys import seen
from probes.rounds import Step
from probes.transcript import Outcome
from tests.lab import odd
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, make_key
from tests.probes.engine.fixtures import SHORT, Start, ask, errand, visit_all

pytestmark = pytest.mark.sshd


def test_a_server_behind_a_gateway_is_asked_through_it(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway")
    heard = ask(shared.server(via=(gateway.server(),)))
    assert heard.outcome is Outcome.ANSWERED
    assert "Accepted publickey" in gateway.log


def test_two_gateways_are_passed_outermost_first(start: Start, shared: Sshd) -> None:
    outer, inner = start("outer"), start("inner")
    heard = ask(shared.server(via=(outer.server(), inner.server())))
    assert heard.outcome is Outcome.ANSWERED
    assert heard.host_key == ask(shared.server()).host_key
    assert "Accepted publickey" in outer.log
    assert "Accepted publickey" in inner.log


def test_each_hop_proves_its_own_key(
    start: Start, shared: Sshd, tmp_path: Path
) -> None:
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text()
    gateway = start("gateway")
    heard = ask(shared.server(via=(gateway.server(host_keys=(other,)),)))
    assert (heard.outcome, heard.stage) == (Outcome.PARENT_DOWN, "key")
    assert "gateway: key_changed" in heard.detail
    assert "Accepted" not in gateway.log


def test_the_key_of_the_target_is_proved_through_the_gateway(
    start: Start, shared: Sshd, tmp_path: Path
) -> None:
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text()
    gateway = start("gateway").server()
    heard = ask(shared.server(via=(gateway,), host_keys=(other,)))
    assert heard.outcome is Outcome.KEY_CHANGED


def test_a_dead_gateway_names_itself_to_those_behind_it(shared: Sshd) -> None:
    gateway = shared.server(name="vpn-gateway", port=free_port())
    heard = ask(shared.server(via=(gateway,)))
    assert (heard.outcome, heard.stage) == (Outcome.PARENT_DOWN, "connect")
    assert "vpn-gateway: refused" in heard.detail
    assert heard.attempts == 3


def test_a_gateway_that_does_not_let_us_in_is_not_tried_again_and_again(
    shared: Sshd, tmp_path: Path
) -> None:
    stranger = shared.credential(key_file=make_key(tmp_path / "stranger"))
    gateway = shared.server(name="vpn-gateway", credential=stranger)
    heard = ask(shared.server(via=(gateway,)))
    assert heard.outcome is Outcome.PARENT_DOWN
    assert "vpn-gateway: auth_failed" in heard.detail
    assert heard.attempts == 1


def test_after_two_failures_of_a_gateway_the_rest_are_not_tried(
    shared: Sshd,
) -> None:
    knocked: list[str] = []

    def watch(step: Step) -> None:
        if step.stage == "connect":
            knocked.append(step.server)

    gateway = shared.server(name="vpn-gateway", port=free_port())
    behind = [shared.server(name=f"db-{n}", via=(gateway,)) for n in range(8)]
    errands = [errand(server) for server in behind]
    heard = visit_all(errands, workers=1, on=watch)
    assert {one.outcome for one in heard} == {Outcome.PARENT_DOWN}
    assert sorted(set(knocked)) == ["db-0", "db-1"]
    assert all("vpn-gateway" in one.detail for one in heard)


def test_a_dead_gateway_says_nothing_of_servers_beside_it(shared: Sshd) -> None:
    gateway = shared.server(name="vpn-gateway", port=free_port())
    behind = shared.server(name="behind", via=(gateway,))
    found = visit_all([errand(gateway), errand(behind), errand(shared.server())])
    heard = {one.server: one.outcome for one in found}
    assert heard["vpn-gateway"] is Outcome.REFUSED
    assert heard["behind"] is Outcome.PARENT_DOWN
    assert heard[shared.name] is Outcome.ANSWERED


def test_a_dead_server_behind_a_living_gateway_is_its_own_trouble(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway").server()
    heard = ask(shared.server(via=(gateway,), port=free_port()))
    assert (heard.outcome, heard.stage) == (Outcome.UNREACHED, "connect")
    assert "seen from jump host gateway" in heard.detail


def test_a_gateway_that_forbids_forwarding_is_the_one_to_blame(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway", more="AllowTcpForwarding no\n").server()
    heard = ask(shared.server(via=(gateway,)))
    assert heard.outcome is Outcome.PARENT_DOWN
    assert "gateway" in heard.detail


def test_no_more_than_the_allowed_number_pass_a_gateway_at_once(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway").server()
    inside: set[str] = set()
    most: list[int] = []
    lock = threading.Lock()

    def watch(step: Step) -> None:
        with lock:
            (inside.discard if step.stage == "done" else inside.add)(step.server)
            most.append(len(inside))

    behind = [shared.server(name=f"db-{n}", via=(gateway,)) for n in range(6)]
    heard = visit_all([errand(one) for one in behind], per_gateway=2, on=watch)
    assert {one.outcome for one in heard} == {Outcome.ANSWERED}
    assert max(most) == 2


def test_servers_beside_a_busy_gateway_are_asked_meanwhile(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway").server()
    behind = [shared.server(name=f"db-{n}", via=(gateway,)) for n in range(3)]
    errands = [errand(one, "sleep 0.7") for one in behind] + [errand(shared.server())]
    heard = visit_all(errands, workers=2, per_gateway=1)
    assert heard[0].server == shared.name


def test_many_long_answers_come_whole_through_one_gateway(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway").server()
    long = "head -c 80000 /dev/zero | tr '\\0' x; echo"
    behind = [shared.server(name=f"db-{n}", via=(gateway,)) for n in range(12)]
    heard = visit_all([errand(one, long) for one in behind], per_gateway=4)
    assert {one.outcome for one in heard} == {Outcome.ANSWERED}
    assert {len(one.raw) for one in heard} == {len(heard[0].raw)}


def test_a_gateway_killed_in_mid_round_leaves_what_came_and_nothing_running(
    start: Start, shared: Sshd
) -> None:
    gateway = start("gateway")

    def cut(step: Step) -> None:
        if step.stage == "script":
            threading.Thread(target=_kill_soon, args=(gateway,)).start()

    heard = ask(
        shared.server(via=(gateway.server(),)),
        "echo first half; sleep 600",
        on=cut,
    )
    assert heard.outcome is Outcome.PARTIAL
    assert heard.raw == b"first half\n"
    assert heard.took_ms < 2000


def test_a_key_behind_a_gateway_can_be_looked_at(start: Start, shared: Sshd) -> None:
    gateway = start("gateway").server()
    unknown: dict[str, Any] = {"host_keys": (), "credential": None}
    key = seen(shared.server(via=(gateway,), **unknown), SHORT)
    assert key.line == shared.host_key


def _kill_soon(gateway: Sshd) -> None:
    time.sleep(0.4)
    for pid in odd.children(gateway.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
