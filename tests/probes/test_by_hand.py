"""`python -m probes`: one machine asked by hand, and a kept answer read again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from probes.__main__ import main
from probes.replay import again
from probes.reply import ReplyStatus
from probes.transcript import Outcome, Transcript, pack
from tests.lab.sshd import make_key, sshd

NONCE = "7" * 32


def kept(stdout: str, name: str = "identity") -> bytes:
    raw = (
        f"{NONCE} BEGIN {name}\n\n{NONCE} OUT\n{stdout}\n"
        f"{NONCE} OVER {name} 0 5\n{NONCE} END 1\n"
    )
    transcript = Transcript(
        server="db-1",
        began=datetime(2026, 11, 23, 6, tzinfo=UTC),
        took_ms=9,
        outcome=Outcome.ANSWERED,
        raw=raw.encode(),
        nonce=NONCE,
        asked=(name,),
    )
    return pack(transcript)


def test_this_machine_is_asked_and_its_answer_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer"
    status = main(["here", "--save", str(file)])
    asked = capsys.readouterr().out
    assert status in {0, 1}
    assert "\nanswered, " in asked
    assert '"total_kib"' in asked
    assert main(["--again", str(file)]) == status
    assert capsys.readouterr().out == asked


def test_a_damaged_answer_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer"
    file.write_bytes(kept("uname Linux 6.1 x86_64\n[release]\n")[:-9])
    assert main(["--again", str(file)]) == 2
    assert "damaged transcript" in capsys.readouterr().err


def test_nothing_a_machine_says_can_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer"
    file.write_bytes(
        kept("uname Linux 6.1 x86_64\nhost \x1b[2J\u202edb\x9b\n[release]\n")
    )
    assert main(["--again", str(file)]) == 0
    out = capsys.readouterr().out
    assert "\\u202edb" in out
    assert not set(out) & {"\x1b", "\u202e", "\x9b"}


def test_kept_answers_are_read_again_in_their_order() -> None:
    load = kept("0.1 0.1 0.1 1/2 3\n2\n", "load")
    identity = kept("uname Linux 6.1 x86_64\n[release]\n")
    replies = [replies for _, replies in again([load, identity])]
    assert [[(one.probe, one.status) for one in each] for each in replies] == [
        [("load", ReplyStatus.READ)],
        [("identity", ReplyStatus.READ)],
    ]


@pytest.mark.sshd
def test_an_unknown_machine_shows_its_key_and_is_asked_once_that_is_vouched_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key(tmp_path / "user_key")
    with sshd(tmp_path / "db-1", key) as host:
        words = [f"{host.user}@{host.address}", "-p", str(host.port), "-i", str(key)]
        assert main(words) == 2
        shown = capsys.readouterr()
        assert host.host_key in shown.err
        assert shown.out == ""
        assert main([*words, "--host-key", host.host_key]) in {0, 1}
        assert "\nanswered, " in capsys.readouterr().out
        stranger = make_key(tmp_path / "stranger").with_suffix(".pub").read_text()
        assert main([*words, "--host-key", " ".join(stranger.split()[:2])]) == 3
        assert "key_changed" in capsys.readouterr().out


def test_a_machine_that_is_not_there_is_said_to_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nobody@127.0.0.1", "-p", "1"]) == 3
    assert "refused" in capsys.readouterr().err
