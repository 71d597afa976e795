"""The machine the desk runs on: a child shell and psutil, no SSH."""

import json
import os
import re

from probes.server import Kind, Server, Transport
from probes.transcript import Outcome
from tests.lab import odd
from tests.probes.engine.fixtures import ask

HERE = Server(
    name="desk",
    kind=Kind.OTHER,
    zone="office",
    address="localhost",
    transport=Transport.LOCAL,
)


def test_this_machine_answers_without_ssh() -> None:
    heard = ask(HERE)
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw == b"hello\nn0nce END 0\n"
    assert heard.host_key == ""


def test_psutil_adds_what_it_knows_of_the_desk_itself() -> None:
    [host] = ask(HERE).answers
    facts = json.loads(host.stdout)
    assert host.name == "host"
    assert facts["memory_total_kib"] > facts["memory_available_kib"] > 0
    assert facts["desk"]["rss_kib"] > 1000
    assert facts["desk"]["threads"] >= 1


def test_a_hung_command_is_killed_with_all_it_started() -> None:
    heard = ask(HERE, "sleep 600 & echo pid $$ pid $!; wait")
    pids = [int(pid) for pid in re.findall(rb"pid (\d+)", heard.raw)]
    assert heard.outcome is Outcome.TIMED_OUT
    assert len(pids) == 2
    assert all(odd.gone(pid) for pid in pids)


def test_what_the_script_left_running_ends_with_the_answer() -> None:
    heard = ask(HERE, "sleep 600 & echo pid $!")
    [pid] = re.findall(rb"pid (\d+)", heard.raw)
    assert heard.outcome is Outcome.ANSWERED
    assert odd.gone(int(pid))


def test_output_without_end_is_cut_at_the_cap() -> None:
    heard = ask(HERE, "yes", output_bytes=100_000)
    assert heard.outcome is Outcome.TRUNCATED
    assert len(heard.raw) == 100_000


def test_a_flood_on_stderr_is_capped() -> None:
    heard = ask(HERE, "head -c 2000000 /dev/zero >&2; echo ok")
    assert heard.outcome is Outcome.ANSWERED
    assert len(heard.stderr) == 256 * 1024


def test_a_shell_that_ends_early_says_with_which_status() -> None:
    heard = ask(HERE, "exit 3")
    assert heard.outcome is Outcome.PARTIAL
    assert "status 3" in heard.detail


def test_no_child_is_left_behind() -> None:
    before = set(odd.children(os.getpid()))
    ask(HERE)
    assert set(odd.children(os.getpid())) <= before
