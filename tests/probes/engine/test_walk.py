"""A walk over healthy servers: what it yields, in which order, and how it ends."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from probes.check import TcpCheck
from probes.rounds import Step, walk
from probes.server import Transport
from probes.transcript import Outcome
from tests.lab import odd
from tests.lab.odd import Words, listener, silent
from tests.lab.process import free_port
from tests.lab.sshd import Sshd
from tests.probes.engine.fixtures import ask, errand, visit_all

pytestmark = pytest.mark.sshd


def test_every_errand_yields_exactly_one_transcript(shared: Sshd) -> None:
    names = [f"db-{number}" for number in range(12)]
    heard = visit_all([errand(shared.server(name=name)) for name in names])
    assert sorted(one.server for one in heard) == sorted(names)
    assert {one.outcome for one in heard} == {Outcome.ANSWERED}


def test_no_errand_yields_nothing() -> None:
    assert visit_all([]) == []


def test_a_transcript_tells_the_whole_visit(shared: Sshd) -> None:
    heard = ask(shared.server())
    assert heard.raw == b"hello\nn0nce END 0\n"
    assert heard.nonce == "n0nce"
    assert "echo hello" in heard.script
    assert heard.sent is not None
    assert heard.sent >= heard.began
    assert heard.host_key.startswith("SHA256:")
    assert (heard.attempts, heard.stage, heard.notes) == (1, "read", ())


def test_the_stages_of_a_visit_are_told_as_they_begin(shared: Sshd) -> None:
    steps: list[Step] = []
    ask(shared.server(), on=steps.append)
    assert [step.stage for step in steps] == [
        "connect",
        "key",
        "auth",
        "script",
        "done",
    ]
    assert {step.server for step in steps} == {shared.name}


def test_a_quick_server_is_yielded_before_a_slow_one(shared: Sshd) -> None:
    slow = errand(shared.server(name="slow"), "sleep 1")
    heard = visit_all([slow, errand(shared.server(name="quick"))])
    assert [one.server for one in heard] == ["quick", "slow"]


def test_a_walk_leaves_other_threads_the_stack_they_had(shared: Sshd) -> None:
    usual = threading.stack_size()
    visit_all([errand(shared.server())])
    assert threading.stack_size() == usual


def test_fewer_workers_than_servers_still_ask_them_all(shared: Sshd) -> None:
    errands = [errand(shared.server(name=f"db-{number}")) for number in range(5)]
    assert len(visit_all(errands, workers=1)) == 5


def test_leaving_the_walk_early_ends_what_is_in_progress(shared: Sshd) -> None:
    hung = "sleep 600"
    with listener(silent) as port:
        mute = errand(shared.server(name="mute", port=port))
        waits = errand(shared.server(name="waits"), hung)
        steps = walk([errand(shared.server()), mute, waits], workers=3, per_gateway=1)
        assert next(steps).outcome is Outcome.ANSWERED
        running = odd.children(shared.pid)
        steps.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("visit-")]
    assert running
    assert all(odd.gone(pid) for pid in running)


@pytest.fixture
def attended() -> Iterator[None]:
    """Take Ctrl-C as at a terminal: a suite in the background is started deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("attended")
def test_ctrl_c_ends_the_walk_and_what_it_started(shared: Sshd) -> None:
    running: list[int] = []

    def press(step: Step) -> None:
        if step.stage == "script":
            threading.Timer(0.3, interrupt).start()

    def interrupt() -> None:
        running.extend(odd.children(shared.pid))
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ask(shared.server(), "sleep 600", on=press)
    assert running
    assert all(odd.gone(pid) for pid in running)


def test_leaving_the_walk_early_gives_up_connecting(shared: Sshd) -> None:
    with odd.deaf_port() as port:
        deaf = errand(
            shared.server(name="deaf", port=port), connect=timedelta(seconds=60)
        )
        steps = walk([errand(shared.server()), deaf], workers=2, per_gateway=1)
        next(steps)
        began = time.monotonic()
        steps.close()
    assert time.monotonic() - began < 3


def test_a_device_without_a_shell_is_asked_by_its_checks_alone(shared: Sshd) -> None:
    firewall = shared.server(
        transport=Transport.NONE, checks=(TcpCheck(port=shared.port),)
    )
    heard = ask(firewall)
    assert heard.outcome is Outcome.ANSWERED
    assert [one.name for one in heard.answers] == ["tcp"]
    assert heard.raw == b""


def test_a_device_none_of_whose_checks_answers_is_refused(shared: Sshd) -> None:
    closed = TcpCheck(port=free_port())
    heard = ask(shared.server(transport=Transport.NONE, checks=(closed,)))
    assert heard.outcome is Outcome.REFUSED
    assert "refused" in heard.detail
    assert len(heard.answers) == 1


def test_a_device_with_nothing_to_ask_says_so(shared: Sshd) -> None:
    heard = ask(shared.server(transport=Transport.NONE))
    assert heard.outcome is Outcome.UNREACHED
    assert "no check" in heard.detail


def test_checks_and_script_share_one_transcript(shared: Sshd) -> None:
    heard = ask(shared.server(checks=(TcpCheck(port=shared.port),)))
    assert heard.outcome is Outcome.ANSWERED
    assert len(heard.answers) == 1
    assert heard.raw.startswith(b"hello")


def test_a_long_script_arrives_whole(shared: Sshd) -> None:
    long = "\n".join(f": {'x' * 90} {number}" for number in range(3000))
    heard = ask(shared.server(), Words(long + "\necho it is all here"))
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"it is all here\n")


def test_one_broken_visit_is_said_and_the_others_go_on(shared: Sshd) -> None:
    broken = errand(shared.server(name="broken", credential="nobody"))
    heard = {one.server: one for one in visit_all([broken, errand(shared.server())])}
    assert heard["broken"].outcome is Outcome.PARTIAL
    assert "a mistake in the desk itself" in heard["broken"].detail
    assert heard[shared.name].outcome is Outcome.ANSWERED
