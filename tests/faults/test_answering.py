"""What goes wrong once the script is on its way."""

import re

import pytest

from probes.transcript import Outcome
from tests.lab.odd import HELLO_GB, Words, gone
from tests.lab.sshd import Sshd
from tests.probes.engine.fixtures import Start, ask, errand, visit_all

pytestmark = pytest.mark.sshd

LEAVE_PIDS = "sleep 600 & echo pid $$ pid $!; "


def pids(raw: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"pid (\d+)", raw)]


def test_a_slow_server_is_waited_for_within_its_limit(shared: Sshd) -> None:
    heard = ask(shared.server(), "echo one; sleep 1; echo two")
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"one\ntwo\n")


def test_a_script_that_drips_ends_at_its_limit_and_keeps_what_came(
    shared: Sshd,
) -> None:
    drip = LEAVE_PIDS + "while :; do printf x; sleep 1; done"
    heard = ask(shared.server(), drip)
    assert (heard.outcome, heard.stage) == (Outcome.TIMED_OUT, "read")
    assert b"x" in heard.raw
    assert heard.took_ms < 4000
    assert len(pids(heard.raw)) == 2
    assert all(gone(pid) for pid in pids(heard.raw))


def test_a_hung_command_leaves_no_process_on_the_server(shared: Sshd) -> None:
    heard = ask(shared.server(), LEAVE_PIDS + "wait")
    assert heard.outcome is Outcome.TIMED_OUT
    assert len(pids(heard.raw)) == 2
    assert all(gone(pid) for pid in pids(heard.raw))


def test_a_hundred_megabytes_of_output_are_cut_at_the_cap(shared: Sshd) -> None:
    flood = "echo pid $$; head -c 104857600 /dev/zero | tr '\\0' x"
    heard = ask(shared.server(), flood, output_bytes=300_000)
    assert heard.outcome is Outcome.TRUNCATED
    assert len(heard.raw) == 300_000
    assert all(gone(pid) for pid in pids(heard.raw))


def test_a_flood_on_stderr_blocks_nothing_and_is_capped(shared: Sshd) -> None:
    heard = ask(shared.server(), "head -c 5000000 /dev/zero | tr '\\0' e >&2; echo ok")
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"ok\n")
    assert len(heard.stderr) == 256 * 1024


def test_an_answer_of_many_pieces_arrives_whole(shared: Sshd) -> None:
    count = "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done"
    heard = ask(shared.server(), count)
    assert heard.outcome is Outcome.ANSWERED
    said = "".join(f"line {number}\n" for number in range(5000))
    assert heard.raw.startswith(said.encode())


def test_bytes_arrive_as_they_were_sent(shared: Sshd) -> None:
    odd_bytes = r"printf 'a\000b\377\376c\n\311\317\272\243\n'"
    heard = ask(shared.server(), odd_bytes)
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"a\0b\xff\xfec\n" + HELLO_GB + b"\n")


def test_a_connection_cut_in_mid_answer_is_partial_and_keeps_what_came(
    shared: Sshd,
) -> None:
    cut = "echo first half; sleep 0.3; kill -9 $PPID; sleep 5"
    heard = ask(shared.server(), cut)
    assert heard.outcome is Outcome.PARTIAL
    assert heard.raw == b"first half\n"
    assert "cut" in heard.detail
    assert heard.attempts == 1


def test_a_shell_that_ends_early_says_with_which_status(shared: Sshd) -> None:
    heard = ask(shared.server(), "echo bye; echo why >&2; exit 3")
    assert heard.outcome is Outcome.PARTIAL
    assert "status 3" in heard.detail
    assert "why" in heard.detail


def test_control_characters_of_a_server_do_not_reach_the_detail(shared: Sshd) -> None:
    heard = ask(shared.server(), r"printf '\033[31mred\007\n' >&2; exit 1")
    assert "red" in heard.detail
    assert heard.detail.isprintable()
    assert b"\033" in heard.stderr


def test_a_child_that_holds_the_stream_open_does_not_hold_the_round(
    shared: Sshd,
) -> None:
    heard = ask(shared.server(), "sleep 3 & echo done")
    assert heard.outcome is Outcome.ANSWERED
    assert heard.took_ms < 1500


def test_what_a_login_shell_prints_first_is_kept_beside_the_answer(
    start: Start,
) -> None:
    host = start()
    (host.home / ".bashrc").write_text("echo WELCOME TO DB-1\n")
    heard = ask(host.server())
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"WELCOME TO DB-1\nhello\n")


def test_a_forced_command_gets_no_script_and_says_what_it_said(start: Start) -> None:
    host = start(more="ForceCommand echo only this; exit 7\n")
    heard = ask(host.server())
    assert heard.outcome is Outcome.PARTIAL
    assert heard.raw == b"only this\n"
    assert "status 7" in heard.detail


def test_a_server_that_gives_no_session_says_so(start: Start) -> None:
    heard = ask(start(more="MaxSessions 0\n").server())
    assert (heard.outcome, heard.stage) == (Outcome.REFUSED, "open")
    assert heard.attempts == 1


def test_a_hung_server_delays_nobody(shared: Sshd, start: Start) -> None:
    hung = start("db-2").server()
    waits = errand(hung, Words("sleep 30"))
    heard = visit_all([waits, errand(shared.server())])
    assert [one.outcome for one in heard] == [Outcome.ANSWERED, Outcome.TIMED_OUT]
    assert heard[0].took_ms < heard[1].took_ms


def test_a_frozen_sshd_ends_at_the_deadline(start: Start) -> None:
    host = start()
    heard = ask(
        host.server(), "echo before; sleep 0.3; kill -STOP $PPID; sleep 1; echo after"
    )
    assert heard.outcome is Outcome.TIMED_OUT
    assert heard.raw == b"before\n"
